"""What a reader of a web UI's text should know besides, in whole sentences."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from ...errors import InputError
from ...noise.portability import CARDS
from ...noise.source import NV_NOISE
from ...sampler_names import Sampler, read_sampler_name
from .grid import CellGrid, differs
from .program import ProgramFamily, TextProgram, generator_of
from .sizes import TextSizes, has_second_pass


def device_sentence(program: TextProgram, name: str | None, count: int | None) -> str:
    """Say what the device may have drawn, for the number of values."""
    why = "No RNG key, so" if name is None else "RNG: GPU is the device's own generator, so"
    if program.family is ProgramFamily.SDNEXT:
        why = "SD.Next does not write its generator's device, so"
    elif program.family is ProgramFamily.NEO and name is None:
        why = "No RNG key, which Forge Neo writes (its setting is CPU unless changed), so"
    elif program.family is ProgramFamily.UNNAMED:
        why = "No RNG key and no program's name; where a web UI wrote it,"
    smallest = min(card.source.grid_threads or 0 for card in CARDS)
    if count is None:
        cards = "an NVIDIA card draws nv noise at small sizes"
    elif count <= smallest:
        cards = (
            f"an NVIDIA card draws nv noise at this size ({count:,} values, and every card we know "
            f"runs {smallest:,} threads or more)"
        )
    else:
        cards = (
            f"an NVIDIA card of fewer than {count:,} threads draws noise of its own, "
            "cuda:THREADS, and others nv noise"
        )
    return (
        f"{why} the noise is that of the device it was made on: {cards}; "
        "a processor or an Apple device draws cpu noise."
    )


def _steps_may_draw(fields: Mapping[str, str]) -> bool:
    """Whether steps add noise; not where the sampler is known to draw none."""
    try:
        sampler = read_sampler_name(fields.get("Sampler", "")).sampler
    except InputError:
        return True
    return sampler.draws or (sampler is Sampler.DDIM and "Eta DDIM" in fields)


def notes_on(fields: Mapping[str, str], program: TextProgram, task: str) -> Iterator[str]:
    """Say what else the settings did, the values of the noise apart."""
    if task != "txt2img":
        yield "The noise was added to another picture, which is needed as well."
    if fields.get("Masked content") == "latent noise":
        yield "The masked part was filled with noise, from the seeds of the job's first batch."
    if has_second_pass(fields):
        yield "The second pass drew new noise from the same seed at its own, larger size."
    if "ENSD" in fields and _steps_may_draw(fields):
        yield "Noise that steps add came from the seed plus ENSD."
    if "Noise multiplier" in fields and task != "txt2img":
        yield f"The noise is multiplied with {fields['Noise multiplier'][:20]} (Noise multiplier)."
    if "Extra noise" in fields:
        yield f"Extra noise {fields['Extra noise'][:20]} added the same noise once more."
    if (
        program.family is ProgramFamily.FORGE
        and generator_of(program, fields.get("RNG")) == NV_NOISE
    ):
        yield (
            "Forge draws cpu noise where it is set to reproduce ComfyUI or Draw Things, which its "
            "text does not tell."
        )


def size_notes(
    fields: Mapping[str, str],
    sizes: TextSizes,
    file_size: tuple[int, int] | None,
    grid: CellGrid | None,
) -> Iterator[str]:
    """Say where the file has another size than the picture of its text."""
    if grid is None and sizes.final and file_size and differs(sizes.final, file_size):
        yield "The file has {}x{} pixels, other than the {}x{} of its text.".format(
            *file_size, *sizes.final
        )
