"""Finished pictures: saved as they are made, shown in a strip, sent from tab to tab."""
