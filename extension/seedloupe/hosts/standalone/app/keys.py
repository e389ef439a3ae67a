"""Keys that work in every tab: draw, stop, and take back a stroke of the brush."""

from __future__ import annotations

#: Presses the buttons of the tab that is looked at. Ctrl+Enter (on a Mac Command+Enter) draws, Esc
#: stops what is being drawn, Ctrl+Z takes back a stroke unless somebody is typing.
KEYS = """<script>
{
  const seen = element => element.offsetParent !== null && !element.disabled;
  const first = wanted => [...document.querySelectorAll(wanted)].find(seen);
  const typing = element => element.matches?.("textarea, [contenteditable]")
    || element.matches?.("input:not([type=range]):not([type=checkbox]):not([type=radio])");
  const stops = () => [...document.querySelectorAll("[role=tabpanel] button")]
    .find(button => seen(button) && button.textContent.trim() === "Stop");
  document.addEventListener("keydown", event => {
    const command = event.ctrlKey || event.metaKey;
    let button = null;
    if (command && event.key === "Enter") button = first("[role=tabpanel] button.primary");
    else if (event.key === "Escape") button = stops();
    else if (command && event.key.toLowerCase() === "z" && !typing(event.target)) {
      button = first(`#sl-editor button[aria-label="${event.shiftKey ? "Redo" : "Undo"}"]`);
    }
    if (!button) return;
    event.preventDefault();
    event.stopPropagation();
    // What is being typed reaches the server first.
    if (command && event.key === "Enter") document.activeElement?.blur?.();
    setTimeout(() => button.click(), event.key === "Enter" ? 150 : 0);
  }, true);
}
</script>"""
