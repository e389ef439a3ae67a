"""A double of the web UI's package; see README.md beside it."""
