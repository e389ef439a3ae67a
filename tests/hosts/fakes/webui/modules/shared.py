"""What everything in the web UI can see."""

from types import SimpleNamespace

from .options import OptionInfo, Options

opts = Options(
    {
        "sd_model_checkpoint": OptionInfo("stand-in.safetensors", "Stable Diffusion checkpoint"),
        "randn_source": OptionInfo("GPU", "Random number generator source."),
        "eta_noise_seed_delta": OptionInfo(0, "Eta noise seed delta"),
        "eta_ddim": OptionInfo(0.0, "Eta for DDIM"),
        "eta_ancestral": OptionInfo(1.0, "Eta for k-diffusion samplers"),
    }
)

cmd_opts = SimpleNamespace(api_auth=None, gradio_auth=None, gradio_auth_path=None)

config_filename = "/nowhere/config.json"

state = SimpleNamespace(job_timestamp="20260101000000")

sd_model = SimpleNamespace(
    sd_checkpoint_info=SimpleNamespace(
        sha256="ab" * 32, model_name="stand-in", filename="/nowhere/stand-in.safetensors"
    )
)
