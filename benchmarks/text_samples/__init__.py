"""Drawn pictures with text, with what looks like text, and with neither, and the truth of each."""
