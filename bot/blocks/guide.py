"""Help, the usage line, and the sentences for when there is nothing to show or something broke."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from bot.blocks.parts import (
    Block,
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
    """One line of the help: what to type after `/segment`, what comes of it, and its heading."""

    words: str
    what: str
    about: str


# What needs no typing, by where it is found.
WITHOUT_TYPING: Final = (
    ("On a customer's card", "share it, *Why?*, *What if …*, *Watch*, and say if it is right"),
    ("In a direct message to me", "ids, or a file of customers"),
    ("In a message's menu (⋯)", "*Look up customers* and *Score this list*"),
    ("Among the shortcuts", "*Look up a customer*"),
    ("In Workflow Builder", "*Get a customer's segment* and *Post the segment digest*"),
    ("On links to customers", "the segment's name, where whoever runs me has switched that on"),
)
_HOME: Final = ("On my Home tab", "the whole portfolio, your watches, the weekly digests")


def help_message(usages: Sequence[Usage]) -> Message:
    """All that can be typed, and all that can be done without."""
    return message(
        [
            section("*Segbot tells which kind of customer you are looking at, and what to do.*"),
            *usage_blocks(usages),
            section(f"*Without typing*\n{_ways((_HOME, *WITHOUT_TYPING))}"),
            context("Answers are for your eyes only, and each is recorded"),
        ]
    )


def usage_blocks(usages: Sequence[Usage]) -> list[Block]:
    """What can be typed, a paragraph a heading."""
    headings = dict.fromkeys(usage.about for usage in usages)
    return [
        section(f"*{heading}*\n{_lines([each for each in usages if each.about == heading])}")
        for heading in headings
    ]


def ways_block() -> Block:
    """What can be done without typing, beside the Home tab where this stands."""
    return section(_ways(WITHOUT_TYPING))


def _ways(ways: Sequence[tuple[str, str]]) -> str:
    return bullets([f"{where}: {what}" for where, what in ways])


def _lines(usages: Sequence[Usage]) -> str:
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
