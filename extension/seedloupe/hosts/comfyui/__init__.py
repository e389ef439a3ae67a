"""Seedloupe as a ComfyUI node pack; a folder for its nodes, a file for each.

``extension`` is what the host asks first, ``nodes`` holds what stands in its menu. The files beside
them translate: ``schema`` describes nodes, ``refusal`` words what cannot be run, ``tables`` finds
seed tables, ``identity`` tells models apart.
"""
