"""Being told to stop, by SIGINT or SIGTERM, at whatever moment it comes."""

import select
import signal
import socket
from types import FrameType


class Stop:
    """Waits for SIGINT or SIGTERM from when it is made: by the main thread, as is the wait.

    Python handles a signal in the midst of whatever the main thread does, but not while that
    sleeps: one that comes in the moment before, or to another thread, does not wake it. So the
    wait is for a byte, which the system's own handler writes whenever and wherever it comes. It is
    not for an Event, whose lock this thread may hold when the handler wants it.
    """

    def __init__(self) -> None:
        self.is_told = False
        self._woken, self._wakes = socket.socketpair()
        self._wakes.setblocking(False)
        signal.set_wakeup_fd(self._wakes.fileno())
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, self._take)

    def wait(self, seconds: float | None = None) -> bool:
        """Wait until told to stop, or so long; whether it was told."""
        while not self.is_told and select.select([self._woken], [], [], seconds)[0]:
            self._woken.recv(1)
        return self.is_told

    def _take(self, _number: int, _frame: FrameType | None) -> None:
        self.is_told = True
