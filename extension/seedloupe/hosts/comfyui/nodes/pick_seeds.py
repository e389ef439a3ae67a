"""Seeds from a table: golden, diverse, by layout or clean."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from comfy_api.latest import io

from ..identity import model_sha256
from ..latents import shape_in_use
from ..ratings import ratings_stamp
from ..refusal import validation
from ..schema import ANYTHING, BY_HAND, LIKED, REPORT_KEY, USUAL, node_schema
from ..tables import OF_THE_MODEL, named_table, table_names, table_stamp

__all__ = ["NODES", "SeedloupePickSeeds"]

_SPACES = (USUAL, "style", "composition", "look", "colour")
# The host's own bounding box leaves its numbers behind in the classic page when another rule is
# chosen in a dynamic combo, so the box is four numbers.
_BOX = (
    ("left", 10, "from the left edge"),
    ("top", 10, "from the upper edge"),
    ("width", 40, "of the picture's width"),
    ("height", 50, "of the picture's height"),
)


class SeedloupePickSeeds(io.ComfyNode):
    """Seeds that a table found to be good, different, well placed or clean."""

    @classmethod
    def define_schema(cls) -> io.Schema:
        """Describe the node; read anew each time, so that new tables show up on refresh."""
        return node_schema(
            "SeedloupePickSeeds",
            name="Pick Seeds",
            description="Seeds from a seed table: the best, the most different of the good ones, "
            "those that put things where you want them, those that write least text, those whose "
            "pictures you liked, or those you chose on the table's map. Every run goes on in the "
            "pool.",
            aliases=(
                "golden seeds",
                "diverse seeds",
                "seed list",
                "layout seeds",
                "best seeds",
                "seed map",
                "atlas",
            ),
            # An output node also runs alone, and shows its picks again when nothing had to run.
            is_output_node=True,
            inputs=[
                io.Combo.Input(
                    "table",
                    options=[OF_THE_MODEL, *table_names()],
                    tooltip="A seed table: yours in models/seed_tables, then those that came "
                    "along. The first entry finds the table of the model wired to this node.",
                ),
                io.DynamicCombo.Input(
                    "pick", options=_rules(), tooltip="By which rule seeds are chosen."
                ),
                io.Int.Input(
                    "count", default=4, min=1, max=1024, tooltip="How many seeds, one a picture."
                ),
                io.Int.Input(
                    "position",
                    default=0,
                    min=0,
                    max=2**31 - 1,
                    control_after_generate=io.ControlAfterGenerate.increment,
                    tooltip="Where in the pool the first seed stands. Goes up after each run, so "
                    "that every run brings new pictures; set the control below it to fixed to keep "
                    "the seeds.",
                ),
                *_extra_inputs(),
            ],
            outputs=_outputs(),
        )

    @classmethod
    def validate_inputs(cls, table: str, pick: Any = None) -> bool | str:
        """Refuse what can be refused before anything runs."""

        def check() -> None:
            from ..choosing import require_pick

            known = isinstance(table, str) and table != OF_THE_MODEL
            require_pick(named_table(table, None).table if known else None, pick)

        return validation(check)

    @classmethod
    def fingerprint_inputs(cls, table: str, pick: object = None, **_: object) -> object:
        """Run again when the table's file changed, or a thumb was given and thumbs decide."""
        rule = pick.get("pick") if isinstance(pick, Mapping) else pick
        return [table_stamp(table), ratings_stamp()] if rule == LIKED else table_stamp(table)

    @classmethod
    def execute(
        cls,
        table: str,
        pick: Mapping[str, Any],
        count: int,
        position: int,
        order: str = "turning",
        other_size: str = "refuse",
        tags: str = "",
        no_tags: str = "",
        model: Any = None,
        latent: Mapping[str, Any] | None = None,
    ) -> io.NodeOutput:
        """Pick the seeds, unless they would mean other noise here."""
        from ....services.choice_summary import summarise_choice
        from ..choosing import PickSettings, made_by, pick_for, picked_ui, report_of
        from ..noise import SeedNoise

        known = model_sha256(model)
        settings = PickSettings(pick, count, position, order, other_size, tags, no_tags)
        named = named_table(table, known)
        choice, batch = pick_for(
            named,
            settings,
            shape=None if latent is None else shape_in_use(latent, model),
            model_sha256=known,
        )
        report = report_of(choice, batch)
        return io.NodeOutput(
            list(choice.seeds),
            SeedNoise(batch, choice, made_by(named, model, known)),
            summarise_choice(choice).line,
            report,
            ui={REPORT_KEY: [report], "seedloupe_picks": [picked_ui(choice)]},
        )


