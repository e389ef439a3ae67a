"""What everything in the web UI can see."""

from types import SimpleNamespace

from .options import OptionInfo, Options

opts = Options(
    {
        "randn_source": OptionInfo("GPU", "Random number generator source."),
        "eta_noise_seed_delta": OptionInfo(0, "Eta noise seed delta"),
        "eta_ddim": OptionInfo(0.0, "Eta for DDIM"),
        "eta_ancestral": OptionInfo(1.0, "Eta for k-diffusion samplers"),
    }
)

cmd_opts = SimpleNamespace(api_auth=None, gradio_auth=None, gradio_auth_path=None)

sd_model = SimpleNamespace(sd_checkpoint_info=SimpleNamespace(sha256="ab" * 32))
