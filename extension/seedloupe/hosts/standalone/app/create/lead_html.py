"""What stands above the pictures on *Create*: what the seed sways, and what pressing Draw shows."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from html import escape

from .....services.seed_columns import CleanSource, ColumnSource, SeedSource, usual_ways
from .....services.seed_influence import influence_headline, influences_of, quality_clause
from .....services.table_fit import TableFit
from ..html import fit_html

_OFFERS = {
    SeedSource.RANDOM: "random seeds",
    SeedSource.LAYOUT: "seeds that pull things towards your box",
    SeedSource.GOLDEN: "seeds that scored best",
    SeedSource.DIVERSE: "seeds as different as can be",
}

#: How it looks, and Stop in reach wherever one has scrolled to while pictures are drawn.
LEAD_CSS = """
.sl-lead{color:var(--sl-ink);margin-bottom:8px}
.sl-lead h2{font:600 21px/1.3 var(--sl-serif);margin:0 0 4px;color:var(--sl-ink)}
.sl-lead p{margin:0;font-size:14.5px;line-height:1.5;color:var(--sl-soft);max-width:76ch}
.sl-lead summary{cursor:pointer;color:var(--sl-brass);font-size:13px;margin-top:3px}
.sl-lead ul{margin:4px 0 0;padding-left:18px;font-size:13px;line-height:1.45;color:var(--sl-soft)}
.sl-layout{--tone:var(--sl-garnet)} .sl-clean{--tone:var(--sl-jade)}
.sl-box-form{gap:10px!important} .sl-box-form .sl-frame-picture{max-width:150px}
#sl-box{margin-top:-8px}
.sl-pool{align-items:flex-start!important;gap:14px!important}
/* Gradio's own hidden overflow would make its page what the buttons stick to. */
.gradio-container{overflow:clip!important}
.sl-rail:has(.sl-buttons){align-self:stretch}
.sl-buttons:has(#sl-stop:enabled){position:sticky;top:8px;z-index:9}
/* The pictures of a row stand in one line, however many words stand above them. */
.sl-columns{grid-template-rows:auto 1fr}
.sl-column{display:grid;grid-template-rows:subgrid;grid-row:span 2;row-gap:0}
.sl-preview{display:flex!important;flex-wrap:wrap}
.sl-stone{flex:none} .sl-said{flex:1 1 150px;min-width:0} .sl-layers{flex:0 1 auto}
/* Gradio's sliders are as high as their track where they stand alone, and cut their knobs off. */
.gradio-container input[type=range]{min-height:20px;overflow:visible}
.dark input[type=range]{--neutral-200:var(--sl-line)}
@media (max-width:900px){
  .sl-page:has(#sl-fit){gap:16px!important}
  .sl-results:has(>#sl-fit){display:contents!important}
  .sl-results>#sl-fit{order:-1}
  .sl-buttons:has(#sl-stop:enabled){position:fixed;inset:auto 0 0;padding:10px 14px;
    background:var(--sl-paper);border-top:1px solid var(--sl-line)}
}
@media (max-width:700px){
  .sl-layers{flex:1 0 100%}
}
"""


def lead_html(known: TableFit) -> str:
    """Return what the seed sways, what Draw shows of it, and how the table fits.

    Without a table there is nothing to say of the seed, and how to get one comes first.
    """
    if known.table is None:
        said = "Draw shows random seeds side by side."
        return f'<section class="sl-lead"><p>{said}</p></section>{fit_html(known)}'
    influences = influences_of(known.table)
    clause = quality_clause(influences)
    facts = "".join(f"<li>{escape(found.words)}</li>" for found in influences)
    folded = f"<details><summary>The numbers</summary><ul>{facts}</ul></details>" if facts else ""
    return (
        f'<section class="sl-lead"><h2>{escape(influence_headline(influences))}</h2>'
        f"<p>{escape(_offer_words(usual_ways(known.table)))} {escape(clause)}</p>{folded}</section>"
        f"{fit_html(known)}"
    )


def _offer_words(ways: Sequence[ColumnSource]) -> str:
    first, *others = _offers(ways)
    if not others:
        return f"Draw shows {first}."
    return f"Draw shows the same words with {first}, beside {', and '.join(others)}."


def _offers(ways: Sequence[ColumnSource]) -> Iterator[str]:
    for way in ways:
        if isinstance(way, CleanSource):
            yield f"seeds that seldom show {way.tag}"
        elif isinstance(way, SeedSource):
            yield _OFFERS[way]
