"""Folders known before anything is imported."""

script_path = "/nowhere"
data_path = "/nowhere"
extensions_dir = "/nowhere/extensions"
