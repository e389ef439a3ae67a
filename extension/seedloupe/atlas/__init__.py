"""The map of a table's seeds, to browse and pick from: its page, its script and its queries."""
