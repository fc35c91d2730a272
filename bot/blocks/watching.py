"""What watchers read: that a customer moved, and the list of what they watch."""

from collections.abc import Sequence
from datetime import date
from typing import Final

from bot.blocks.parts import Block, Message, button, context, escaped, message, section
from segmentation.answers import Answer
from segmentation.explanation import sureness
from segmentation.playbook import Play
from segmentation.wording import counted, day

UNWATCH: Final = "unwatch"


def moved_message(
    answer: Answer, before: Play, since: date, *, retrained: bool, label: str
) -> Message:
    """A watched customer changed segment since the member last heard."""
    assert answer.snapshot is not None
    why = (
        "The model was retrained in between, which may be the whole reason."
        if retrained
        else f"{sureness(answer.explanation.assignment).capitalize()}."
    )
    return message(
        [
            section(
                f"*Customer {escaped(answer.customer or '')}* is now *{escaped(answer.play.name)}*."
                f"\nBefore, on {day(since)}: {escaped(before.short)}. {why}"
            ),
            section(
                f"*Suggested action* for {escaped(answer.play.owner)}\n"
                f"{escaped(answer.play.action)}"
            ),
            context(
                "You watch this customer; `/segment watching` ends that",
                f"Snapshot of {day(answer.snapshot.as_of)}",
                escaped(label),
            ),
        ]
    )


def watching_message(watched: Sequence[tuple[str, str]]) -> Message:
    """The customers that a member watches, each with the segment last heard of."""
    if not watched:
        return message(
            [
                section(
                    "You watch no customer. Look one up and press *Watch*: you get a direct "
                    "message when the segment changes."
                )
            ]
        )
    told = f"You watch {counted(len(watched), 'customer')}; a change comes as a direct message."
    return message([section(told), *watched_rows(watched)])


def watched_rows(watched: Sequence[tuple[str, str]]) -> list[Block]:
    """A line and a button to stop for each watched customer."""
    return [
        section(f"*{escaped(customer)}* · {escaped(segment)}")
        | {"accessory": button("Stop watching", UNWATCH, value=customer)}
        for customer, segment in watched
    ]
