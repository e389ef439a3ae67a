"""Keys of the page: Ctrl+Enter draws, Esc stops, in whichever tab is open."""

#: The buttons of the tabs that draw, and those that stop it.
GO = ("sl-draw", "sl-lens-go", "sl-repaint")
STOP = ("sl-stop", "sl-lens-stop", "sl-repaint-stop")

SHORTCUTS = f"""<script>
document.addEventListener("keydown", event => {{
  const draws = event.key === "Enter" && (event.ctrlKey || event.metaKey);
  if (!draws && event.key !== "Escape") return;
  const named = draws ? {list(GO)} : {list(STOP)};
  const button = named.map(name => document.getElementById(name)).find(
    one => one && one.offsetParent && !one.disabled);
  if (!button) return;
  event.preventDefault();
  event.stopPropagation();
  if (draws) document.activeElement?.blur(); // what was typed counts
  setTimeout(() => button.click(), draws ? 60 : 0);
}}, true);
</script>"""
