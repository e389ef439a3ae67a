"""``seedloupe lens``: what the layers of the U-Net see while a picture is made."""

from __future__ import annotations

import argparse
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

from ..arguments import add_model, names, picture_count, picture_size, seed, training_time
from ..console import table_lines
from ..parser import Parser, command
from . import generate, lens_ask, lens_panel

if TYPE_CHECKING:
    from ..console import Console

_SUFFIX = ".lens.safetensors"


def add(commands: argparse._SubParsersAction[Parser]) -> None:
    """Add the command and what the lens can do."""
    summary = "features of the U-Net: run, image, layers, show, compare"
    group = commands.add_parser("lens", help=summary, description=summary)
    actions = group.add_subparsers(metavar="ACTION", required=True, parser_class=Parser)
    record = command(actions, "run", "generate pictures and record layers meanwhile")
    generate.add_run(record)
    record.add_argument(
        "--layers",
        "--panel",
        dest="lens",
        type=names,
        default=("auto",),
        metavar="PANEL",
        help=_LAYERS,
    )
    record.add_argument("--words", type=names, default=(), metavar="W1,W2", help=_WORDS)
    record.set_defaults(run=generate.run)
    layers = command(actions, "layers", "the layers of a model, by canonical name")
    add_model(layers)
    layers.add_argument("patterns", nargs="*", metavar="NAME", help="only these; globs are fine")
    layers.add_argument(
        "--size",
        type=picture_size,
        metavar="WxH",
        help="of the picture shapes are for (default: the model's)",
    )
    layers.add_argument(
        "--panel",
        nargs="?",
        const="auto",
        metavar="PANEL",
        help="whose finding each layer is: of the panel auto, of published, or of a study's "
        "NAME.panel.json (default: auto, where --panel is given)",
    )
    layers.set_defaults(run=run_layers)
    show = command(actions, "show", "paint a lens file as PNG, GIF, WebP or HTML")
    show.add_argument("file", type=Path, metavar="FILE", help="*.lens.safetensors")
    show.add_argument("--out", type=Path, metavar="OUT", help="(default: beside FILE, as a PNG)")
    show.add_argument(
        "--word", "--words", dest="words", type=names, default=(), metavar="W1,W2", help=_SHOWN
    )
    lens_ask.add_questions(show)
    show.set_defaults(run=run_show)
    _add_image(actions)
    _add_compare(actions)


def _add_image(actions: argparse._SubParsersAction[Parser]) -> None:
    image = command(actions, "image", "record the layers for a picture made anywhere")
    image.add_argument("file", type=Path, metavar="FILE", help="a picture")
    add_model(image)
    image.add_argument(
        "--layers", "--panel", type=names, default=("auto",), metavar="PANEL", help=_LAYERS
    )
    image.add_argument(
        "--t", type=training_time, default=50, metavar="T", help="training time to noise it to"
    )
    image.add_argument(
        "--noises", type=picture_count, default=1, metavar="N", help="average over so many noises"
    )
    image.add_argument(
        "--prompt", default="", metavar="TEXT", help="what the U-Net is told (default: nothing)"
    )
    image.add_argument("--seed", type=seed, default=0, metavar="SEED", help="of the noise")
    image.add_argument(
        "--out", type=Path, metavar="OUT", help="(default: FILE as .look.lens.safetensors)"
    )
    image.set_defaults(run=run_image)


def _add_compare(actions: argparse._SubParsersAction[Parser]) -> None:
    two = command(actions, "compare", "how far two recorded runs are apart, layer by layer")
    two.add_argument("files", nargs=2, type=Path, metavar="FILE", help="*.lens.safetensors")
    two.add_argument(
        "--out", type=Path, metavar="OUT", help="paint it as .png or .html (default: not)"
    )
    two.set_defaults(run=run_compare)


_WORDS = (
    "lay what attends to these words over each picture: auto, or words of the prompt "
    "(default: none)"
)
_SHOWN = "paint what attends to these words: auto, or words of the prompts (default: none)"
_LAYERS = (
    "auto, published (what a paper recommends), a study's NAME.panel.json, or names, aliases or "
    "globs with commas between"
)


