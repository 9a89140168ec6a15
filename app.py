"""The launcher: `python app.py <command>`; everything else is in the package of the same name."""

import sys

from app.cli import main

if __name__ == "__main__":
    sys.exit(main())
