"""`python -m okf <verb>`."""

from __future__ import annotations

import sys

from okf.cli.main import main

sys.exit(main())