def run_layers(args: argparse.Namespace, console: Console) -> int:
    """List layers with the shapes they have at one picture size."""
    from .....lens import find_layers, list_layers
    from ...engine.watching import layer_shapes
    from ..opening import open_said

    if args.panel is not None:
        return lens_panel.run(args, console)
    model = open_said(args.model, console, device=args.device, announce=False)
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
    from .....errors import InputError
    from .....lens.file import read_lens
    from .....lens.sheets import FORMATS, paint_layers
    from .....lens.word_sheets import paint_words

    ending = ".words.png" if args.words else ".lens.png"
    if lens_ask.is_asked(args):
        ending = f".lens{lens_ask.suffix_of(args)}"
    out = args.out or args.file.with_name(args.file.name.removesuffix(_SUFFIX) + ending)
    if out.suffix not in FORMATS:
        raise InputError("out", expected=f"a name ending in {', '.join(FORMATS)}", got=str(out))
    require_own(out)
    lens_ask.require_sense(args)
    if lens_ask.is_asked(args):
        return lens_ask.run(args, console, out)
    record = read_lens(args.file)
    words = paint_words(record, args.words, out) if args.words else ()
    if not args.words:
        paint_layers(record, out, beside=args.file)
    layers = [
        {"name": layer.name, "height": layer.height, "width": layer.width}
        for layer in record.spec.layers
    ]
    steps = sorted({key.step for key in (record.words if words else record.rgb)})
    document = {
        "file": str(args.file),
        "out": str(out),
        "model": record.spec.model,
        "prompt": record.spec.prompt,
        "seeds": list(record.spec.seeds),
        "steps": len(steps),
        "layers": layers,
        "words": list(words),
    }
    shown = ", ".join(words) if words else f"{len(layers)} layers"
    console.result(document, [f"{out}: {shown} at {len(steps)} steps"])
    return 0


def run_image(args: argparse.Namespace, console: Console) -> int:
    """Record one noised look at a picture."""
    from .....files import check_out_file
    from .....images import read_image
    from .....lens.run_record import keep, panel_of
    from ...engine.single_pass import FeatureExtraction, extract_features, fitted
    from ..opening import open_said, say_cut_prompts

    # Pictures of a run have a lens file of their own, which must stay.
    out = args.out or args.file.with_suffix(f".look{_SUFFIX}")
    require_own(out)
    sheet = check_out_file(out, _SUFFIX).with_name(out.name.removesuffix(_SUFFIX) + ".lens.png")
    image = read_image(args.file)
    model = open_said(args.model, console, device=args.device)
    say_cut_prompts(console, model, [args.prompt])
    layers = panel_of(model.unet, args.layers)
    height, width = fitted(model, image).shape[-2:]
    if image.shape[-2:] != (height, width):
        console.note(f"note: looked at as {width}x{height} pixels, a size the model can take")
    record = extract_features(
        model, FeatureExtraction(image, layers, args.t, args.noises, args.prompt, args.seed)
    )
    keep(record, out, sheet)
    spec = record.spec
    document = {
        "file": str(args.file),
        "out": str(out),
        "sheet": str(sheet),
        "model": spec.model,
        "prompt": spec.prompt,
        "t": args.t,
        "sigma": spec.sigmas[0],
        "seeds": list(spec.seeds),
        "layers": [{"name": x.name, "height": x.height, "width": x.width} for x in spec.layers],
    }
    words = f"{out}: {len(layers)} layers at t {args.t} (noise {spec.sigmas[0]:.3g})"
    console.result(document, [words, str(sheet)])
    return 0


def run_compare(args: argparse.Namespace, console: Console) -> int:
    """Compare two lens files."""
    from .....errors import InputError
    from .....lens.compare import compare_runs
    from .....lens.compare_page import comparison_document, difference_words, paint_differences
    from .....lens.file import read_lens

    if args.out is not None and args.out.suffix not in (".png", ".html"):
        raise InputError("out", expected="a name ending in .png or .html", got=str(args.out))
    found = compare_runs(*(read_lens(file) for file in args.files))
    if args.out is not None:
        paint_differences(found, args.out)
    rows = [["LAYER", "STEP", "NOISE", "COSINE", "LENGTH"]]
    rows += [
        [
            curve.layer,
            str(point.step),
            "" if point.sigma is None else f"{point.sigma:.3g}",
            f"{point.cosine:.4f}",
            f"{point.relative:.4f}",
        ]
        for curve in found.curves
        for point in curve.points
    ]
    result = {"files": [str(file) for file in args.files], **comparison_document(found)}
    result["out"] = None if args.out is None else str(args.out)
    console.result(result, [*difference_words(found), *table_lines(rows)])
    return 0


def require_own(path: Path, *, field: str = "out") -> None:
    """Refuse to write over a finished picture, or over what the lens recorded of a run.

    Raises:
        InputError: such a file is there.
    """
    from .....errors import InputError

    kind = ""
    if path.suffix == ".png" and path.is_file():
        from .....metadata.write_png import read_png_metadata

        with suppress(InputError):
            kind = "a finished picture" if read_png_metadata(path).record else ""
    elif path.name.endswith(_SUFFIX) and path.is_file():
        from .....lens.file import read_lens

        with suppress(InputError):
            kind = "" if "look" in read_lens(path).spec.extra else "the recording of a run"
    if kind:
        raise InputError(
            field, expected="a new file", got=f"{kind}, {path}", advice="Name another with --out."
        )
