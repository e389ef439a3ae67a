"""A picture before and after on one place, with a bar to draw between them."""

from __future__ import annotations

from html import escape

#: Moves the bar by mouse, touch and keys; Gradio hands in: element, watch. The place of the bar is
#: kept when another picture comes.
SPLIT = """
let at = 50;
const bar = () => element.querySelector("[role=slider]");
function move(to) {
  at = Math.max(0, Math.min(100, to));
  element.style.setProperty("--at", `${at}%`);
  if (!bar()) return;
  bar().setAttribute("aria-valuenow", Math.round(at));
  bar().setAttribute("aria-valuetext", `${Math.round(at)} % before`);
}
function follow(event) {
  const box = element.querySelector(".sl-split").getBoundingClientRect();
  move(100 * (event.clientX - box.left) / box.width);
}
element.addEventListener("pointerdown", event => {
  const split = event.target.closest(".sl-split");
  if (!split || event.button) return;
  event.preventDefault(); // or the browser drags the picture away
  split.setPointerCapture(event.pointerId);
  bar().focus({preventScroll: true});
  follow(event);
});
element.addEventListener("pointermove", event => {
  const split = event.target.closest(".sl-split");
  if (split && split.hasPointerCapture(event.pointerId)) follow(event);
});
element.addEventListener("keydown", event => {
  if (event.target !== bar()) return;
  const steps = {ArrowLeft: -2, ArrowDown: -2, ArrowRight: 2, ArrowUp: 2,
    PageDown: -10, PageUp: 10, Home: -100, End: 100};
  if (!(event.key in steps)) return;
  event.preventDefault();
  move(at + steps[event.key]);
});
watch("value", () => move(at));
move(at);
"""


def split_html(
    before: str,
    after: str,
    size: tuple[int, int],
    name: str,
    *,
    framed: tuple[int, int, int, int] | None = None,
) -> str:
    """Return both pictures on one place.

    Args:
        before: address of the picture on the left.
        after: of the one on the right.
        size: width and height of both, for their shape.
        name: what the later one is called.
        framed: ``x0, y0, x1, y1`` of a part to draw a frame around, in pixels.
    """
    width, height = size
    frame = _frame_html(framed, size) if framed else ""
    return (
        f'<div class="sl-split" style="aspect-ratio:{width}/{height}">'
        f'<img src="{escape(after)}" alt="{escape(name)}, after" draggable="false">'
        f'<img class="sl-before" src="{escape(before)}" alt="before" draggable="false">'
        f"{frame}"
        '<span class="sl-side">before</span><span class="sl-side sl-right">after</span>'
        '<div class="sl-bar" role="slider" tabindex="0" aria-label="Before and after" '
        'aria-valuemin="0" aria-valuemax="100" aria-valuenow="50" aria-valuetext="50 % before">'
        "</div></div>"
    )


def _frame_html(framed: tuple[int, int, int, int], size: tuple[int, int]) -> str:
    (x0, y0, x1, y1), (width, height) = framed, size
    left, top = 100 * x0 / width, 100 * y0 / height
    across, down = 100 * (x1 - x0) / width, 100 * (y1 - y0) / height
    return (
        f'<i class="sl-framed" style="left:{left:.3f}%;top:{top:.3f}%;width:{across:.3f}%;'
        f'height:{down:.3f}%"></i>'
    )
