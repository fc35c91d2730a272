"""Old snapshots thinned out by the bot itself, a little every minute, by one replica at a time."""

import logging
import time
from collections.abc import Callable
from datetime import datetime
from typing import Final

from sqlalchemy import Engine

from bot.lease import Lease
from segmentation.pruning import has_work, prune
from segmentation.retention import Retention
from segmentation.wording import counted, day, listed

_SECONDS: Final = 20.0  # of each minute at most, so that the bot can be stopped
_log = logging.getLogger(__name__)


class Thinning:
    """Takes out the snapshots that are kept no longer; `now` is in UTC."""

    def __init__(
        self,
        engine: Engine,
        retention: Retention,
        lease: Lease,
        now: Callable[[], datetime],
        seconds: float = _SECONDS,
    ) -> None:
        self._engine = engine
        self._retention = retention
        self._lease = lease
        self._now = now
        self._seconds = seconds

    def __call__(self) -> None:
        """Look whether there is anything to take out, and do so; what is left waits a minute."""
        now = self._now()
        if not has_work(self._engine, self._retention, now):
            return
        with self._lease.held(now) as mine:
            if not mine:
                return
            until = time.monotonic() + self._seconds
            gone = prune(
                self._engine, self._retention, now, has_time=lambda: time.monotonic() < until
            )
        dates = listed([day(one) for one in gone.dates]) or "none"
        _log.info(
            "Took out %s; snapshots kept no longer: %s", counted(gone.customers, "customer"), dates
        )
