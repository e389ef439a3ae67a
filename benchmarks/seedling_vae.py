"""What Seedling's VAE gives back: pictures in decibels, painted words by reading them.

    python benchmarks/seedling_vae.py --count 300 --words 60

Pictures are held out. A word counts when the reader reads it in the rendered picture; the
figure is the share of those it still reads after the round trip. Prints one JSON document.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Callable, Iterable, Iterator
from itertools import islice
from pathlib import Path

import torch
from torch import Tensor

from seedloupe.artifacts import OcrReader
from seedloupe.artifacts.readers import builtin_readers
from seedloupe.hosts.standalone.engine.models import open_model
from seedloupe.seedling.world import RenderedPicture, Split, Style, render

RoundTrip = Callable[[Tensor], Tensor]


def main() -> None:
    """Read the command line, measure, print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--model", default="seedling")
    parser.add_argument("--count", type=int, default=300)
    parser.add_argument("--words", type=int, default=60)
    parser.add_argument("--reader", default="rapidocr", choices=builtin_readers().names())
    parser.add_argument(
        "--checkpoint", type=Path, help="a training run's vae.checkpoint.pt instead"
    )
    parser.add_argument("--sheet", type=Path, help="write pictures above what came back here")
    settings = parser.parse_args()
    torch.set_num_threads(1)
    trip = from_checkpoint(settings.checkpoint) if settings.checkpoint else of_model(settings.model)
    report = {"pictures": fidelity(held_out(settings.count), trip, settings.sheet)}
    if settings.words:
        reader = builtin_readers().get(settings.reader)
        report["words"] = legibility(written(settings.words), trip, reader)
    sys.stdout.write(json.dumps(report, indent=2) + "\n")


def of_model(name: str) -> RoundTrip:
    """The VAE of a model."""
    return _trip(open_model(name).pipe.vae)


def from_checkpoint(path: Path) -> RoundTrip:
    """The averaged VAE of a training run that is still going on."""
    from seedloupe.seedling.training.architecture import build_vae

    vae = build_vae()
    kept = torch.load(path, weights_only=True, map_location="cpu")
    # Masters lie in the order of the optimiser: matrices first, then the rest.
    names = [name for group in _grouped(vae) for name in group]
    vae.load_state_dict({n: s["ema"] for n, s in zip(names, kept["masters"], strict=True)})
    return _trip(vae.eval())


def _grouped(vae: torch.nn.Module) -> Iterator[list[str]]:
    from seedloupe.seedling.training.optim import split_parameters

    called = {id(weight): name for name, weight in vae.named_parameters()}
    for group in split_parameters(vae):
        yield [called[id(weight)] for weight in group]


def _trip(vae: torch.nn.Module) -> RoundTrip:
    @torch.no_grad()
    def trip(images: Tensor) -> Tensor:
        latents = vae.encode(images * 2 - 1).latent_dist.mean  # type: ignore[operator]
        out: Tensor = vae.decode(latents).sample  # type: ignore[operator]
        # As hosts save it: eight bits a channel.
        return ((out / 2 + 0.5).clamp(0, 1) * 255).round() / 255

    return trip


def fidelity(
    pictures: list[RenderedPicture], trip: RoundTrip, sheet: Path | None
) -> dict[str, float]:
    """Peak signal to noise of whole pictures and of things, in decibels, means over pictures."""
    whole, things, pairs = [], [], []
    for picture in pictures:
        image = image_of(picture)
        back = trip(image)
        error = (back - image).square()[0].mean(0)
        whole.append(decibels(error.mean()))
        mask = torch.from_numpy(picture.object_mask)
        if mask.any():
            things.append(decibels(error[mask].mean()))
        if len(pairs) < 32:
            pairs.append(torch.cat([image[0], back[0]], 1))
    if sheet:
        write_sheet(pairs, sheet)
    return {
        "decibels": round(sum(whole) / len(whole), 2),
        "worst tenth below": round(sorted(whole)[len(whole) // 10], 2),
        "of things": round(sum(things) / len(things), 2),
    }


def legibility(
    pictures: list[RenderedPicture], trip: RoundTrip, reader: OcrReader
) -> dict[str, float]:
    """Words read in rendered pictures, and those of them still read after the round trip."""
    before = [reads(reader, image_of(picture), picture) for picture in pictures]
    after = [reads(reader, trip(image_of(picture)), picture) for picture in pictures]
    still = [back for front, back in zip(before, after, strict=True) if front]
    return {
        "painted": len(pictures),
        "read": sum(before),
        "still read": sum(still),
        "share": round(sum(still) / max(1, len(still)), 4),
    }


def reads(reader: OcrReader, image: Tensor, picture: RenderedPicture) -> bool:
    """Whether the reader reads the picture's word, capitals or not."""
    texts = " ".join(region.text or "" for region in reader.read(image[0]))
    return picture.scene.word.lower() in texts.lower()


def held_out(count: int) -> list[RenderedPicture]:
    """The first held-out pictures."""
    return [render(Split.HELD_OUT.seed(index)) for index in range(count)]


def written(count: int) -> list[RenderedPicture]:
    """Held-out pictures with a word (18 to 24 pixels tall) that nothing covers."""
    everything: Iterable[RenderedPicture] = (
        render(Split.HELD_OUT.seed(i)) for i in range(1_000_000)
    )
    some = (p for p in everything if p.scene.word and p.scene.style is not Style.BORDER)
    return list(islice(some, count))


def image_of(picture: RenderedPicture) -> Tensor:
    """``(1, 3, H, W)`` in [0, 1]."""
    return torch.from_numpy(picture.image.copy()).permute(2, 0, 1)[None].float() / 255


def decibels(error: Tensor) -> float:
    """Peak signal to noise of a mean squared error of pictures in [0, 1]."""
    return float(-10 * torch.log10(error))


def write_sheet(pairs: list[Tensor], path: Path) -> None:
    """Eight pictures a row, each above what came back."""
    from PIL import Image

    rows = [torch.cat(pairs[start : start + 8], 2) for start in range(0, len(pairs) // 8 * 8, 8)]
    whole = (torch.cat(rows, 1).permute(1, 2, 0) * 255).round().byte().numpy()
    Image.fromarray(whole).save(path)


if __name__ == "__main__":
    main()
