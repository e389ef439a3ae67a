"""Our addresses in the web UI: what a feature offers, who may ask, and how an answer travels."""
