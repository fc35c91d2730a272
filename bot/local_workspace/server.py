"""The local workspace as a server on 127.0.0.1, and its Python interface."""

import errno
import socket
import threading
import time
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

import uvicorn

from bot.local_workspace import oauth, workflow_steps
from bot.local_workspace.endpoints import endpoints
from bot.local_workspace.exchange import Exchange
from bot.local_workspace.handouts import Step
from bot.local_workspace.http_mode import HttpMode
from bot.local_workspace.installed_app import installed_app
from bot.local_workspace.link import Link, Redelivery
from bot.local_workspace.member import Driver
from bot.local_workspace.page import Page
from bot.local_workspace.records import Channel, Greeting, Member, UserGroup
from bot.local_workspace.socket_mode import SocketMode
from bot.local_workspace.state import State

HOST = "127.0.0.1"
ACKNOWLEDGE_SECONDS = 3.0
MEMBERS = (
    Member("U01ADA", "Ada Okafor", "Credit risk"),
    Member("U02BEN", "Ben Ruiz", "Marketing"),
)
CHANNELS = (
    Channel("C01SEGMENTS", "segments", "Weekly digest of the portfolio"),
    Channel("C02GENERAL", "general", "Everything else"),
)
GREETING = Greeting("A local workspace", "Type `/` to see what the app can do.")


class PortInUse(OSError):  # noqa: N818  it reads as the fact it states
    """Another program already listens on the port that was asked for."""


class LocalWorkspace:
    """A workspace with one app installed from its manifest; `running` serves it.

    `request_url` delivers to the app by signed HTTP instead of Socket Mode. `clock` gives the
    time in seconds since 1970 for message times and for the expiry of tickets;
    `acknowledge_within` is how many seconds the app has to acknowledge, three in Slack.
    `team_id` tells two workspaces apart. With `rate_limits` calls are answered 429 as soon as
    Slack would; `redeliver` brings events a second time, or what a Redelivery says. Blocks of
    the types in `reject_blocks` are refused, as by a Slack that does not know them.
    """

    def __init__(  # noqa: PLR0913  each is one thing that a workspace can differ in
        self,
        manifest: Mapping[str, Any],
        *,
        members: Sequence[Member] = MEMBERS,
        channels: Sequence[Channel] = CHANNELS,
        user_groups: Sequence[UserGroup] = (),
        greeting: Greeting = GREETING,
        request_url: str | None = None,
        clock: Callable[[], float] = time.time,
        acknowledge_within: float = ACKNOWLEDGE_SECONDS,
        team_id: str = "T0LOCAL",
        rate_limits: bool = False,
        redeliver: bool | Redelivery = False,
        reject_blocks: Collection[str] = (),
    ) -> None:
        app = installed_app(manifest, team_id)
        self.client_id = app.client_id
        self.client_secret = app.client_secret
        self.app_token = app.app_token
        self.signing_secret = app.signing_secret
        self.bot_user_id = app.bot_user_id
        self.app_id = app.id
        self.team_id = app.team_id
        self.url = ""
        self._state = State(
            app,
            members,
            channels,
            user_groups,
            clock,
            rate_limits=rate_limits,
            reject_blocks=reject_blocks,
        )
        self._socket_mode = SocketMode(self._state, acknowledge_within)
        self._link: Link = (
            HttpMode(request_url, app.signing_secret, acknowledge_within)
            if request_url
            else self._socket_mode
        )
        redelivery = Redelivery() if redeliver is True else redeliver or None
        self._exchange = Exchange(self._state, self._link, redelivery)
        self._page = Page(self._exchange, greeting)
        self._drivers: dict[str, Driver] = {}

    @property
    def api_url(self) -> str:
        """The base URL of the Web API, for the app's client."""
        return f"{self.url}api/"

    @property
    def bot_token(self) -> str:
        """The token that the app calls with, or did before it was removed."""
        return self._state.bot_token or self._state.app.bot_token

    @property
    def problems(self) -> tuple[str, ...]:
        """Everything the app has sent that Slack would have refused."""
        with self._state.lock:
            return tuple(self._state.problems)

    @property
    def connected(self) -> bool:
        """Whether the app can be reached."""
        return self._link.connected

    @contextmanager
    def running(self, port: int = 0) -> Iterator[str]:
        """Serve on 127.0.0.1 while inside; port 0 picks a free one. Raises PortInUse."""
        listening = _listen(port)
        self.url = self._state.url = f"http://{HOST}:{listening.getsockname()[1]}/"
        self._state.closing = False
        server = uvicorn.Server(
            uvicorn.Config(
                endpoints(self._exchange, self._socket_mode, self._page),
                log_config=None,
                access_log=False,
                lifespan="off",
                ws="websockets-sansio",
                ws_ping_interval=0.25,  # the SDK lets go of a quiet socket only at a frame
                timeout_graceful_shutdown=2,
            )
        )
        thread = threading.Thread(target=server.run, args=([listening],), name="local-workspace")
        thread.start()
        try:
            yield self.url
        finally:
            self._state.closing = server.should_exit = True
            self._link.close()
            self._state.changed()
            thread.join()
            listening.close()

    def member(self, name: str) -> Driver:
        """The member with this name or id, to act as; always the same driver."""
        member = self._state.member(name)
        return self._drivers.setdefault(member.id, Driver(self._exchange, member))

    def wait_for_bot(self, seconds: float = 20) -> None:
        """Return once the app can be reached; raises TimeoutError."""
        self.wait_until(lambda: self.connected, seconds, "a connection from the app")

    def wait_until(
        self, predicate: Callable[[], object], seconds: float = 5, what: str = "a change"
    ) -> None:
        """Return once `predicate` is true, asked again at every change; raises TimeoutError."""
        self._state.wait_until(predicate, seconds, what)

    def break_method(
        self,
        name: str,
        error: str = "internal_error",
        *,
        http_status: int = 200,
        retry_after: int | None = None,
        times: int | None = None,
    ) -> None:
        """Answer a method with an error until it is mended, or the next `times` calls only.

        `retry_after` in seconds goes into the header of that name. Apart from methods of the Web
        API, "response_url", "upload" and "url_private" can break.
        """
        with self._state.lock:
            self._state.outages.start(name, error, http_status, retry_after, times)

    def mend_method(self, name: str) -> None:
        """Let a method work again."""
        with self._state.lock:
            self._state.outages.end(name)

    def run_step(
        self,
        callback_id: str,
        inputs: Mapping[str, Any],
        member: str | None = None,
        seconds: float = 5,
    ) -> Step:
        """Run a workflow step until the app completes it; its `outputs` or `error` tell how.

        `member` names who started the workflow, the first member if nobody. Raises SlackError when
        Slack would not run it, and TimeoutError when the app does not complete it.
        """
        who = self._state.member(member) if member else next(iter(self._state.members.values()))
        step = workflow_steps.start(self._exchange, callback_id, dict(inputs), who)
        self.wait_until(lambda: step.completed, seconds, f"the step {callback_id} to be completed")
        return step

    def uninstall(self) -> None:
        """Remove the app: its token is worth nothing from now on, and it is told."""
        with self._state.lock:
            oauth.revoke(self._state, {})
        oauth.tell_uninstalled(self._exchange)

    def disconnect_bot(self) -> None:
        """Ask the app to connect anew, as Slack does every few hours."""
        self._link.recycle()


def _listen(port: int) -> socket.socket:
    try:
        return socket.create_server((HOST, port))
    except OSError as refusal:
        if refusal.errno != errno.EADDRINUSE:
            raise
        raise PortInUse(
            f"Port {port} is in use; stop what runs there, or choose another port."
        ) from None
