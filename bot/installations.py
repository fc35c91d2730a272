"""Which workspaces have installed the bot, with which tokens; one that leaves is forgotten.

Tokens are kept as Slack gives them: whoever can read the store can speak as the bot there.
"""

import logging
import threading
import time
from collections.abc import Callable, Sequence
from typing import Any, Final

from slack_bolt import BoltContext, BoltResponse
from slack_bolt.authorization import AuthorizeResult
from slack_sdk import WebClient
from slack_sdk.oauth.installation_store import Installation
from slack_sdk.oauth.installation_store.sqlalchemy import SQLAlchemyInstallationStore
from slack_sdk.oauth.state_store.sqlalchemy import SQLAlchemyOAuthStateStore
from sqlalchemy import Engine, MetaData, delete, insert, select
from sqlalchemy.exc import IntegrityError

from bot.tables import homes as _homes
from bot.tables import make_tables
from segmentation.database import one_writer

STATE_SECONDS: Final = 600  # how long an installation may take from the first click to the last
_BELIEVED: Final = 60.0  # seconds until another replica hears that a workspace took the bot off
_log = logging.getLogger(__name__)
Forget = Callable[[Sequence[str]], object]


def slack_tables(engine: Engine) -> list[MetaData]:
    """The tables in which Slack's own code keeps installations, and those that are under way."""
    stores = (
        SQLAlchemyOAuthStateStore(STATE_SECONDS, engine),
        SQLAlchemyInstallationStore("", engine),
    )
    return [store.metadata for store in stores]


class Installations:
    """Tokens by workspace, in the store; safe among threads and processes.

    `teams` may install the bot, and no other is answered. `forget` are called with the ids of a
    workspace that takes the bot off, and of all members and channels there.
    """

    def __init__(
        self,
        engine: Engine,
        client_id: str,
        teams: frozenset[str],
        client: WebClient,
        forget: Sequence[Forget] = (),
    ) -> None:
        self.states = SQLAlchemyOAuthStateStore(STATE_SECONDS, engine)
        self.teams = teams
        self._store = SQLAlchemyInstallationStore(client_id, engine)
        make_tables(engine)
        with one_writer(engine) as connection:
            for theirs in slack_tables(engine):
                theirs.create_all(connection)
        self._engine = engine
        self._client = client
        self._forget = tuple(forget)
        self._lock = threading.Lock()
        self._known: dict[str, tuple[float, AuthorizeResult | None]] = {}
        self._homes: dict[str, str] = {}

    def keep(self, installation: Installation) -> None:
        """Keep a workspace's token, in place of one from before."""
        self._store.save(installation)
        with self._lock:
            self._known.pop(installation.team_id or "", None)

    def authorize(self, team_id: str | None) -> AuthorizeResult | None:
        """Who the bot is in a workspace; None where it may not be, or is not installed.

        The token is not tried with Slack each time: that would be a call for each request.
        """
        if team_id is None or team_id not in self.teams:
            return None
        with self._lock:
            until, found = self._known.get(team_id, (0.0, None))
        if found is None or time.monotonic() >= until:
            found = self._found(team_id)
            with self._lock:
                self._known[team_id] = (time.monotonic() + _BELIEVED, found)
        return found

    def _found(self, team_id: str) -> AuthorizeResult | None:
        # The SDK's own query wants the organisation's id as well, which a caller need not know.
        bots = self._store.bots.c
        query = (
            select(self._store.bots)
            .where(bots.client_id == self._store.client_id, bots.team_id == team_id)
            .where(bots.bot_token.is_not(None))
            .order_by(bots.installed_at.desc(), bots.id.desc())
            .limit(1)
        )
        with self._engine.connect() as connection:
            bot = connection.execute(query).mappings().first()
        if bot is None:
            return None
        names = ("enterprise_id", "team_id", "bot_token", "bot_id", "bot_user_id")
        return AuthorizeResult(**{name: bot[name] for name in names})

    def note_home(self, team: str, ids: Sequence[str]) -> None:
        """Remember which workspace members and channels are of."""
        for each in ids:
            if each in self._homes:
                continue
            try:
                with self._engine.begin() as connection:
                    connection.execute(insert(_homes).values(id=each, team=team))
            except IntegrityError:
                self.home(each)  # it was noted before, maybe by another replica, maybe elsewhere
            else:
                self._homes[each] = team

    def is_at_home(self, team: str, member_or_channel: str) -> bool:
        """Whether a member or channel was noted to be of a workspace."""
        return self.home(member_or_channel) == team

    def client_of(self, member_or_channel: str) -> WebClient | None:
        """A client with the token of the workspace that a member or channel is of, if any."""
        home = self.home(member_or_channel)
        return None if home is None else self.client_for(home)

    def home(self, member_or_channel: str) -> str | None:
        """The workspace that a member or channel was noted to be of, if any."""
        home = self._homes.get(member_or_channel)
        if home is None:
            query = select(_homes.c.team).where(_homes.c.id == member_or_channel)
            with self._engine.connect() as connection:
                home = connection.execute(query).scalar()
            if home is not None:
                self._homes[member_or_channel] = home
        return home

    def client_for(self, team: str) -> WebClient | None:
        """A client with a workspace's token, None where it has none."""
        found = self.authorize(team)
        if found is None:
            return None
        return WebClient(found.bot_token, base_url=self._client.base_url, retry_handlers=[])

    def installed(self) -> list[str]:
        """The ids of the workspaces that the bot is in and may be in."""
        return [team for team in sorted(self.teams) if self.authorize(team) is not None]

    def uninstalled(self, team: str) -> None:
        """Forget a workspace: all that is bound to its members and channels, them, and the token.

        Who they are goes last: where it is cut short, the next call finds all that is left.
        """
        with self._engine.connect() as connection:
            theirs = select(_homes.c.id).where(_homes.c.team == team)
            gone = list(connection.execute(theirs).scalars())
        for forget in self._forget:
            forget([team, *gone])
        bots, installations = self._store.bots, self._store.installations
        with self._engine.begin() as connection:
            connection.execute(delete(bots).where(bots.c.team_id == team))
            connection.execute(delete(installations).where(installations.c.team_id == team))
            connection.execute(delete(_homes).where(_homes.c.team == team))
        with self._lock:
            self._known.pop(team, None)
            for each in gone:
                self._homes.pop(each, None)
        _log.info("The workspace %s has taken Segbot off; what was bound to it is deleted", team)


def app_uninstalled(installations: Installations, body: dict[str, Any]) -> None:
    """Forget the workspace that took the bot off."""
    installations.uninstalled(body["team_id"])


def tokens_revoked(installations: Installations, body: dict[str, Any]) -> None:
    """Forget the workspace whose bot token was taken back; people's own tokens are not kept."""
    if body["event"]["tokens"].get("bot"):
        installations.uninstalled(body["team_id"])


# Slack's events by which a workspace takes its leave.
DEPARTURES: Final[dict[str, Callable[..., None]]] = {
    "app_uninstalled": app_uninstalled,
    "tokens_revoked": tokens_revoked,
}


def home_noted(
    installations: Installations,
    context: BoltContext,
    next: Callable[[], BoltResponse],  # noqa: A002 - Bolt's name
) -> BoltResponse:
    """Remember, before a listener runs, where whoever asks is at home."""
    ids = [each for each in (context.user_id, context.channel_id) if each]
    if context.team_id and context.bot_token:
        installations.note_home(context.team_id, ids)
    return next()
