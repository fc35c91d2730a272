"""How the Web API says no: Slack's error names, and which of them are the app's own fault."""

from typing import Any

# These tell of the state of the workspace; a careful app meets them and goes on.
CIRCUMSTANCES = frozenset(
    {
        "cannot_find_message",
        "cant_update_message",
        "channel_not_found",
        "file_not_found",
        "function_execution_not_found",
        "hash_conflict",
        "message_not_found",
        "not_found",
        "not_in_channel",
        "subteam_not_found",
        "thread_not_found",
        "user_disabled",
        "user_not_found",
        "user_not_in_channel",
    }
)


class SlackError(Exception):
    """A refusal in Slack's shape: `name` becomes `error`, `details` stand beside it."""

    def __init__(self, name: str, **details: Any) -> None:  # noqa: ANN401  JSON of any shape
        super().__init__(name)
        self.name = name
        self.details = details

    @property
    def is_fault(self) -> bool:
        """Whether the app should not have asked, whatever the state of the workspace."""
        return self.name not in CIRCUMSTANCES

    @property
    def response(self) -> dict[str, Any]:
        return {"ok": False, "error": self.name, **self.details}

    def __str__(self) -> str:
        messages = self.details.get("response_metadata", {}).get("messages", [])
        told = messages or [f"{key}={value}" for key, value in self.details.items()]
        return ": ".join([self.name, *(["; ".join(told)] if told else [])])


class RefusedOnPurpose(SlackError):  # noqa: N818  it reads as the fact it states
    """A refusal that a test has asked for; the app is not to blame."""

    @property
    def is_fault(self) -> bool:
        return False


def invalid(name: str, messages: list[str]) -> SlackError:
    """A refusal that lists every fault, as Slack does for blocks, views and arguments."""
    return SlackError(name, response_metadata={"messages": messages})
