"""What an alert says: what stands out in a new snapshot, and where to look."""

from collections.abc import Sequence

from bot.blocks.parts import Message, bullets, context, escaped, message, section
from bot.blocks.sizes import source_line
from segmentation.answers import Overview
from segmentation.snapshot_alarms import Alarm
from segmentation.wording import day


def alert_message(found: Sequence[Alarm], book: Overview, label: str) -> Message:
    """What stands out in a snapshot; the first thing is what weighs most."""
    told = bullets([escaped(alarm.sentence) for alarm in found])
    return message(
        [
            section(f":warning: *The snapshot of {day(book.snapshot.as_of)} stands out*\n{told}"),
            section(
                "Before acting on it, see whether the portfolio was complete: `/segment sizes` "
                "shows every segment, and whoever trains the model finds more with `segbot report`."
            ),
            context(
                source_line(book),
                "No more alerts of this kind for some days",
                escaped(label),
            ),
        ]
    )
