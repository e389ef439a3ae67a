"""Our tab: the map of a table, the tally of text, and what else has a page of its own."""
