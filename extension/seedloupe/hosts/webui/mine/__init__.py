"""Mining seed tables with the web UI's own model and samplers, behind its users' own pictures."""
