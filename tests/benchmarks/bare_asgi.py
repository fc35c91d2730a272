"""What Bolt and the bot's threads cost is measured against this: the same answer without them.

`uvicorn --factory tests.benchmarks.bare_asgi:plain` checks the signature, looks the customer up,
renders the card and writes JSON; `recording` also asks the policy and writes the audit trail.
"""

import json
import time
from collections.abc import Awaitable, Callable
from typing import Any
from urllib.parse import parse_qsl

from slack_sdk import WebClient

from bot.http import is_signed
from bot.lookup import looked_up, noted
from bot.policy import Action
from bot.run import made_desk
from bot.settings import load_settings

Asgi = Callable[
    [dict[str, Any], Callable[[], Awaitable[Any]], Callable[[Any], Awaitable[None]]], Any
]


def plain() -> Asgi:
    """Signature, look-up, card, JSON."""
    return _app(recording=False)


def recording() -> Asgi:
    """The same, allowed by the policy and recorded first."""
    return _app(recording=True)


def _app(*, recording: bool) -> Asgi:
    settings = load_settings(http=True)
    desk = made_desk(settings)
    client = WebClient(settings.slack_bot_token.get_secret_value(), settings.slack_api_url)
    secret = settings.slack_signing_secret.get_secret_value()

    def answer(command: dict[str, str]) -> dict[str, Any]:
        customers, member = [command["text"]], command["user_id"]
        if not recording:
            return looked_up(desk, customers).message.payload()
        channel = command["channel_id"]
        desk.access.check(client, member, channel, Action.LOOK_UP)
        return noted(desk, member, channel, looked_up(desk, customers)).message.payload()

    async def app(
        scope: dict[str, Any],
        receive: Callable[[], Awaitable[Any]],
        send: Callable[[Any], Awaitable[None]],
    ) -> None:
        if scope["type"] != "http":
            await receive()
            await send({"type": "lifespan.startup.complete"})
            await receive()
            await send({"type": "lifespan.shutdown.complete"})
            return
        body = (await receive())["body"]
        headers = {name: value.decode() for name, value in scope["headers"]}
        timestamp, signature = (
            headers[b"x-slack-request-timestamp"],
            headers[b"x-slack-signature"],
        )
        assert is_signed(secret, timestamp, signature, body, time.time())
        command = dict(parse_qsl(body.decode()))
        told = json.dumps({"response_type": "ephemeral", **answer(command)}).encode()
        kind = (b"content-type", b"application/json")
        await send(
            {
                "type": "http.response.start",
                "status": 200,
                "headers": [kind, (b"content-length", str(len(told)).encode())],
            }
        )
        await send({"type": "http.response.body", "body": told})

    return app
