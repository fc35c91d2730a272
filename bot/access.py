"""The door: whether a member may do this here and now, by the policy; unknown means no."""

import math
import threading
import time
from collections import defaultdict, deque
from collections.abc import Callable
from typing import Any, Final

from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError

from bot.audit import AuditTrail
from bot.policy import Action, Policy, Rule
from segmentation.errors import SegbotError

_BELIEVED: Final = 300.0  # seconds that what Slack said about a member or a group is believed
_MINUTE: Final = 60.0


class DeniedError(SegbotError):
    """What was wanted is not allowed; the message tells the member why, and whom to ask."""


class Access:
    """Asks the policy, Slack and the clock, and keeps every refusal in the audit trail.

    `clock` counts seconds and never goes back.
    """

    def __init__(
        self, policy: Policy, audit: AuditTrail, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self.policy = policy
        self._audit = audit
        self._clock = clock
        self._lock = threading.Lock()
        self._said: dict[tuple[str, str], tuple[float, Any]] = {}
        self._asked: defaultdict[str, deque[float]] = defaultdict(deque)

    def check(self, client: WebClient, member: str, channel: str, action: Action) -> None:
        """Raise DeniedError, recorded, unless the member may do this now.

        `channel` is where it was asked for, "" for Home, a form and other places outside channels.
        """
        why = self._why_not(client, member, channel, action)
        if why is not None:
            self._audit.record(member, channel, str(action), [("", "denied")])
            raise DeniedError(why)

    def _why_not(self, client: WebClient, member: str, channel: str, action: Action) -> str | None:
        if (seconds := self._seconds_to_wait(member)) is not None:
            return (
                f"That was more than {self.policy.a_minute} requests within a minute. "
                f"Try again in {seconds} s."
            )
        rule = self.policy.rule(action)
        if member in self.policy.admins:
            return None
        try:
            allowed = self._is_named(client, member, rule)
        except (SlackApiError, OSError):
            return (
                "It cannot be checked right now whether you may do this, so it was not done. "
                "Please try again in a minute."
            )
        if not allowed:
            return f"You may not {action.words}. Ask {self.policy.ask} if you should."
        if rule.channels is not None and channel not in rule.channels:
            return f"You may not {action.words} here. Ask {self.policy.ask} where it is meant for."
        return None

    def _is_named(self, client: WebClient, member: str, rule: Rule) -> bool:
        if member in rule.members:
            return True
        if rule.everyone and not self._is_from_outside(client, member):
            return True
        return any(member in self._members(client, group) for group in rule.groups)

    def _is_from_outside(self, client: WebClient, member: str) -> bool:
        """Whether a member is a guest, or of another company."""
        user = self._believed("user", member, lambda: client.users_info(user=member)["user"])
        outside = ("is_restricted", "is_ultra_restricted", "is_stranger", "deleted", "is_bot")
        home = self._believed("team", "", lambda: client.auth_test()["team_id"])
        return any(user.get(sign) for sign in outside) or user.get("team_id", home) != home

    def _members(self, client: WebClient, group: str) -> list[str]:
        found: list[str] = self._believed(
            "group", group, lambda: client.usergroups_users_list(usergroup=group)["users"]
        )
        return found

    def _believed(self, kind: str, key: str, ask: Callable[[], Any]) -> Any:  # noqa: ANN401
        """What Slack says, believed for a while; what could not be had is asked for again."""
        until, said = self._said.get((kind, key), (-math.inf, None))
        if self._clock() >= until:
            said = ask()
            self._said[kind, key] = (self._clock() + _BELIEVED, said)
        return said

    def _seconds_to_wait(self, member: str) -> int | None:
        """None when the member may ask now, which then counts; else how long not."""
        with self._lock:
            now, asked = self._clock(), self._asked[member]
            while asked and asked[0] <= now - _MINUTE:
                asked.popleft()
            if len(asked) < self.policy.a_minute:
                asked.append(now)
                return None
            return max(1, math.ceil(asked[0] + _MINUTE - now))
