"""Rows of letters that are none, as diffusion models paint them, and what is like them but is none.

The pictures were laid down before any threshold or model was fitted to them.
"""
