"""How the workspace reaches the app, whichever way the app is connected."""

from typing import Literal, Protocol

from bot.local_workspace.records import Json, Reply

Kind = Literal["slash_commands", "interactive", "events_api"]

TIMED_OUT = "operation_timeout"
FAILED = "dispatch_failed"


class Link(Protocol):
    """A way to the app; `deliver` waits for its acknowledgement."""

    @property
    def connected(self) -> bool:
        """Whether the app is there."""

    def deliver(self, kind: Kind, payload: Json) -> Reply:
        """The app's reply; a failure is in `error`."""

    def recycle(self) -> None:
        """Ask the app to connect anew, as Slack does now and then."""

    def close(self) -> None:
        """Let go of everyone who waits for a reply."""
