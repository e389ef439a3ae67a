"""Seeds for the jobs of the web UI: the panel, and what it does to a job."""
