"""The strip of saved pictures and the picture chosen from it, as HTML and the script behind it."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape
from typing import TYPE_CHECKING

from ..html import actions_html

if TYPE_CHECKING:
    from .....services.picture_settings import PictureSettings

STRIP = """<section class="sl-kept"><div class="sl-kept-row" role="list"></div>
<p class="sl-status sl-kept-said" role="status" aria-live="polite"></p></section>"""
#: Gradio hands in: element, props, watch, trigger. The strip asks the server what there is when the
#: page shows a picture it has not seen; nothing has to tell it. A click on any button that carries
#: ``data-act``, wherever it is on the page, comes out here.
SCRIPT = """
const row = element.querySelector(".sl-kept-row");
const said = element.querySelector(".sl-kept-said");
const seen = new Set();
let shown = null, waiting = 0;

function named(name) {
  const seed = / seed ([0-9]+)/.exec(name);
  return seed ? `Seed ${seed[1]}` : name.replace(/[.]png$/, "");
}
function button(name) {
  const one = document.createElement("button");
  const picture = document.createElement("img");
  Object.assign(picture, {src: `kept/${encodeURIComponent(name)}`, alt: named(name),
    loading: "lazy", decoding: "async"});
  Object.assign(one, {type: "button", className: "sl-kept-one", title: name});
  Object.assign(one.dataset, {act: "look", picture: `kept/${encodeURIComponent(name)}`});
  one.append(picture, Object.assign(document.createElement("span"), {textContent: named(name)}));
  return one;
}
async function refresh() {
  let told;
  try {
    const answer = await fetch("kept", {cache: "no-store"});
    if (!answer.ok) return;
    told = await answer.json();
  } catch { return; } // the server is gone; the page says so elsewhere
  said.textContent = told.problem;
  const now = JSON.stringify(told.names);
  if (now === shown) return;
  shown = now;
  const before = new Map([...row.children].map(one => [one.title, one]));
  row.replaceChildren(...told.names.map(name => before.get(name) || button(name)));
  element.classList.toggle("sl-none", told.names.length === 0);
}
function soon() {
  clearTimeout(waiting);
  waiting = setTimeout(refresh, 200);
}
new MutationObserver(() => {
  for (const picture of document.querySelectorAll("img[src^='kept/'],img[src*='/seed-']")) {
    const from = picture.getAttribute("src");
    if (row.contains(picture) || seen.has(from)) continue;
    seen.add(from);
    soon();
  }
}).observe(document.body, {childList: true, subtree: true});
window.addEventListener("focus", soon);
watch("value", soon);
refresh();

// Thumbs: what the server said of each picture, by its address; pictures come and go.
const thumbs = new Map();
function showThumbs() {
  for (const place of document.querySelectorAll(".sl-thumbs")) {
    const told = thumbs.get(place.dataset.rated);
    if (!told) continue;
    if (place.hidden === told.can) place.hidden = !told.can;
    for (const one of place.querySelectorAll("[data-thumb]")) {
      const pressed = String(told.liked === (one.dataset.thumb === "up"));
      if (one.getAttribute("aria-pressed") !== pressed) one.setAttribute("aria-pressed", pressed);
    }
  }
}
async function askThumbs() {
  for (const {dataset} of document.querySelectorAll(".sl-thumbs")) {
    const picture = dataset.rated;
    if (thumbs.has(picture)) continue;
    thumbs.set(picture, null); // on its way
    try {
      const answer = await fetch(`thumbs?${new URLSearchParams({picture})}`, {cache: "no-store"});
      thumbs.set(picture, answer.ok ? await answer.json() : {can: false, liked: null});
    } catch { thumbs.delete(picture); }
  }
  showThumbs();
}
async function giveThumb(button) {
  const picture = button.closest(".sl-thumbs").dataset.rated;
  const pressed = button.getAttribute("aria-pressed") === "true"; // a second press takes it back
  const liked = pressed ? null : button.dataset.thumb === "up";
  const answer = await fetch("thumbs", {method: "POST", body: JSON.stringify({picture, liked}),
    headers: {"Content-Type": "application/json"}});
  const told = await answer.json();
  if (answer.ok) thumbs.set(picture, told);
  else said.textContent = told.error;
  showThumbs();
}
new MutationObserver(() => { askThumbs(); showThumbs(); })
  .observe(document.body, {childList: true, subtree: true});

document.addEventListener("click", event => {
  const thumb = event.target.closest("[data-thumb]");
  if (thumb) giveThumb(thumb);
  const asked = event.target.closest("[data-act]");
  if (!asked) return;
  if (asked.dataset.act === "delete" && !asked.dataset.sure) { // the second click means it
    asked.dataset.sure = "1";
    const words = asked.textContent;
    asked.textContent = "Really delete?";
    setTimeout(() => { delete asked.dataset.sure; asked.textContent = words; }, 4000);
    return;
  }
  trigger("select", {index: 0, value: JSON.stringify({...asked.dataset})});
  delete asked.dataset.sure; // a third click does not mean it again
});
"""


def chosen_html(url: str, name: str, told: PictureSettings) -> str:
    """Return a picture beside what it says of itself and what can be done with it."""
    return (
        f'<div class="sl-chosen"><img src="{escape(url)}" alt="{escape(name)}">'
        f'<div class="sl-said"><h2>{escape(_title(name, told))}</h2>'
        f"{_lines_html(settings_lines(told))}{actions_html(url, saved=True)}</div></div>"
    )


def deleted_html(name: str, place: str) -> str:
    """Say where a deleted picture is, beside the button that brings it back."""
    back = (
        '<button type="button" class="sl-act" data-act="restore" '
        f'data-picture="{escape(name)}">Undo</button>'
    )
    said = f"Deleted. It is in {place} until you empty that folder."
    return f'<p class="sl-status">{escape(said)} {back}</p>'


def settings_lines(told: PictureSettings) -> tuple[str, ...]:
    """Return what a picture says of itself, one line each."""
    facts = [
        f"“{told.prompt}”" if told.prompt else "",
        f"Without: {told.negative}" if told.negative else "",
        ", ".join(_facts(told)),
    ]
    return (*(fact for fact in facts if fact), *told.said)


def _facts(told: PictureSettings) -> list[str]:
    found = [f"seed {told.seed}"] if told.seed is not None else []
    found += ["{} × {} px".format(*told.size)] if told.size else []
    found += [f"{told.steps} steps"] if told.steps is not None else []
    found += [f"guidance {told.guidance:g}"] if told.guidance is not None else []
    found += [told.sampler.label] if told.sampler is not None else []
    return found + ([told.model] if told.model else [])


def _title(name: str, told: PictureSettings) -> str:
    return name if told.seed is None else f"Seed {told.seed}"


def _lines_html(lines: Sequence[str]) -> str:
    return "".join(f"<p>{escape(line)}</p>" for line in lines)
