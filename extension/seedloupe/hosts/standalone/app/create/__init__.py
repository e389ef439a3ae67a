"""The Create tab: columns of golden, diverse and random seeds drawn side by side."""
