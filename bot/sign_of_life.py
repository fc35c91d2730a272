"""The sign of life of what takes long: given every few seconds while anything is under way."""

import logging
import threading
from collections.abc import Callable

from sqlalchemy.exc import SQLAlchemyError

_log = logging.getLogger(__name__)


class SignOfLife:
    """Calls `give` every so many seconds, in a thread of its own, while anything is open."""

    def __init__(self, give: Callable[[], None], every: float) -> None:
        self._give = give
        self._every = every
        self._lock = threading.Lock()
        self._open = 0
        self._over = threading.Event()

    def begin(self) -> int:
        """One more is open; how many there were before."""
        with self._lock:
            if not self._open:
                self._over = threading.Event()
                threading.Thread(
                    target=self._go_on, args=(self._over,), name="sign-of-life", daemon=True
                ).start()
            self._open += 1
            return self._open - 1

    def end(self) -> None:
        """One less is open."""
        with self._lock:
            self._open -= 1
            if not self._open:
                self._over.set()

    def _go_on(self, over: threading.Event) -> None:
        while not over.wait(self._every):
            try:
                self._give()
            except SQLAlchemyError as error:  # the next one may come through
                _log.warning("A sign of life could not be given (%s)", type(error).__name__)
