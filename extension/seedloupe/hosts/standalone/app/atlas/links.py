"""How the map and the box of :mod:`seedloupe.atlas` talk to Gradio's HTML component.

Gradio runs a component's script with ``element``, ``trigger``, ``props`` and ``watch`` at hand.
"""

from __future__ import annotations

from .....atlas.page import frame_script, map_script

#: On a narrow screen the map is above the form; go there when seeds were picked.
SHOW_MAP = """(...given) => {
  if (window.innerWidth <= 900) {
    document.getElementById("sl-atlas-map").scrollIntoView({behavior: "smooth"});
  }
  return given;
}"""
#: Where the parts of the tab stand.
ATLAS_PAGE_CSS = """
#sl-atlas-frame{margin-top:-8px}
/* The box comes first, beside what it asks; then the pictures, then the rest. */
@media (max-width:900px){
  .sl-atlas-page{gap:18px!important}
  .sl-atlas-page .sl-rail{display:contents!important}
  .sl-atlas-page .sl-by-box{order:-2;display:grid!important;gap:8px 16px!important;
    grid-template-columns:minmax(150px,226px) 1fr;grid-template-rows:auto auto auto 1fr;width:100%}
  .sl-atlas-page .sl-by-box>:first-child{grid-column:1/-1}
  .sl-atlas-page .sl-by-box>#sl-atlas-frame{grid-row:2/-1}
  .sl-atlas-page .sl-by-box button{align-self:start}
  .sl-atlas-page .sl-results{order:-1}
}
@media (max-width:700px){
  .sl-atlas-page .sl-by-box{grid-template-columns:150px 1fr}
  .sl-by-box .sl-frame-picture{max-width:134px}
}
"""
_HEAR = """hear: listener => {
    const tell = () => listener(JSON.parse(props.value || "{}"));
    watch("value", tell);
    tell();
  },"""

_MAP = f"""
openAtlas(element, {{
  {_HEAR}
  send: message => {{
    if (message.type === "use") trigger("select", {{index: 0, value: message.seeds.join(" ")}});
  }},
}});
"""

_FRAME = f"""
openFrame(element, {{
  {_HEAR}
  send: ({{boxes}}) => {{
    props.value = JSON.stringify({{...JSON.parse(props.value || "{{}}"), boxes}});
  }},
}});
"""


def gradio_map_script() -> str:
    """Return the script of the map's component; *Use these seeds* comes as a ``select`` event."""
    return map_script() + _MAP


def gradio_frame_script() -> str:
    """Return the script of the box's component; its value has the boxes drawn on it."""
    return frame_script() + _FRAME
