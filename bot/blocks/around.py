"""What is around the answers: the segments, the model behind them, and the audit trail."""

from collections.abc import Sequence
from datetime import datetime

from bot.audit import Record
from bot.blocks.parts import Block, Message, bullets, context, escaped, message, section
from segmentation.answers import Overview
from segmentation.calibration import told_share
from segmentation.model import SegmentModel
from segmentation.playbook import Playbook
from segmentation.wording import counted, day, percent


def segments_message(model: SegmentModel, playbook: Playbook, label: str) -> Message:
    """Every segment: what it is like, who does what about it, and which claims hold."""
    blocks: list[Block] = []
    for segment in model.segments:
        play = playbook.play(segment)
        claims = [f"{claim.text}: {claim.verdict}" for claim in segment.claims]
        told = f"\n_In training: {escaped('; '.join(claims))}._" if claims else ""
        blocks.append(
            section(
                f"*{escaped(play.name)}* · {percent(segment.share)} in training\n"
                f"{escaped(play.summary)}{told}"
            )
        )
        blocks.append(
            section(f"*Suggested action* for {escaped(play.owner)}\n{escaped(play.action)}")
        )
    return message([*blocks, context(escaped(label))] if label else blocks)


def model_message(model: SegmentModel, book: Overview | None) -> Message:
    """Which model answers, since when, on whose data, how good, and whether it still fits."""
    made = model.provenance
    trained = day(datetime.fromisoformat(made.trained_at))
    lines = [
        (
            f"Model `{model.fingerprint[:12]}`, trained on {trained} with "
            f"{counted(made.customers, 'customer')} ({escaped(made.portfolio)})"
        ),
        (
            f"{len(model.segments)} segments by {escaped(made.algorithm)}; silhouette "
            f"{made.silhouette:.3f} of 1: regions of a continuum, not islands"
        ),
    ]
    if model.calibration:
        bands = model.calibration.by_band().items()
        lines += [f"Certainty {band}: {told_share(same)}" for band, same in bands]
    if book:
        names = {segment: escaped(name) for segment, name in book.names.items()}
        lines.append(book.drift.verdict(names))
    return message([section(f"*The model behind the answers*\n{bullets(lines)}")])


def audit_message(records: Sequence[Record], which: str) -> Message:
    """The newest audit records, oldest first; `which` ends the sentence that says which."""
    if not records:
        return message([section(f"The audit trail has no record{escaped(which)}.")])
    lines = [
        f"{record.at:%d %b %H:%M} UTC · <@{record.member}> · "
        f"{escaped(record.action)} · {escaped(record.result)}"
        + (f" · <#{record.channel}>" if record.channel else "")
        + (f" · customer `{record.customer[:10]}…`" if record.customer else "")
        for record in records
    ]
    return message(
        [
            section(
                f"*The newest {counted(len(records), 'record')}{escaped(which)}*\n{bullets(lines)}"
            ),
            context(
                "Customers are keyed hashes; `/segment audit ID since 2026-11-01` finds some",
                "All of it: `segbot audit export`",
            ),
        ]
    )
