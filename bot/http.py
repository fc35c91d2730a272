"""Signed HTTP: the ASGI app that Slack posts to, for any ASGI server, and its health checks."""

import asyncio
import hashlib
import hmac
import logging
import socket
import sys
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from typing import Final

import uvicorn
from slack_bolt import BoltRequest, BoltResponse
from sqlalchemy import select
from sqlalchemy.exc import SQLAlchemyError
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from bot.answering import Answering
from bot.desk import Desk
from bot.oauth import OAuth
from bot.paths import EVENTS_PATH
from bot.run import Bot, made_bot
from bot.settings import Settings, load_settings

# Slack's largest: a submitted view of 250 kB with a hundred full inputs, percent-encoded.
MOST_BYTES: Final = 2 * 1024 * 1024
_WINDOW: Final = 300  # seconds that a signature is good for, so that nothing can be replayed later
_log = logging.getLogger(__name__)


def app() -> Starlette:
    """The ASGI app from the settings: `uvicorn --factory bot.http:app`; SegbotError if unusable."""
    settings = load_settings(http=True)
    return http_app(made_bot(settings), settings)


def _say_ready() -> None:
    _log.info("Segbot is ready")


def http_app(bot: Bot, settings: Settings, ready: Callable[[], None] = _say_ready) -> Starlette:
    """The ASGI app around a bot; its scheduler runs while the server does.

    `ready` is called once it can answer.
    """
    answering = Answering(bot.app, settings.segbot_listener_threads)
    slack = _Slack(answering, settings.slack_signing_secret.get_secret_value())

    @asynccontextmanager
    async def at_work(_app: Starlette) -> AsyncIterator[None]:
        clockwork = bot.started_clockwork()
        ready()
        yield
        clockwork.shutdown()
        answering.close()
        bot.desk.errands.close()
        bot.desk.lists.close()
        _log.info("Segbot has stopped")

    return Starlette(
        routes=[
            Route(EVENTS_PATH, slack.events, methods=["POST"]),
            Route("/healthz", _alive),
            Route("/readyz", _readiness(bot.desk)),
            *(OAuth(bot.installations, settings).routes if bot.installations else ()),
        ],
        lifespan=at_work,
    )


class _Slack:
    """What Slack posts: read, its signature checked, then answered on a thread.

    Bolt's own adapter for Starlette runs a listener on the event loop, one at a time.
    """

    def __init__(self, answering: Answering, signing_secret: str) -> None:
        self._answering = answering
        self._secret = signing_secret

    async def events(self, request: Request) -> Response:
        """Commands, interactivity, events and options; 401 unless Slack signed it in 5 minutes."""
        body = await _body(request)
        if body is None:
            return PlainTextResponse("Too large", 413)
        timestamp = request.headers.get("x-slack-request-timestamp", "")
        signature = request.headers.get("x-slack-signature", "")
        if not is_signed(self._secret, timestamp, signature, body, time.time()):
            return PlainTextResponse("Not signed by Slack, or too long ago", 401)
        asked = BoltRequest(
            body=body.decode(), query=dict(request.query_params), headers=dict(request.headers)
        )
        loop = asyncio.get_running_loop()
        answered: asyncio.Future[BoltResponse] = loop.create_future()

        def send(answer: BoltResponse) -> None:
            loop.call_soon_threadsafe(_give, answered, answer)

        self._answering.answer(asked, send)
        return _response(await answered)


def is_signed(secret: str, timestamp: str, signature: str, body: bytes, now: float) -> bool:
    """Whether Slack signed a body within five minutes of `now`, in seconds since 1970.

    Works on bytes: what is not signed is not even decoded.
    """
    if not timestamp.isdecimal() or abs(now - int(timestamp)) > _WINDOW:
        return False
    digest = hmac.new(secret.encode(), b"v0:%b:%b" % (timestamp.encode(), body), hashlib.sha256)
    return hmac.compare_digest(f"v0={digest.hexdigest()}".encode(), signature.encode())


async def _body(request: Request) -> bytes | None:
    """The request's body; None as soon as it is larger than anything that Slack sends."""
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > MOST_BYTES:
            return None
    return bytes(body)


def _give(answered: "asyncio.Future[BoltResponse]", answer: BoltResponse) -> None:
    if not answered.done():  # Slack hung up
        answered.set_result(answer)


def _response(bolt: BoltResponse) -> Response:
    headers = {name: values[0] for name, values in bolt.headers.items()}
    return Response(bolt.body, bolt.status, headers)


async def _alive(_request: Request) -> Response:
    return PlainTextResponse("The process runs.\n")


def _readiness(desk: Desk) -> Callable[[Request], Response]:
    """Whether questions can be answered: 503 and a sentence when not. Run on a thread."""

    def ready(_request: Request) -> Response:
        try:
            with desk.store.engine.connect() as connection:
                connection.execute(select(1))
            newest = desk.store.newest()
        except SQLAlchemyError as error:
            _log.warning("The store cannot be reached: %s", error.__cause__ or error)
            return PlainTextResponse("The store cannot be reached.\n", 503)
        model = f"model {desk.shelf.current().fingerprint[:12]}"
        snapshot = f"newest snapshot {newest.as_of}" if newest else "no snapshot yet"
        return PlainTextResponse(f"Ready: {model}, {snapshot}.\n")

    return ready


def run_http(settings: Settings) -> None:
    """Serve signed HTTP until SIGINT or SIGTERM; what is under way then is finished."""
    serve(made_bot(settings), settings, _say_ready)


def serve(
    bot: Bot,
    settings: Settings,
    ready: Callable[[], None],
    listening: list[socket.socket] | None = None,
) -> None:
    """Serve a bot on sockets that listen already, or on one of its own."""
    config = uvicorn.Config(
        http_app(bot, settings, ready),
        host=settings.segbot_http_host,
        port=settings.segbot_http_port,
        log_config=None,
        access_log=False,
        server_header=False,
        proxy_headers=False,  # who asks is in the signed body
        timeout_graceful_shutdown=10,
    )
    server = uvicorn.Server(config)
    with suppress(KeyboardInterrupt):  # it has stopped in good order by then
        server.run(listening)
    if not server.started:
        sys.exit(1)  # what kept it from starting stands in the log
