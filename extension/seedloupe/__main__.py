"""``python -m seedloupe`` is the same as the command ``seedloupe``."""

import sys

from .hosts.standalone.cli.main import main

if __name__ == "__main__":
    sys.exit(main())
