"""AUTOMATIC1111's web UI and Forge: a panel in txt2img and img2img.

Only :mod:`.script` and :mod:`.panel` need the web UI at import; the rest takes what the web UI
hands over and can be read, and tested, without it.
"""
