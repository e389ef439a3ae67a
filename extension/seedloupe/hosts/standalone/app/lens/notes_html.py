"""What stands below the explorer, as HTML: what to beware of, why these layers, and the files."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape
from pathlib import Path

from .....lens import ENCODER_OR_DECODER, PanelChoice, layer_titles
from .session import Exhibit, Sight, warnings_of

#: What kinds of files are, where their names do not say it.
_FILMS = {".webp": "{} (film of the layers)"}


def files_html(found: Exhibit, pictures: Sequence[tuple[str, str]] = ()) -> str:
    """Return the links to save the pictures, the page and the lens files."""
    links = [
        *((url, name, name) for url, name in pictures),
        (found.page, "lens.html", "A page to keep"),
        *(
            (url, name, _FILMS.get(Path(name).suffix, "{}").format(name))
            for url, name in found.files
        ),
    ]
    said = "".join(
        f'<a href="{escape(url)}" download="{escape(name)}">{escape(title)}</a>'
        for url, name, title in links
    )
    return f'<p class="sl-lens-files">Save: {said}</p>'


def concepts_html(sheets: Sequence[tuple[str, str]]) -> str:
    """Return the sheets of concepts, one a picture."""
    said = "".join(
        f'<figure><img src="{escape(url)}" alt="Concepts while the picture formed">'
        f'<figcaption><a href="{escape(url)}" download="{escape(name)}">{escape(name)}</a>'
        "</figcaption></figure>"
        for url, name in sheets
    )
    return f'<div class="sl-concepts">{said}</div>' if sheets else ""


def plan_html(words: str, problems: Sequence[str]) -> str:
    """Return what *Watch* will do, or what keeps it from doing so."""
    said = " ".join(problems) or words
    tone = " sl-wrong" if problems else ""
    return f'<p class="sl-plan{tone}" role="status">{escape(said)}</p>' if said else ""


def more_html(sight: Sight) -> str:
    """Return whose finding each layer follows, and what to beware of, folded away."""
    warnings = "".join(f"<li>{escape(line)}</li>" for line in warnings_of(sight.runs))
    beware = f"<details><summary>What to beware of</summary><ul>{warnings}</ul></details>"
    titles = layer_titles([choice.layer for choice in sight.why])
    reasons = "".join(map(_reason_html, sight.why, titles))
    why = (
        f"<details><summary>Why these layers</summary><dl>{reasons}</dl>"
        f"{_disagreement(sight.why)}</details>"
    )
    return f'<div class="sl-lens-more">{beware if warnings else ""}{why if reasons else ""}</div>'


def _disagreement(why: Sequence[PanelChoice]) -> str:
    """Say where papers contradict each other, unless the layers are a study's own."""
    measured = all(choice.paper.startswith("study ") for choice in why)
    return "" if measured else f"<p>{escape(ENCODER_OR_DECODER)}</p>"


def _reason_html(choice: PanelChoice, titles: tuple[str, str]) -> str:
    here = "Our inference: measured elsewhere. " if choice.inferred else ""
    said = f"{here}{choice.paper}; {choice.task}. {choice.figure}"
    return f"<dt>{escape(', '.join(titles))}</dt><dd>{escape(said)}</dd>"
