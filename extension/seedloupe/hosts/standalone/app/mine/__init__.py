"""The tab *Mine*: which seeds do well with the model in use."""
