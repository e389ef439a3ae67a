"""Making pictures into a folder: each file whole, the run described, and good to go on with."""

from __future__ import annotations

import re
import time
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING

from ....errors import InputError, SeedloupeError
from ....files import write_json
from ....generation.describe import picture_texts, record_of, tool
from ....images import save_plain
from ....lens.channels import ChannelChoice
from ....lens.run_record import Recording, keep
from ....metadata.write_png import read_png_metadata, save_png
from ..engine.sampling import Generated, stream
from ..engine.watching import token_names_of

if TYPE_CHECKING:
    from torch import Tensor

    from ....generation.request import Request
    from ....lens import FeatureMap, WordsSeen
    from ....lens.budget import Recipe
    from ....lens.concepts import ConceptPainter
    from ....services.seed_choice import SeedChoice
    from ..engine.models import Model
    from .console import Console, ProgressLine

_LENS_SUFFIX = ".lens.safetensors"


@dataclass(eq=False)
class RunFolder:
    """One run into one folder.

    Pictures the folder already holds from the very same settings are kept and not made again, so a
    run that was stopped goes on where it was. Nothing else is ever written over.

    Attributes:
        model: what makes the pictures.
        request: what is made.
        chosen: where the seeds come from.
        folder: where pictures and ``run.json`` go; made when the first picture is done.
        layers: which layers to record; none records nothing.
        recipe: what to keep of them.
        words: words of the prompt to lay over each picture, a file each; if there are any, the
            maps of all words of both prompts go into the lens file.
        channels: which channels of the layers to record.
        concepts: paints a layer's concepts, a sheet beside each picture; None paints none.
    """

    model: Model
    request: Request
    chosen: SeedChoice
    folder: Path
    layers: tuple[str, ...] = ()
    recipe: Recipe | None = None
    words: tuple[str, ...] = ()
    notes: list[str] = field(default_factory=list)
    images: list[dict[str, object]] = field(default_factory=list)
    stopped: bool = False
    channels: ChannelChoice = ChannelChoice.ALL
    concepts: ConceptPainter | None = None

    def execute(self, console: Console) -> dict[str, object]:
        """Make what is missing; Ctrl-C ends the run with everything finished so far in place.

        Returns:
            the content of ``run.json``.

        Raises:
            InputError: or one of its kinds, before anything is written.
        """
        missing = [i for i in range(len(self.request.seeds)) if not self._is_there(i)]
        begun = time.monotonic()
        total = len(self.request.seeds) * self.request.steps_each
        try:
            with console.progress("generating", total, "steps") as progress:
                self._make(missing, progress)
        except KeyboardInterrupt:
            self.stopped = True
        document = self._document(time.monotonic() - begun)
        if self.images:
            write_json(self.folder / "run.json", document)
        return document

    @property
    def kept_notes(self) -> tuple[str, ...]:
        """How many pictures were there before, where any were."""
        made = sum(bool(entry["made_now"]) for entry in self.images)
        kept = len(self.images) - made
        were = "was" if kept == 1 else "were"
        return (f"{made} made now, {kept} {were} there already",) if kept else ()

    def picture(self, index: int) -> Path:
        """Return where a picture goes."""
        return self.folder / f"{index:03d}-{self.request.seeds[index]}.png"

    def _make(self, missing: list[int], progress: ProgressLine) -> None:
        each = self.request.steps_each
        kept = [index for index in range(len(self.request.seeds)) if index not in missing]
        self.images += [self._entry(index, made=False) for index in kept]
        # Checks everything now, also when nothing is left to make.
        seen = self._recording()

        def record(feature: FeatureMap) -> None:
            if seen is not None and feature.layer in self.layers:
                seen.take(feature)

        events = stream(
            self.model,
            self._part(missing or [0]),
            panel=self._watched(),
            sinks=(record, *((self.concepts.take,) if self.concepts else ())),
            words=bool(self.words),
        )
        done = each * len(kept)
        for event in events if missing else ():
            if isinstance(event, Generated):
                self._keep(missing[event.index], event, seen)
                seen = self._recording()
                continue
            done += 1
            progress.at(done, skipped=each * len(kept))

    def _watched(self) -> tuple[str, ...]:
        also = (self.concepts.coder.layer,) if self.concepts else ()
        return tuple(dict.fromkeys((*self.layers, *also)))

    def _part(self, indices: list[int]) -> Request:
        return replace(self.request, seeds=tuple(self.request.seeds[i] for i in indices))

    def _recording(self) -> Recording | None:
        return Recording(self.recipe, channels=self.channels) if self.layers else None

    def _keep(self, index: int, made: Generated, seen: Recording | None) -> None:
        texts = picture_texts(self.request, made.seed, self.chosen.extras(index))
        save_png(made.image, self.picture(index), texts)
        self.notes += [note for note in made.notes if note not in self.notes]
        if seen is not None:
            self._keep_seen(index, made, seen)
        if self.concepts is not None:
            self._keep_concepts(index, made.image, self.concepts)
        if made.words is not None:
            self._keep_words(index, made.image, made.words)
        self.images.append(self._entry(index, made=True))

    def _keep_seen(self, index: int, made: Generated, seen: Recording) -> None:
        """Write what the lens saw; should that fail, the picture is safe already."""
        path = self.picture(index)
        try:
            tokens = token_names_of(self.model, self.request.prompt)
            what = (self.request, made.seed, made.notes)
            record = seen.finish(*what, tokens=tokens, words=made.words)
            keep(record, self._lens(index), path.with_suffix(".lens.png"))
        except (SeedloupeError, OSError, MemoryError) as error:
            reason = str(error) or type(error).__name__
            self.notes.append(f"the lens of {path.name} was not kept: {reason}")
        self.notes += [note for note in seen.notes if note not in self.notes]

    def _keep_words(self, index: int, picture: Tensor, seen: WordsSeen) -> None:
        """Lay each word over the picture; should that fail, the picture is safe already."""
        from ....images import to_pil
        from ....lens import overlay

        for word, path in self._word_files(index).items():
            try:
                # All words of a prompt attend to the object; what sets them apart is their share.
                found = seen.map_of(word, among_words=True)
                save_plain(to_pil(overlay(picture, found.values[0])), path)
            except SeedloupeError as error:
                self.notes.append(f"{path.name} was not made: {error}")

    def _keep_concepts(self, index: int, picture: Tensor, painter: ConceptPainter) -> None:
        """Write the concepts as a sheet; should that fail, the picture is safe already."""
        from ....lens.concepts import save_concept_sheet

        try:
            save_concept_sheet(painter.finished(), picture, self._concept_file(index))
        except (SeedloupeError, OSError) as error:
            name = self._concept_file(index).name
            self.notes.append(f"{name} was not made: {error}")

    def _concept_file(self, index: int) -> Path:
        return self.picture(index).with_suffix(".concepts.png")

    def _word_files(self, index: int) -> dict[str, Path]:
        """Where each word's picture goes; numbered, as no file name can hold every word."""
        picture = self.picture(index)
        return {
            word: picture.with_suffix(f".word{number}-{_file_word(word)}.png")
            for number, word in enumerate(self.words, 1)
        }

    def _lens(self, index: int) -> Path:
        return self.picture(index).with_suffix(_LENS_SUFFIX)

    def _is_there(self, index: int) -> bool:
        path = self.picture(index)
        if not path.exists():
            return False
        wanted = record_of(self.request, self.request.seeds[index], self.chosen.extras(index))
        if read_png_metadata(path).record != wanted:
            raise InputError(
                "out",
                expected="a folder without pictures of other settings",
                got=f"{path}, which is one",
                advice="Name another folder.",
            )
        seen = not self.layers or self._holds_layers(index)
        seen = seen and (self.concepts is None or self._concept_file(index).exists())
        return seen and all(path.exists() for path in self._word_files(index).values())

    def _holds_layers(self, index: int) -> bool:
        """Tell whether the lens file is of the layers asked for now."""
        from ....lens.file import read_lens

        try:
            layers = read_lens(self._lens(index)).spec.layers
        except InputError:  # not there, or no longer readable
            return False
        return {layer.name for layer in layers} == set(self.layers)

    def _entry(self, index: int, *, made: bool) -> dict[str, object]:
        lens = self._lens(index)
        return {
            "index": index,
            "seed": str(self.request.seeds[index]),
            "file": self.picture(index).name,
            "lens": lens.name if lens.exists() else None,
            "words": {
                word: path.name for word, path in self._word_files(index).items() if path.exists()
            },
            "made_now": made,
            **self._concept_entry(index),
            **self.chosen.extras(index),
        }

    def _concept_entry(self, index: int) -> dict[str, object]:
        path = self._concept_file(index)
        return {"concepts": path.name} if self.concepts and path.exists() else {}

    def _document(self, seconds: float) -> dict[str, object]:
        common = record_of(self.request, self.request.seeds[0], {})
        shared: Mapping[str, object] = {
            key: value
            for key, value in common.items()
            if key not in ("format", "version", "tool", "seed", "canonical_seed")
        }
        images = sorted(self.images, key=lambda entry: str(entry["file"]))
        return {
            "format": "seedloupe.run",
            "version": "1",
            "tool": tool(),
            "folder": str(self.folder),
            "stopped": self.stopped,
            "seconds": round(seconds, 3),
            "settings": shared,
            "seeds": [str(seed) for seed in self.request.seeds],
            "chosen": self.chosen.to_json(),
            "images": images,
            "notes": self.notes,
        }


def _file_word(word: str) -> str:
    return re.sub(r"\W+", "-", word, flags=re.ASCII).strip("-").lower()[:40] or "word"
