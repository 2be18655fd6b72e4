"""The demo: an invented charity's last two years played through the commands, and larger caseloads for trials."""

from okf.demo.seed import seed_demo
from okf.demo.story import sign_ins

__all__ = ["seed_demo", "sign_ins"]
