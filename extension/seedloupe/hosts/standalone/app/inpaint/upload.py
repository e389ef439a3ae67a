"""Files for Gradio's editor, taken past it.

The editor would send a picture at full size three times over, as PNG, which takes minutes for a
photo on a slow machine, and keeps it no better than it shows it. So a file chosen for it or dropped
onto it goes to the button *Upload* instead, once and as it is.
"""

from __future__ import annotations

#: Catches files chosen for, or dropped onto, the editor.
DIVERT = """
function divert(event, files) {
  if (!event.target.closest?.("#sl-editor") || !files?.length) return;
  const input = document.querySelector("#sl-upload input[type=file]")
    ?? document.querySelector("#sl-upload")?.parentElement.querySelector("input[type=file]");
  if (!input) return;
  event.stopImmediatePropagation();
  event.preventDefault();
  const taken = new DataTransfer();
  taken.items.add(files[0]);
  input.files = taken.files;
  input.dispatchEvent(new Event("change", {bubbles: true}));
}
document.addEventListener("change", event => {
  if (event.target.type === "file") divert(event, event.target.files);
}, true);
document.addEventListener("drop", event => divert(event, event.dataTransfer?.files), true);
"""
