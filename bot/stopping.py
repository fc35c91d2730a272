"""Being told to stop, by SIGINT or SIGTERM, at whatever moment it comes."""

import signal
from contextlib import suppress
from queue import Empty, SimpleQueue
from types import FrameType


class Stop:
    """Waits for SIGINT or SIGTERM from when it is made: by the main thread, as is the wait.

    A signal is handled in the midst of whatever the main thread does, so its handler must take no
    lock that this thread may hold: the one of a threading.Event it holds for a moment as it begins
    to wait, and a signal in that moment would stop it for good. A SimpleQueue may be put into.
    """

    def __init__(self) -> None:
        self.is_told = False
        self._told: SimpleQueue[int] = SimpleQueue()
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, self._take)

    def wait(self, seconds: float | None = None) -> bool:
        """Wait until told to stop, or so long; whether it was told."""
        if not self.is_told:
            with suppress(Empty):
                self._told.get(timeout=seconds)
        return self.is_told

    def _take(self, number: int, _frame: FrameType | None) -> None:
        self.is_told = True
        self._told.put(number)
