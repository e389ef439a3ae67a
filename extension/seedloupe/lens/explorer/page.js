openLens(document.getElementById("explorer"), JSON.parse(document.getElementById("values").textContent));
