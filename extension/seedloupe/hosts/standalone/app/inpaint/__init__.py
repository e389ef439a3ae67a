"""The Inpaint tab: repaint a part, check it for letters, retry."""