def _rules() -> list[Any]:
    option = io.DynamicCombo.Option
    return [
        option("golden", []),
        option(
            "diverse",
            [
                io.Combo.Input(
                    "space",
                    options=list(_SPACES),
                    default=USUAL,
                    tooltip="What the pictures are to differ in; usual is the table's style.",
                ),
                io.Float.Input(
                    "keep",
                    default=0.5,
                    min=0.05,
                    max=1.0,
                    step=0.05,
                    tooltip="Which share of the seeds, the better ones, are in the running.",
                ),
            ],
        ),
        option("layout", _layout_inputs()),
        option(
            "clean",
            [
                io.String.Input(
                    "flaw",
                    default="text",
                    tooltip="The tag that the seeds are to show least often.",
                )
            ],
        ),
        option(LIKED, []),
        option(
            BY_HAND,
            [
                io.String.Input(
                    "seeds",
                    default="",
                    tooltip="Seeds of your own: 7, 12, 40-43. Open the map below to choose some.",
                )
            ],
        ),
    ]


def _layout_inputs() -> list[Any]:
    return [
        *(_percent(name, default, words) for name, default, words in _BOX),
        io.Combo.Input(
            "depth", options=[ANYTHING, "near", "far"], tooltip="How far away things should be."
        ),
        io.String.Input(
            "object",
            default="",
            tooltip="Which object of the table's is meant; empty is any.",
        ),
    ]


def _percent(name: str, default: int, words: str) -> Any:
    least = 1 if name in ("width", "height") else 0
    tooltip = f"The box in which things should stand: percent {words}."
    return io.Int.Input(name, default=default, min=least, max=100, tooltip=tooltip)


def _extra_inputs() -> list[Any]:
    more = {"optional": True, "advanced": True}
    return [
        io.Combo.Input(
            "order",
            options=["turning", "best"],
            default="turning",
            tooltip="turning takes a pool of good seeds in a shuffled order, round after round; "
            "best begins with the best and ends with the last seed compared.",
            **more,
        ),
        io.Combo.Input(
            "other_size",
            options=["refuse", "stretch", "middle"],
            default="refuse",
            tooltip="What to do at a size the table was not made for. stretch and middle carry the "
            "noise there, which mostly keeps the layout and says nothing of scores.",
            **more,
        ),
        io.String.Input(
            "tags",
            default="",
            tooltip="Only seeds whose pictures tend to show these, divided by commas: gray, "
            "border, sky, text.",
            **more,
        ),
        io.String.Input(
            "no_tags",
            default="",
            tooltip="Only seeds whose pictures do not tend to show these.",
            **more,
        ),
        io.Model.Input(
            "model",
            optional=True,
            tooltip="The model the seeds are for, so that the node can tell whether the table was "
            "made with it.",
        ),
        io.Latent.Input(
            "latent",
            optional=True,
            tooltip="The empty latent the pictures begin with, so that a size the table was not "
            "made for is told here and not when sampling begins.",
        ),
    ]


def _outputs() -> list[Any]:
    return [
        io.Int.Output(
            "seeds",
            display_name="seeds",
            is_output_list=True,
            tooltip="A list: a sampler runs once for each. Use a latent batch of 1 there.",
        ),
        io.Noise.Output(
            "noise",
            display_name="noise",
            tooltip="For a batch in one go: each picture has its own seed's noise. Wire it to "
            "SamplerCustomAdvanced, with as many latents as seeds.",
        ),
        io.String.Output(
            "summary", display_name="summary", tooltip="One line: what it is worth, which seeds."
        ),
        io.String.Output(
            "report",
            display_name="report",
            tooltip="Which seeds, why, and how far to trust them.",
        ),
    ]


NODES = (SeedloupePickSeeds,)
