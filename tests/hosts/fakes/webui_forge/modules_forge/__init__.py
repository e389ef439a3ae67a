"""Forge and Forge Neo have this package; A1111 has not."""
