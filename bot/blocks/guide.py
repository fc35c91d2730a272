"""Help, the usage line, and the sentences for when there is nothing to show or something broke."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from bot.blocks.parts import (
    Message,
    View,
    bullets,
    context,
    escaped,
    message,
    modal,
    plain,
    section,
)
from segmentation.wording import quoted


@dataclass(frozen=True, slots=True)
class Usage:
    """One line of the help: what to type after `/segment`, and what comes of it."""

    words: str
    what: str


MORE_WAYS: Final = (
    "Ids or a file of customers in a direct message to me work, too, and “Look up customers” and "
    "“Score this list” in a message's menu"
)


def help_message(usages: Sequence[Usage]) -> Message:
    """All that can be typed, one line each."""
    return message(
        [
            section("*Segbot tells which kind of customer you are looking at, and what to do.*"),
            section(usage_lines(usages)),
            context(
                "Answers are for your eyes only, and each is recorded",
                MORE_WAYS,
                "The Home tab of the app shows the whole portfolio",
            ),
        ]
    )


def usage_lines(usages: Sequence[Usage]) -> str:
    """The help's lines as a list."""
    return bullets([f"`{escaped(_typed(usage))}` {usage.what}" for usage in usages])


def _typed(usage: Usage) -> str:
    return f"/segment {usage.words}".rstrip()


def usage_message(typed: str, usages: Sequence[Usage]) -> Message:
    """The one line for what could not be understood."""
    words = " | ".join(usage.words for usage in usages if usage.words)
    return message(
        [
            section(
                f"I did not understand {escaped(quoted(typed))}. "
                f"Usage: `/segment {escaped(words)}`; `/segment` alone opens the form."
            )
        ]
    )


def sentence(text: str) -> Message:
    """A message of one sentence; `text` is escaped here."""
    return message([section(escaped(text))])


def told_view(text: str) -> View:
    """A modal of one sentence."""
    return modal("Segbot", [section(escaped(text))]) | {"close": plain("Close")}


def trouble_home(text: str) -> View:
    """A Home tab that says what went wrong; it is drawn anew when it is opened again."""
    return {"type": "home", "blocks": [section(escaped(text))]}
