"""What stands beneath a link to a customer: the segment's name, and nothing else about them."""

from bot.blocks.parts import Block, context, escaped, section
from segmentation.answers import Answer
from segmentation.wording import day


def unfurled(answer: Answer, label: str) -> list[Block]:
    """The segment's name, of which snapshot, and the line under every answer."""
    assert answer.snapshot is not None
    return [
        section(f"*{escaped(answer.play.name)}*"),
        context(f"Snapshot of {day(answer.snapshot.as_of)}", escaped(label)),
    ]
