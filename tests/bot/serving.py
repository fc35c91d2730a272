"""The bot served over signed HTTP on a free port, as an ASGI server in production would."""

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager

import uvicorn
from slack_sdk import WebClient
from starlette.applications import Starlette

from bot.app import identity, slack_app
from bot.desk import Desk
from bot.http import http_app
from bot.local_workspace import LocalWorkspace
from bot.run import Bot
from bot.settings import Settings
from tests.bot.conftest import Middleware


class Address:
    """A port that is held before the server runs, so that Slack can be told where it will be."""

    def __init__(self) -> None:
        # TCP by name: without it asyncio leaves Nagle's algorithm on, and answers take 40 ms more.
        self.listening = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
        self.listening.bind(("127.0.0.1", 0))
        self.listening.listen()
        self.netloc = f"127.0.0.1:{self.listening.getsockname()[1]}"
        self.url = f"http://{self.netloc}"

    @contextmanager
    def serving(self, app: Starlette) -> Iterator[None]:
        """Serve the app while inside; its lifespan begins and ends with it."""
        server = uvicorn.Server(uvicorn.Config(app, log_config=None, lifespan="on"))
        started = threading.Event()
        startup = server.startup

        async def told(sockets: list[socket.socket] | None = None) -> None:
            await startup(sockets)
            started.set()

        server.startup = told  # type: ignore[method-assign]
        thread = threading.Thread(target=server.run, args=([self.listening],))
        thread.start()
        assert started.wait(20)
        try:
            yield
        finally:
            server.should_exit = True
            thread.join()
            self.listening.close()


@contextmanager
def connected_over_http(
    workspace: LocalWorkspace, desk: Desk, address: Address, *middleware: Middleware
) -> Iterator[WebClient]:
    """The bot at work in a workspace whose `request_url` is at `address`.

    `middleware` sees every request before its listener does.
    """
    client = WebClient(workspace.bot_token, base_url=workspace.api_url)
    settings = Settings(slack_signing_secret=workspace.signing_secret)
    bolt = slack_app(desk, client, identity(client))
    for each in middleware:
        bolt.use(each)
    bot = Bot(desk, bolt, {})
    with address.serving(http_app(bot, settings)):
        yield client
