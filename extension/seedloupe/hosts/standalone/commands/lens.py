"""``seedloupe lens``: what the layers of the U-Net see while a picture is made."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

from ..arguments import Parser, add_model, command, names, size
from ..console import table_lines
from . import generate

if TYPE_CHECKING:
    from ..console import Console

_FORMATS = (".png", ".gif", ".html")


def add(commands: argparse._SubParsersAction[Parser]) -> None:
    """Add the command and what the lens can do."""
    summary = "features of the U-Net: run, layers, show"
    group = commands.add_parser("lens", help=summary, description=summary)
    actions = group.add_subparsers(metavar="ACTION", required=True, parser_class=Parser)
    record = command(actions, "run", "generate pictures and record layers meanwhile")
    generate.add_run(record)
    record.add_argument(
        "--layers", dest="lens", type=names, default=("auto",), metavar="PANEL", help=_LAYERS
    )
    record.add_argument("--words", type=names, default=(), metavar="W1,W2", help=_WORDS)
    record.set_defaults(run=generate.run)
    layers = command(actions, "layers", "the layers of a model, by canonical name")
    add_model(layers)
    layers.add_argument("patterns", nargs="*", metavar="NAME", help="only these; globs are fine")
    layers.add_argument("--size", type=size, metavar="WxH", help="of the picture shapes are for")
    layers.set_defaults(run=run_layers)
    show = command(actions, "show", "paint a lens file as PNG, GIF or HTML")
    show.add_argument("file", type=Path, metavar="FILE")
    show.add_argument("--out", type=Path, metavar="OUT", help="default: FILE as .png beside it")
    show.set_defaults(run=run_show)


_WORDS = "lay what attends to these words over each picture: auto, or words of the prompt"
_LAYERS = "auto, or names, aliases or globs with commas between"


def run_layers(args: argparse.Namespace, console: Console) -> int:
    """List layers with the shapes they have at one picture size."""
    from ....lens import find_layers, list_layers
    from ..models import open_model
    from ..shapes import layer_shapes

    model = open_model(args.model, device=args.device)
    layers = find_layers(model.unet, args.patterns) if args.patterns else list_layers(model.unet)
    shapes = layer_shapes(
        model, [layer.name for layer in layers], *(args.size or model.native_size)
    )
    entries = [
        {
            "name": layer.name,
            "shape": list(shapes[layer.name]) if layer.name in shapes else None,
            "path": layer.path,
            "aliases": list(layer.aliases),
        }
        for layer in layers
    ]
    rows = [["LAYER", "C, H, W", "ALSO KNOWN AS"]]
    rows += [
        [
            layer.name,
            ", ".join(map(str, shapes.get(layer.name, ("not", "run")))),
            ", ".join(dict.fromkeys((layer.path, *layer.aliases))),
        ]
        for layer in layers
    ]
    console.result({"model": model.name, "layers": entries}, table_lines(rows))
    return 0


def run_show(args: argparse.Namespace, console: Console) -> int:
    """Paint a lens file."""
    from ....errors import InputError
    from ....lens.file import read_lens
    from ..gallery import paint

    out = args.out or args.file.with_name(args.file.name.removesuffix(".safetensors") + ".png")
    if out.suffix not in _FORMATS:
        raise InputError("out", expected=f"a name ending in {', '.join(_FORMATS)}", got=str(out))
    record = read_lens(args.file)
    paint(record, out)
    layers = [
        {"name": layer.name, "height": layer.height, "width": layer.width}
        for layer in record.spec.layers
    ]
    steps = sorted({key.step for key in record.rgb})
    document = {
        "file": str(args.file),
        "out": str(out),
        "model": record.spec.model,
        "prompt": record.spec.prompt,
        "seeds": list(record.spec.seeds),
        "steps": len(steps),
        "layers": layers,
    }
    console.result(document, [f"{out}: {len(layers)} layers at {len(steps)} steps"])
    return 0
