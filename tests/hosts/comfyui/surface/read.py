"""Prints what Seedloupe uses of a ComfyUI, as the facts the double is held to.

Run it in ComfyUI's folder with ComfyUI's Python, once for each version that is supported::

    python .../tests/hosts/comfyui/surface/read.py > .../surface/0.33.0.json
"""

from __future__ import annotations

import importlib
import inspect
import json
import sys
from pathlib import Path

CALLED = (
    "comfy.k_diffusion.sampling.BrownianTreeNoiseSampler",
    "comfy.k_diffusion.sampling.default_noise_sampler",
    "comfy.k_diffusion.sampling.sample_dpmpp_sde",
    "comfy.k_diffusion.sampling.sample_euler",
    "comfy.k_diffusion.sampling.sample_euler_ancestral",
    "comfy.k_diffusion.sampling.sample_heun",
    "comfy.model_base.BaseModel.process_latent_out",
    "comfy.model_patcher.ModelPatcher.add_object_patch",
    "comfy.model_patcher.ModelPatcher.add_wrapper_with_key",
    "comfy.model_patcher.ModelPatcher.clone",
    "comfy.model_patcher.ModelPatcher.get_attachment",
    "comfy.model_patcher.ModelPatcher.get_model_object",
    "comfy.model_patcher.ModelPatcher.remove_wrappers_with_key",
    "comfy.model_patcher.ModelPatcher.set_attachments",
    "comfy.model_patcher.ModelPatcher.set_model_attn2_replace",
    "comfy.model_patcher.ModelPatcher.set_model_unet_function_wrapper",
    "comfy.model_sampling.EPS.calculate_denoised",
    "comfy.model_sampling.EPS.calculate_input",
    "comfy.model_sampling.EPS.noise_scaling",
    "comfy.model_sampling.ModelSamplingDiscrete",
    "comfy.model_sampling.ModelSamplingDiscrete.sigma",
    "comfy.model_sampling.ModelSamplingDiscrete.timestep",
    "comfy.patcher_extension.WrapperExecutor",
    "comfy.patcher_extension.get_all_wrappers",
    "comfy.sample.fix_empty_latent_channels",
    "comfy.sample.prepare_noise",
    "comfy.sample.sample_custom",
    "comfy.samplers.CFGGuider.outer_sample",
    "comfy.samplers.CFGGuider.sample",
    "comfy.samplers.KSAMPLER",
    "comfy.samplers.KSAMPLER.sample",
    "comfy.samplers.ksampler",
    "comfy.sd.VAE",
    "comfy.sd.load_state_dict_guess_config",
    "comfy.utils.ProgressBar",
    "comfy.utils.ProgressBar.update_absolute",
    "comfy.utils.load_torch_file",
    "comfy.utils.state_dict_prefix_replace",
    "comfy_api.latest.io.Boolean.Input",
    "comfy_api.latest.io.BoundingBox.Input",
    "comfy_api.latest.io.Clip.Input",
    "comfy_api.latest.io.Clip.Output",
    "comfy_api.latest.io.Combo.Input",
    "comfy_api.latest.io.Custom",
    "comfy_api.latest.io.DynamicCombo.Input",
    "comfy_api.latest.io.DynamicCombo.Option",
    "comfy_api.latest.io.Float.Input",
    "comfy_api.latest.io.Image.Input",
    "comfy_api.latest.io.Image.Output",
    "comfy_api.latest.io.Int.Input",
    "comfy_api.latest.io.Int.Output",
    "comfy_api.latest.io.Latent.Input",
    "comfy_api.latest.io.Mask.Input",
    "comfy_api.latest.io.Mask.Output",
    "comfy_api.latest.io.Model.Input",
    "comfy_api.latest.io.Model.Output",
    "comfy_api.latest.io.NodeOutput",
    "comfy_api.latest.io.NodeReplace",
    "comfy_api.latest.io.Noise.Input",
    "comfy_api.latest.io.Noise.Output",
    "comfy_api.latest.io.Sampler.Input",
    "comfy_api.latest.io.Sampler.Output",
    "comfy_api.latest.io.Schema",
    "comfy_api.latest.io.String.Input",
    "comfy_api.latest.io.String.Output",
    "comfy_api.latest.io.Vae.Output",
    "comfy_api.latest.ui.PreviewImage",
    "comfy_api.latest.ui.SavedResult",
    "comfy_execution.graph_utils.ExecutionBlocker",
    "comfy_execution.graph_utils.GraphBuilder.finalize",
    "comfy_execution.graph_utils.GraphBuilder.lookup_node",
    "comfy_execution.graph_utils.GraphBuilder.node",
    "comfy_execution.graph_utils.Node.out",
    "comfy_execution.graph_utils.Node.set_input",
    "comfy_execution.graph_utils.is_link",
    "comfy_execution.utils.ExecutionContext",
    "comfy_execution.utils.get_executing_context",
    "folder_paths.add_model_folder_path",
    "folder_paths.exists_annotated_filepath",
    "folder_paths.get_annotated_filepath",
    "folder_paths.get_directory_by_type",
    "folder_paths.get_folder_paths",
    "folder_paths.get_input_directory",
    "folder_paths.get_output_directory",
    "folder_paths.get_save_image_path",
    "server.PromptServer.send_progress_text",
    "server.PromptServer.send_sync",
)
NAMED = ("comfy.samplers.SAMPLER_NAMES", "comfy.samplers.SCHEDULER_NAMES")
"""Lists of names, of which the double has some."""
READ = (
    "comfy.supported_models.SD15.unet_config",
    "comfy.supported_models.SD15.unet_extra_config",
    "comfy.latent_formats.LatentFormat.latent_channels",
    "comfy.latent_formats.LatentFormat.spacial_downscale_ratio",
    "comfy.patcher_extension.WrappersMP.APPLY_MODEL",
    "comfy.patcher_extension.WrappersMP.DIFFUSION_MODEL",
    "comfy.patcher_extension.WrappersMP.OUTER_SAMPLE",
    "comfy.patcher_extension.WrappersMP.SAMPLER_SAMPLE",
)


def find(name: str) -> object:
    """The object of a dotted name: the longest part that imports, then attributes."""
    parts = name.split(".")
    for length in range(len(parts), 0, -1):
        try:
            found: object = importlib.import_module(".".join(parts[:length]))
        except ModuleNotFoundError:
            continue
        for attribute in parts[length:]:
            found = getattr(found, attribute)
        return found
    raise ModuleNotFoundError(name)


def parameters(name: str) -> list[str]:
    """The names of a callable's arguments, without ``self`` and catch-alls."""
    plain = (inspect.Parameter.POSITIONAL_OR_KEYWORD, inspect.Parameter.KEYWORD_ONLY)
    known = inspect.signature(find(name)).parameters.values()
    return [one.name for one in known if one.kind in plain and one.name != "self"]


def surface() -> dict[str, object]:
    """Every fact by its dotted name."""
    called = {name: parameters(name) for name in CALLED}
    read = {name: find(name) for name in READ}
    return {"called": called, "read": read, "named": {name: list(find(name)) for name in NAMED}}


if __name__ == "__main__":
    sys.path.insert(0, str(Path.cwd()))
    sys.argv[1:] = ["--cpu"]
    importlib.import_module("comfy.options").enable_args_parsing()
    facts = {"version": find("comfyui_version.__version__"), **surface()}
    sys.stdout.write(json.dumps(facts, indent=1) + "\n")
