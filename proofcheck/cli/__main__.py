"""``python -m proofcheck.cli`` is the same as ``proofcheck``."""

import sys

from proofcheck.cli import main

sys.exit(main())
