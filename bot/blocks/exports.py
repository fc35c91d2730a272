"""What is said about customers that come as a file."""

from collections.abc import Sequence
from typing import Final

from bot.blocks.card import origin
from bot.blocks.parts import Message, context, escaped, message, section
from segmentation.playbook import Play
from segmentation.store import Origin, Snapshot
from segmentation.wording import counted, day, listed, shorten

_NAMED: Final = 10  # unknown customers that the message names; the file names all
_COLUMNS: Final = "band: low, medium or high, how sure · novel: unlike the segment's customers"


def begun_message(what: str) -> Message:
    """Something is being written to a file."""
    return message([section(f"Writing {escaped(what)} to a file …")])


def segment_message(
    play: Play, customers: int, snapshot: Snapshot, label: str, *, figures: bool
) -> Message:
    """All customers of a segment, as a file."""
    told = "with their 17 figures" if figures else "without their figures"
    return message(
        [
            section(
                f"*{counted(customers, 'customer')} of {escaped(play.name)}*, {told}.\n"
                f"*Suggested action* for {escaped(play.owner)}\n{escaped(play.action)}"
            ),
            context(_COLUMNS, *origin(snapshot, label)),
        ]
    )


def ids_message(found: int, unknown: Sequence[str], snapshot: Origin, label: str) -> Message:
    """The segments of the customers who were named, as a file."""
    names = [f"*{escaped(shorten(customer, 40))}*" for customer in unknown[:_NAMED]]
    more = len(unknown) - len(names)
    named = listed([*names, *([f"{more:,} more"] if more else [])])
    missing = f"\nThe snapshot of {day(snapshot.as_of)} has no customer {named}." if unknown else ""
    return message(
        [
            section(f"*The segments of {counted(found, 'customer')}*{missing}"),
            context(_COLUMNS, *origin(snapshot, label)),
        ]
    )
