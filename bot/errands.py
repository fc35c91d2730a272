"""Errands: what takes longer than Slack waits, done off the request path and told when it fails."""

import logging
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from http.client import HTTPException
from typing import Final

from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError

from bot.blocks.guide import sentence
from bot.trouble import told
from segmentation.wording import shorten

_LONGEST: Final = 2_000  # characters: one problem a line can be many
_log = logging.getLogger(__name__)


class Errands:
    """Runs errands for members, so many at once; the others wait for their turn."""

    def __init__(self, at_once: int = 2) -> None:
        self._pool = ThreadPoolExecutor(at_once, thread_name_prefix="errand")

    def run(self, client: WebClient, member: str, errand: Callable[[], None]) -> None:
        """Do it soon; whatever it raises is told to the member in a direct message."""
        self._pool.submit(_run, client, member, errand)

    def close(self) -> None:
        """Finish what was begun, and begin nothing more."""
        self._pool.shutdown(wait=True, cancel_futures=True)


def _run(client: WebClient, member: str, errand: Callable[[], None]) -> None:
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
