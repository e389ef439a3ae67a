"""Values of one run: what is asked for, by which model, sampled how; no library, no host."""
