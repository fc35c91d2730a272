"""Errands: what takes longer than Slack waits, done off the request path and told when it fails."""

import logging
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from http.client import HTTPException
from typing import Final

from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError

from bot.blocks.guide import sentence
from bot.trouble import told
from segmentation.errors import SegbotError
from segmentation.wording import shorten

_LONGEST: Final = 2_000  # characters: one problem a line can be many
_INTERRUPTED: Final = "Segbot was stopped before it came to what you asked for. Please ask again."
_log = logging.getLogger(__name__)


class Errands:
    """Runs errands for members, so many at once; the others wait for their turn."""

    def __init__(self, at_once: int = 2) -> None:
        self._pool = ThreadPoolExecutor(at_once, thread_name_prefix="errand")
        self._lock = threading.Lock()
        self._stop = threading.Event()

    def run(self, client: WebClient, member: str, errand: Callable[[], None]) -> None:
        """Do it soon; whatever it raises is told to the member in a direct message.

        Raises SegbotError while the bot is stopping.
        """
        with self._lock:
            if self._stop.is_set():
                raise SegbotError(_INTERRUPTED)
            self._pool.submit(self._run, client, member, errand)

    def close(self) -> None:
        """Finish what was begun, begin nothing more, and tell whoever waits."""
        with self._lock:
            self._stop.set()
        self._pool.shutdown(wait=True)

    def _run(self, client: WebClient, member: str, errand: Callable[[], None]) -> None:
        if self._stop.is_set():
            tell(client, member, _INTERRUPTED)
            return
        try:
            errand()
        except Exception as error:  # noqa: BLE001 - whatever it is, the member waits for an answer
            tell(client, member, told(error))


def tell(client: WebClient, channel: str, text: str, thread_ts: str | None = None) -> None:
    """Tell a member something in a direct message, as well as that is possible."""
    try:
        client.chat_postMessage(
            channel=channel, thread_ts=thread_ts, **sentence(shorten(text, _LONGEST)).payload()
        )
    except (SlackApiError, OSError, HTTPException):
        _log.exception("A member could not be told")
