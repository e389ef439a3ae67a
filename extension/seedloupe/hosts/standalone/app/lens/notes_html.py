"""What stands below the explorer, as HTML: what to beware of, why these layers, and the files."""

from __future__ import annotations

from html import escape

from .....lens import ENCODER_OR_DECODER, PanelChoice, layer_words
from .session import Exhibit, Sight, warnings_of


def files_html(found: Exhibit) -> str:
    """Return the links to save the page and the lens files."""
    links = [
        (found.page, "lens.html", "A page to keep"),
        *((url, name, name) for url, name in found.files),
    ]
    said = "".join(
        f'<a href="{escape(url)}" download="{escape(name)}">{escape(title)}</a>'
        for url, name, title in links
    )
    return f'<p class="sl-lens-files">Save: {said}</p>'


def more_html(sight: Sight) -> str:
    """Return whose finding each layer follows, and what to beware of, folded away."""
    warnings = "".join(f"<li>{escape(line)}</li>" for line in warnings_of(sight.runs))
    beware = f"<details><summary>What to beware of</summary><ul>{warnings}</ul></details>"
    reasons = "".join(_reason_html(choice) for choice in sight.why)
    why = (
        f"<details><summary>Why these layers</summary><dl>{reasons}</dl>"
        f"<p>{escape(ENCODER_OR_DECODER)}</p></details>"
    )
    return f'<div class="sl-lens-more">{beware if warnings else ""}{why if reasons else ""}</div>'


def _reason_html(choice: PanelChoice) -> str:
    title, part = layer_words(choice.layer)
    here = "Our inference: measured elsewhere. " if choice.inferred else ""
    said = f"{here}{choice.paper}; {choice.task}. {choice.figure}"
    return f"<dt>{escape(f'{title}, {part}')}</dt><dd>{escape(said)}</dd>"
