"""``python -m cs25``."""

import sys

from cs25.cli import main

sys.exit(main())
