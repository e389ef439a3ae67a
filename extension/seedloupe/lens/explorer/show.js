// Putting maps on canvases.

const GROUP_COLOURS = ["#c9503c", "#2f7f73", "#d8a638", "#5a6bb0", "#8c5a9c", "#7c8b3a", "#b8809a", "#4f9fc0"];
const HEAT = ["#1d1440", "#5b2a6d", "#b4435a", "#ee8a3c", "#fff1b8"].map(
  hex => [1, 3, 5].map(at => parseInt(hex.slice(at, at + 2), 16)),
);

function heatAt(share) {
  const along = share * (HEAT.length - 1);
  const at = Math.min(HEAT.length - 2, Math.floor(along));
  return HEAT[at].map((low, c) => Math.round(low + (HEAT[at + 1][c] - low) * (along - at)));
}

function scratch(width, height) {
  const canvas = document.createElement("canvas");
  canvas.width = width;
  canvas.height = height;
  return canvas;
}

/** A small canvas with one pixel a cell; `colour` gives [red, green, blue, alpha] for each. */
function cellsCanvas(map, colour) {
  const canvas = scratch(map.width, map.height);
  const pen = canvas.getContext("2d");
  const image = pen.createImageData(map.width, map.height);
  for (let i = 0; i < map.width * map.height; i += 1) image.data.set(colour(i), 4 * i);
  pen.putImageData(image, 0, 0);
  return canvas;
}

function rgbCanvas(map) {
  const size = map.height * map.width;
  return cellsCanvas(map, i => [map.rgb[i], map.rgb[size + i], map.rgb[2 * size + i], 255]);
}

function heatCanvas(map, shades, veil) {
  return cellsCanvas(map, i => [...heatAt(shades[i]), veil ? Math.round(255 * (0.25 + 0.6 * shades[i])) : 255]);
}

function groupCanvas(map, groups) {
  const colours = GROUP_COLOURS.map(hex => [1, 3, 5].map(at => parseInt(hex.slice(at, at + 2), 16)));
  return cellsCanvas(map, i => [...colours[groups[i] % colours.length], 255]);
}

/** Fill a canvas with a small one; cells stay squares unless it lies over a picture. */
function fill(canvas, cells, smooth) {
  const pen = canvas.getContext("2d");
  pen.imageSmoothingEnabled = smooth;
  pen.clearRect(0, 0, canvas.width, canvas.height);
  if (cells) pen.drawImage(cells, 0, 0, canvas.width, canvas.height);
}

function ring(canvas, {x, y}, colour) {
  const pen = canvas.getContext("2d");
  const radius = Math.max(6, canvas.width / 36);
  for (const [style, width] of [["rgba(255,255,255,.95)", radius * 0.62], [colour, radius * 0.3]]) {
    pen.beginPath();
    pen.arc(x * canvas.width, y * canvas.height, radius, 0, 2 * Math.PI);
    pen.strokeStyle = style;
    pen.lineWidth = width;
    pen.stroke();
  }
}

function make(tag, text, attributes) {
  const element = document.createElement(tag);
  if (text) element.textContent = text; // never markup: files come from anywhere
  for (const [name, value] of Object.entries(attributes || {})) element.setAttribute(name, value);
  return element;
}
