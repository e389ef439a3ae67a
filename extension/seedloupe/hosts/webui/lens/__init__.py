"""The lens in the web UI: layers while a picture forms, and afterwards to be asked."""
