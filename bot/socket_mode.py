"""Socket Mode: what Slack sends over its socket is answered in time, on the bot's own threads."""

import time
from functools import partial
from typing import Final

from slack_bolt import App, BoltRequest, BoltResponse
from slack_bolt.adapter.socket_mode import SocketModeHandler
from slack_bolt.adapter.socket_mode.internals import build_headers, send_response
from slack_sdk.socket_mode.client import BaseSocketModeClient
from slack_sdk.socket_mode.request import SocketModeRequest

from bot.answering import Answering

_READERS: Final = 2  # threads that hand on what has come


class SocketMode(SocketModeHandler):
    """The SDK's client of the socket; `answering` takes what it receives."""

    def __init__(self, app: App, app_token: str, answering: Answering) -> None:
        super().__init__(app, app_token, concurrency=_READERS)
        self._answering = answering

    def handle(self, client: BaseSocketModeClient, req: SocketModeRequest) -> None:
        """Have an envelope answered under its own id."""
        asked = BoltRequest(mode="socket_mode", body=req.payload, headers=build_headers(req))
        self._answering.answer(asked, partial(_send, client, req, time.time()))


def _send(
    client: BaseSocketModeClient, req: SocketModeRequest, since: float, answer: BoltResponse
) -> None:
    send_response(client, req, answer, since)
