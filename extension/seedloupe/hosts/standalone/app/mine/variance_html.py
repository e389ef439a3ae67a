"""What the tab *Mine* shows of the question whether the seed matters."""

from __future__ import annotations

import base64
from html import escape
from io import BytesIO

from PIL import Image

from .....mining.variance.board import variance_html
from .....services.variance_run import VarianceRun, VarianceStanding
from ..html import status_html

_QUALITY = 85


def answer_html(run: VarianceRun, standing: VarianceStanding) -> str:
    """Return the answer, or how far it is, above the pictures it comes from."""
    share = 100 * standing.done / standing.images
    bar = f'<div class="sl-mine-bar"><i style="width:{share:.1f}%"></i></div>'
    if standing.report is None:
        return f'<div class="sl-mine">{status_html(standing.line)}{bar}{_grid_html(run)}</div>'
    folded = f"<details><summary>The pictures</summary>{_grid_html(run)}</details>"
    return variance_html(standing.report) + f'<div class="sl-mine">{folded}</div>'


def _grid_html(run: VarianceRun) -> str:
    prompts = "".join(f"<li>{escape(prompt)}</li>" for prompt in run.plan.prompts)
    said = f"{run.plan.images} pictures, a row a seed and a column a prompt"
    url = _webp_url(run.picture())
    return f'<img class="sl-grid" src="{url}" alt="{said}"><ol>{prompts}</ol>'


def _webp_url(picture: Image.Image) -> str:
    buffer = BytesIO()
    picture.save(buffer, "WEBP", quality=_QUALITY)
    return "data:image/webp;base64," + base64.b64encode(buffer.getvalue()).decode()
