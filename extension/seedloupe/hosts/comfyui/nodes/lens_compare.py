"""The node that lays two runs side by side."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from comfy_api.latest import io

from ..lens.handle import LENS, Lens
from ..schema import REPORT_KEY, node_schema

if TYPE_CHECKING:
    from ....lens.compare import Comparison

__all__ = ["NODES", "SeedloupeLensCompare"]


class SeedloupeLensCompare(io.ComfyNode):
    """Where, when and in which layers two runs part."""

    @classmethod
    def define_schema(cls) -> io.Schema:
        """Describe the node."""
        tooltip = "The picture sampled with this tap; it makes ComfyUI wait for it."
        which = "0 is the newest of the tap's runs. With one tap for both, take 1 and 0."
        return node_schema(
            "SeedloupeLensCompare",
            name="Lens Compare",
            description="Compares two runs layer by layer and step by step: two seeds, two "
            "prompts, or with and without a LoRA. Black is equal.",
            aliases=("semantic lens", "difference map", "A/B"),
            is_output_node=True,
            inputs=[
                LENS.Input("one", tooltip="A lens."),
                LENS.Input("other", tooltip="Another of the same model and size, or the same one."),
                io.Int.Input("run_of_one", default=0, min=0, max=7, tooltip=which),
                io.Int.Input("run_of_other", default=0, min=0, max=7, tooltip=which),
                io.Image.Input("picture_of_one", optional=True, tooltip=tooltip),
                io.Image.Input("picture_of_other", optional=True, tooltip=tooltip),
            ],
            outputs=[
                io.Image.Output("image", display_name="image", tooltip="Layers by steps."),
                io.String.Output("said", display_name="said", tooltip="How far apart they are."),
            ],
        )

    @classmethod
    def execute(
        cls,
        one: Lens,
        other: Lens,
        run_of_one: int,
        run_of_other: int,
        picture_of_one: Any = None,
        picture_of_other: Any = None,
    ) -> io.NodeOutput:
        """Compare."""
        from ....lens.compare import compare_runs
        from ....lens.compare_page import difference_sheet
        from ..lens.events import picture_address

        found = compare_runs(
            one.run(run_of_one, after=picture_of_one).record,
            other.run(run_of_other, after=picture_of_other).record,
        )
        sheet, said = difference_sheet(found), _said(found)
        shown = {"picture": picture_address(sheet), "sentence": said}
        ui = {"seedloupe_compare": [shown], REPORT_KEY: [said]}
        return io.NodeOutput(sheet.permute(1, 2, 0)[None], said, ui=ui)


def _said(found: Comparison) -> str:
    """Say what differs, and where the runs part first."""
    from ....lens.compare_page import difference_words

    lines = [
        f"{curve.layer}: {curve.points[0].cosine:.3f} apart at the first step, "
        f"{curve.points[-1].cosine:.3f} at the last (one minus the cosine)"
        for curve in found.curves
    ]
    return "\n".join([*difference_words(found), *lines])


NODES = (SeedloupeLensCompare,)
