"""Where the host keeps its samplers."""
