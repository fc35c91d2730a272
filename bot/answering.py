"""Answering within Slack's three seconds, however long a listener takes: the rest follows."""

import logging
import threading
import time
from collections import deque
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Final

from slack_bolt import App, BoltRequest, BoltResponse

from bot.late_answers import said_meanwhile, tell_late

PATIENCE: Final = 2.25  # seconds from a request's coming; what is on its way takes some of the rest
_LOOK_EVERY: Final = 0.25  # seconds
_STOPPING: Final = "Segbot is being stopped. Please ask again in a minute."
_log = logging.getLogger(__name__)
Send = Callable[[BoltResponse], None]


class _Turn:
    """One request and its answer: of two that are given only the first goes out."""

    __slots__ = ("_is_open", "_send", "asked", "until")

    def __init__(self, asked: BoltRequest, send: Send, until: float) -> None:
        self.asked = asked
        self.until = until
        self._send = send
        self._is_open = threading.Lock()

    def give(self, answer: BoltResponse) -> bool:
        """Send an answer, unless there was one before."""
        if not self._is_open.acquire(blocking=False):
            return False
        self._send(answer)
        return True

    @property
    def is_over(self) -> bool:
        """Whether an answer was given."""
        return self._is_open.locked()


class Answering:
    """Runs listeners on threads of its own, and the clock beside them.

    A listener is run on the thread that takes its request, and its answer sent when it is done:
    Bolt's own threads would look every 10 ms whether there is one. Whoever takes longer than
    `patience`, in seconds and the wait for a thread included, is acknowledged meanwhile.
    """

    def __init__(self, app: App, threads: int, patience: float = PATIENCE) -> None:
        self._app = app
        self._patience = patience
        self._threads = ThreadPoolExecutor(threads, thread_name_prefix="listener")
        self._turns: deque[_Turn] = deque()  # in the order of `until`, as all have as long
        self._stop = threading.Event()
        self._clock = threading.Thread(target=self._watch, name="patience", daemon=True)
        self._clock.start()

    def answer(self, asked: BoltRequest, send: Send) -> None:
        """Have a request answered: `send` is called once, on whatever thread that is."""
        turn = _Turn(asked, send, time.monotonic() + self._patience)
        try:
            self._threads.submit(self._take, turn)
        except RuntimeError:  # what the pool raises once it is shut down
            turn.give(said_meanwhile(asked, _STOPPING))
            return
        self._turns.append(turn)

    def close(self) -> None:
        """Finish what was begun; whoever asks from now on is told to ask again."""
        self._threads.shutdown(wait=True)
        self._stop.set()
        self._clock.join()

    def _take(self, turn: _Turn) -> None:
        try:
            answer = self._app.dispatch(turn.asked)
            if not turn.give(answer):
                tell_late(turn.asked, answer)
        except Exception:  # noqa: BLE001 - whatever it is, Slack waits
            _log.exception("A request could not be answered")
            turn.give(BoltResponse(status=500))

    def _watch(self) -> None:
        while not self._stop.wait(min(_LOOK_EVERY, self._patience)):
            now = time.monotonic()
            while self._turns and (self._turns[0].is_over or self._turns[0].until <= now):
                self._acknowledge(self._turns.popleft())

    def _acknowledge(self, turn: _Turn) -> None:
        try:
            if turn.give(said_meanwhile(turn.asked)):
                _log.warning("A request takes longer than %s s; its answer follows", self._patience)
        except Exception:  # noqa: BLE001 - whatever it is, the others' time runs
            _log.exception("A request could not be acknowledged")
