"""``python -m justtrades_desktop``: the same as the command ``justtrades``."""

import sys

from justtrades_desktop.cli.main import main

if __name__ == "__main__":
    sys.exit(main())
