"""Places where the process can be made to die as if the power failed, so that tests can prove what is left.

`IOC_FAILPOINT=committed` kills the process the first time it reaches that point, `committed:3` the third time.
"""

import os
import signal
from collections import Counter

POINTS = (
    "run_recorded",
    "landing_written",
    "landed",
    "merged",
    "committed",
    "facts_exported",
    "mart_built",
    "mart_renamed",
    "manifest_written",
    "current_moved",
    "pruned",
    "run_finished",
    "mirrored",
)
_reached: Counter[str] = Counter()


def reach(point: str) -> None:
    """Marks a durable step; dies here if the environment says so."""
    assert point in POINTS, point
    wanted, _, nth = os.environ.get("IOC_FAILPOINT", "").partition(":")
    if wanted != point:
        return
    _reached[point] += 1
    if _reached[point] == int(nth or 1):
        os.kill(os.getpid(), signal.SIGKILL)
