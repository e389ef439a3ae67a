"""Seedloupe on its own: diffusers pipelines, a command line and a Gradio app."""
