"""`python -m okf <verb>`."""

from __future__ import annotations

import sys

from okf.cli.main import main
from okf.hygiene import keep_to_the_owner

keep_to_the_owner()
sys.exit(main())
