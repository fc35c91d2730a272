"""The door: whether a member may do this here and now, by the policy; unknown means no."""

import math
import threading
import time
from collections import deque
from collections.abc import Callable
from typing import Final

from slack_sdk import WebClient

from bot.audit import AuditTrail
from bot.directory import Directory, UnknowableError
from bot.policy import Action, Policy, Rule
from segmentation.errors import SegbotError
from segmentation.wording import counted

_MINUTE: Final = 60.0
_MOST_ASKING: Final = 1_000  # members whose requests are counted before the idle are dropped
_NAMED: Final = 3  # admins that a refusal names


class DeniedError(SegbotError):
    """What was wanted is not allowed; the message tells the member why, and whom to ask."""


class Access:
    """Asks the policy, Slack and the clock, and keeps every refusal in the audit trail.

    `clock` counts seconds and never goes back. Replicas count requests each for itself.
    """

    def __init__(
        self, policy: Policy, audit: AuditTrail, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self.policy = policy
        self._audit = audit
        self._clock = clock
        self._directory = Directory(clock)
        self._lock = threading.Lock()
        self._asked: dict[str, deque[float]] = {}

    def check(
        self, client: WebClient, member: str, channel: str, action: Action, *also: Action
    ) -> None:
        """Raise DeniedError, recorded, unless the member may do this now, and all that it implies.

        `channel` is where it was asked for, "" for Home, a form and other places outside channels.
        """
        why = self._too_often(member)
        for needed in (action, *also):
            why = why or self._why_not(client, member, channel, needed)
            if why is not None:
                self._audit.record(member, channel, needed.replace("_", " "), [("", "denied")])
                raise DeniedError(why)

    def allows(self, client: WebClient, member: str, *needed: Action) -> bool:
        """Whether a member may have what the bot brings unasked; it counts as no request.

        Raises UnknowableError where Slack does not tell who the member is.
        """
        return member in self.policy.admins or all(
            rule.channels is None and self._is_named(client, member, rule)
            for rule in map(self.policy.rule, needed)
        )

    def _too_often(self, member: str) -> str | None:
        seconds = self._seconds_to_wait(member)
        if seconds is None:
            return None
        return (
            f"That was more than {counted(self.policy.a_minute, 'request')} within a minute. "
            f"You can go on in {counted(seconds, 'second')}."
        )

    def _why_not(self, client: WebClient, member: str, channel: str, action: Action) -> str | None:
        rule = self.policy.rule(action)
        if member in self.policy.admins:
            return None
        try:
            allowed = self._is_named(client, member, rule)
        except UnknowableError:
            return (
                "Slack does not tell right now whether you may do this, so it was not done. "
                f"Please try again in a minute; if it stays so, ask {self.whom(client)}."
            )
        if not allowed:
            return f"You may not {action.words}. Ask {self.whom(client)} if you should."
        if rule.channels is not None and channel not in rule.channels:
            return (
                f"You may not {action.words} here. "
                f"Ask {self.whom(client)} in which channels it may be done."
            )
        return None

    def _is_named(self, client: WebClient, member: str, rule: Rule) -> bool:
        """Whether a rule is meant for a member; guests and outsiders only count by their own id."""
        if member in rule.members:
            return True
        if not rule.everyone and not rule.groups:
            return False
        if self._directory.person(client, member).is_from_outside:
            return False
        return rule.everyone or self._is_in_one(client, member, rule.groups)

    def _is_in_one(self, client: WebClient, member: str, groups: tuple[str, ...]) -> bool:
        """Whether a member is in one of the groups; one that cannot be asked hides no other."""
        unknowable = None
        for group in groups:
            try:
                if member in self._directory.members(client, group):
                    return True
            except UnknowableError as error:
                unknowable = error
        if unknowable is not None:
            raise unknowable
        return False

    def whom(self, client: WebClient) -> str:
        """Whom to ask: as the policy says, or its admins by name."""
        if self.policy.ask:
            return self.policy.ask
        try:
            names = [
                self._directory.person(client, admin).name
                for admin in sorted(self.policy.admins)[:_NAMED]
            ]
        except UnknowableError:
            names = []
        return " or ".join(names) or "whoever runs Segbot"

    def _seconds_to_wait(self, member: str) -> int | None:
        """None when the member may ask now, which then counts; else how long not."""
        with self._lock:
            now = self._clock()
            if len(self._asked) >= _MOST_ASKING:
                self._asked = {
                    each: times for each, times in self._asked.items() if times[-1] > now - _MINUTE
                }
            asked = self._asked.setdefault(member, deque())
            while asked and asked[0] <= now - _MINUTE:
                asked.popleft()
            if len(asked) < self.policy.a_minute:
                asked.append(now)
                return None
            return max(1, math.ceil(asked[0] + _MINUTE - now))
