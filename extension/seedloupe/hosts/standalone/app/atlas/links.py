"""How the map and the box of :mod:`seedloupe.atlas` talk to Gradio's HTML component.

Gradio runs a component's script with ``element``, ``trigger``, ``props`` and ``watch`` at hand.
"""

from __future__ import annotations

from .....atlas.page import frame_script, map_script

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
