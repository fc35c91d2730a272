"""What `segbot doctor` finds: each check looks at one thing and says what to do about it."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from slack_sdk import WebClient

from bot.settings import Settings
from bot.subscriptions import Subscription


class Mark(StrEnum):
    """How bad a finding is; a person sees the sign, not the colour."""

    FINE = "✓"
    NOTE = "!"
    WRONG = "✗"


@dataclass(frozen=True, slots=True)
class Finding:
    """What was looked at and found, and what to do about it; holds no secret."""

    mark: Mark
    topic: str
    what: str
    todo: str = ""

    def __str__(self) -> str:
        todo = f" → {self.todo}" if self.todo else ""
        return f"{self.mark} {self.topic}: {self.what}{todo}"


def fine(topic: str, what: str) -> Finding:
    """All is well."""
    return Finding(Mark.FINE, topic, what)


def note(topic: str, what: str, todo: str) -> Finding:
    """It works, and somebody should know."""
    return Finding(Mark.NOTE, topic, what, todo)


def wrong(topic: str, what: str, todo: str) -> Finding:
    """It will not work."""
    return Finding(Mark.WRONG, topic, what, todo)


@dataclass(frozen=True, slots=True)
class Greeting:
    """How Slack answered `auth.test`; `error` is its name for a refusal, "" when there is none.

    `unreachable` says why there was no answer at all. `at` is the time by Slack's clock.
    """

    error: str = ""
    unreachable: str = ""
    team: str = ""
    team_id: str = ""
    bot: str = ""
    scopes: frozenset[str] = frozenset()
    at: datetime | None = None

    @property
    def accepted(self) -> bool:
        """Whether Slack took the bot token."""
        return not self.error and not self.unreachable


@dataclass(frozen=True, slots=True)
class Patient:
    """What is examined: settings as far as they are set, Slack by a client, and this machine.

    `now` is by this machine's clock, at the moment that Slack greeted.
    """

    settings: Settings
    http: bool
    client: WebClient
    greeting: Greeting
    now: datetime
    subscriptions: tuple[Subscription, ...] = ()


Check = Callable[[Patient], Sequence[Finding]]


def examined(patient: Patient, checks: Sequence[Check]) -> Iterator[Finding]:
    """The findings of all checks, in their order."""
    for check in checks:
        yield from check(patient)


def verdict(findings: Sequence[Finding], *, http: bool) -> str:
    """The last line: what to do first, or that all is well."""
    wrongs = [finding for finding in findings if finding.mark is Mark.WRONG]
    if wrongs:
        rest = f"\nThen run it again: {len(wrongs) - 1} more to mend." if len(wrongs) > 1 else ""
        return f"Do this first. {wrongs[0].topic}: {wrongs[0].todo or wrongs[0].what}{rest}"
    return f"All is well: segbot run{' --http' if http else ''}"
