"""Inpainted pictures looked over for text that nobody asked for."""
