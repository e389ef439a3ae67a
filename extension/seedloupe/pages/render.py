"""Pages out of templates."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from importlib.resources import files

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from .policy import content_policy

_PACKAGE = __name__.partition(".")[0]
_STYLE = "pages/style.css"


def render_page(
    template: str,
    values: Mapping[str, object],
    *,
    styles: Sequence[str] = (),
    scripts: Sequence[str] = (),
    drawn: str = "",
    told: Iterable[Markup] = (),
) -> str:
    """Return a page as one self-contained HTML document.

    Files are named by their place in this package, ``tables/report/page.html``. A template extends
    ``pages/base.html``, which brings the head, the policy and the shared style sheet; everything
    put into it is escaped, and a name it does not get is an error.

    Args:
        template: the page's template.
        values: what the template shows.
        styles: the page's own style sheets, which come after the shared one.
        scripts: its scripts, in order.
        drawn: style made for this page alone, such as pictures in it.
        told: what the scripts read from the element ``values``; made by
            :func:`~.encode.script_json`, in one piece or in several.

    Raises:
        ValueError: a style or a script holds what would end its element.
    """
    parts = stream_page(template, values, styles=styles, scripts=scripts, drawn=drawn, told=told)
    return "".join(parts)


def stream_page(
    template: str,
    values: Mapping[str, object],
    *,
    styles: Sequence[str] = (),
    scripts: Sequence[str] = (),
    drawn: str = "",
    told: Iterable[Markup] = (),
) -> Iterator[str]:
    """Return a page a part at a time, for one that is told more than should lie in memory.

    Arguments and errors are those of :func:`render_page`.
    """
    style = _inline("style", _STYLE, *styles, more=drawn)
    script = _inline("script", *scripts)
    frame = {
        "policy": content_policy(style, script),
        "style": style,
        "script": script,
        "told": told,
    }
    return _environment().get_template(template).generate({**values, **frame})


def _environment() -> Environment:
    """Templates are read from this package and nowhere else."""
    return Environment(
        loader=PackageLoader(_PACKAGE, ""),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=False,
    )


def _inline(element: str, *names: str, more: str = "") -> Markup:
    """Join files of this package to what stands in one element, where nothing can be escaped."""
    folder = files(_PACKAGE)
    read = (folder.joinpath(name).read_text("utf-8") for name in names)
    text = "\n".join(filter(None, (*read, more)))
    if f"</{element}" in text.lower() or "<!--" in text:
        raise ValueError(f"{', '.join(names)}: holds what would end its {element} element")
    return Markup(text)
