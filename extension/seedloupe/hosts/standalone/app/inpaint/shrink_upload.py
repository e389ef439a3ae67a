"""Making large pictures smaller in the browser, before Gradio's editor takes them.

The editor keeps a picture at full size and sends it three times over, as PNG. For a photo that
takes minutes on a slow machine, and models look at a megapixel at most.
"""

from __future__ import annotations

#: Catches files chosen for, or dropped onto, the editor; what no browser can read is said.
SHRINK = """
const LEAST_SIDE = 1024; // the largest models see no more
let passing = false, said = "";
function say(words) {
  const line = document.querySelector("#sl-repaint-status .sl-status");
  if (line && (words || line.textContent === said)) line.textContent = said = words;
}
async function shrunk(file) {
  const picture = await createImageBitmap(file);
  const scale = LEAST_SIDE / Math.min(picture.width, picture.height);
  if (scale >= 1) return file;
  const canvas = document.createElement("canvas");
  canvas.width = Math.round(picture.width * scale);
  canvas.height = Math.round(picture.height * scale);
  const pen = canvas.getContext("2d");
  pen.imageSmoothingQuality = "high";
  pen.drawImage(picture, 0, 0, canvas.width, canvas.height);
  const blob = await new Promise(done => canvas.toBlob(done, "image/png"));
  return new File([blob], "picture.png", {type: "image/png"});
}
async function instead(event, files, pass) {
  if (passing || !event.target.closest?.("#sl-editor") || !files?.length) return;
  event.stopImmediatePropagation();
  event.preventDefault();
  const file = files[0];
  try {
    const taken = new DataTransfer();
    taken.items.add(await shrunk(file));
    passing = true;
    pass(taken);
    say("");
  } catch (error) {
    say(`${file.name} is no picture that a browser can read. Save it as PNG or JPEG.`);
  } finally {
    passing = false;
  }
}
document.addEventListener("change", event => {
  if (event.target.type !== "file") return;
  const input = event.target;
  instead(event, input.files, taken => {
    input.files = taken.files;
    input.dispatchEvent(new Event("change", {bubbles: true}));
  });
}, true);
document.addEventListener("drop", event => {
  const place = event.target;
  instead(event, event.dataTransfer?.files, dataTransfer => {
    place.dispatchEvent(new DragEvent("drop", {bubbles: true, cancelable: true, dataTransfer}));
  });
}, true);
"""
