"""The old name of ``python -m sim port_day``, kept for one release."""

import sys

from sim.__main__ import main

if __name__ == "__main__":
    sys.argv.insert(1, "port_day")
    sys.exit(main())
