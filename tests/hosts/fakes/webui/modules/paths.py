"""Where the web UI keeps things."""

models_path = "/nowhere/models"
