"""How the workspace reaches the app, whichever way the app is connected."""

from dataclasses import dataclass
from typing import Literal, Protocol

from bot.local_workspace.records import Json, Reply

Kind = Literal["slash_commands", "interactive", "events_api"]

TIMED_OUT = "operation_timeout"
FAILED = "dispatch_failed"


@dataclass(frozen=True, slots=True)
class Redelivery:
    """What comes a second time: every so many of these kinds, if slower than so many seconds.

    Slack repeats an event whose acknowledgement it has missed, even if the app has sent it, and
    nothing else; other kinds can be named to try an app's guard against double clicks.
    """

    every: int = 1
    slower_than: float = 0.0
    kinds: tuple[Kind, ...] = ("events_api",)


class Link(Protocol):
    """A way to the app; `deliver` waits for its acknowledgement."""

    @property
    def connected(self) -> bool:
        """Whether the app is there."""

    def deliver(self, kind: Kind, payload: Json, retry: int = 0) -> Reply:
        """The app's reply; a failure is in `error`. `retry` counts repetitions of an event."""

    def recycle(self) -> None:
        """Ask the app to connect anew, as Slack does now and then."""

    def close(self) -> None:
        """Let go of everyone who waits for a reply."""
