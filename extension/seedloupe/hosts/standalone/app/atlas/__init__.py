"""The Atlas tab: the map of a table, to browse and to pick from."""
