"""What Slack says about members and user groups, believed for five minutes."""

import logging
import math
import threading
from collections.abc import Callable
from dataclasses import dataclass
from http.client import HTTPException
from typing import Any, Final

from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError

_BELIEVED: Final = 300.0  # seconds
_SECONDS: Final = 1  # that Slack may take to tell: whoever asked waits for an answer within three
_MOST: Final = 10_000  # answers kept; a large company has more members
_OUTSIDE: Final = ("is_restricted", "is_ultra_restricted", "is_stranger", "deleted", "is_bot")
_NO_SUCH_MEMBER: Final = frozenset({"user_not_found", "user_not_visible", "users_not_found"})
_NO_SUCH_GROUP: Final = frozenset({"no_such_subteam", "subteam_not_found"})
_log = logging.getLogger(__name__)


class UnknowableError(Exception):
    """Slack could not be asked, or broke; nothing follows from that."""


@dataclass(frozen=True, slots=True)
class Person:
    """A member's name, and whether the member is a guest, of another company, or gone."""

    name: str
    is_from_outside: bool


_STRANGER: Final = Person("somebody unknown", is_from_outside=True)


class Directory:
    """Asks Slack with the client at hand, so that workspaces are kept apart; safe among threads.

    `clock` counts seconds and never goes back. Whatever cannot be had raises UnknowableError and
    is asked for again the next time.
    """

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._lock = threading.Lock()
        self._said: dict[tuple[str | None, str, str], tuple[float, Any]] = {}

    def person(self, client: WebClient, member: str) -> Person:
        """Who a member is; one whom Slack does not show is from outside."""
        found: Person = self._believed(
            client, "member", member, lambda: self._asked(_hasty(client), member)
        )
        return found

    def members(self, client: WebClient, group: str) -> frozenset[str]:
        """Who is in a user group; nobody, and a line in the log, where there is no such group."""
        found: frozenset[str] = self._believed(
            client, "group", group, lambda: _in(_hasty(client), group)
        )
        return found

    def _asked(self, client: WebClient, member: str) -> Person:
        home = self._believed(client, "home", "", lambda: client.auth_test()["team_id"])
        try:
            user = client.users_info(user=member)["user"]
        except SlackApiError as error:
            if error.response["error"] in _NO_SUCH_MEMBER:
                return _STRANGER
            raise
        # In an organisation of many workspaces a member belongs to several of them.
        teams = {user.get("team_id"), *user.get("enterprise_user", {}).get("teams", ())}
        outside = any(user.get(sign) for sign in _OUTSIDE) or home not in teams
        return Person(user.get("real_name") or member, outside)

    def _believed(self, client: WebClient, kind: str, key: str, ask: Callable[[], Any]) -> Any:  # noqa: ANN401
        known = (client.token, kind, key)
        with self._lock:
            until, said = self._said.get(known, (-math.inf, None))
        now = self._clock()
        if now < until:
            return said
        try:
            said = ask()
        except (SlackApiError, OSError, HTTPException) as error:
            _log.warning("Slack does not tell about the %s %s: %s", kind, key, error)
            raise UnknowableError from error
        with self._lock:
            if len(self._said) >= _MOST:
                self._said = {k: v for k, v in self._said.items() if v[0] > now}
            if len(self._said) >= _MOST:
                self._said.clear()
            self._said[known] = (now + _BELIEVED, said)
        return said


def _hasty(client: WebClient) -> WebClient:
    """The same client, which waits a second."""
    return WebClient(
        token=client.token,
        base_url=client.base_url,
        timeout=_SECONDS,
        proxy=client.proxy,
        ssl=client.ssl,
        retry_handlers=[],
    )


def _in(client: WebClient, group: str) -> frozenset[str]:
    try:
        return frozenset(client.usergroups_users_list(usergroup=group)["users"])
    except SlackApiError as error:
        if error.response["error"] not in _NO_SUCH_GROUP:
            raise
        _log.warning("The policy names the user group %s, which does not exist", group)
        return frozenset()
