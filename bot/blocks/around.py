"""What is around the answers: the segments, the model behind them, and the audit trail."""

from collections.abc import Sequence
from datetime import datetime
from typing import Final

from bot.audit import Record
from bot.blocks.parts import Block, Message, bullets, context, escaped, message, section
from segmentation.answers import Overview
from segmentation.calibration import told_share
from segmentation.claims import Verdict
from segmentation.explanation import BAND_WORDS
from segmentation.model import Segment, SegmentModel
from segmentation.playbook import Playbook
from segmentation.wording import counted, day, listed, percent


def segments_message(model: SegmentModel, playbook: Playbook, label: str) -> Message:
    """Every segment: what it is like, who does what about it, and which claims hold."""
    blocks: list[Block] = []
    for segment in model.segments:
        play = playbook.play(segment)
        borne_out = _borne_out(segment)
        blocks.append(
            section(
                f"*{escaped(play.name)}* · {percent(segment.share)} of the customers in training\n"
                f"{escaped(play.summary)}{borne_out}"
            )
        )
        blocks.append(
            section(f"*Suggested action* for {escaped(play.owner)}\n{escaped(play.action)}")
        )
    return message([*blocks, context(escaped(label))] if label else blocks)


_VERDICTS: Final = {
    Verdict.HOLDS: "Borne out by the figures",
    Verdict.WEAK: "only partly",
    Verdict.FAILS: "not borne out",
    Verdict.UNTESTABLE: "cannot be seen in these figures",
}


def _borne_out(segment: Segment) -> str:
    """Which parts of a segment's summary its customers bear out, as one more line."""
    by_verdict = [
        (words, [claim.text for claim in segment.claims if claim.verdict is verdict])
        for verdict, words in _VERDICTS.items()
    ]
    told = "; ".join(f"{words}: {listed(texts)}" for words, texts in by_verdict if texts)
    return f"\n_{escaped(told[0].upper() + told[1:])}._" if told else ""


def model_message(model: SegmentModel, book: Overview | None) -> Message:
    """Which model answers, since when, on whose data, how good, and whether it still fits."""
    made = model.provenance
    trained = day(datetime.fromisoformat(made.trained_at))
    lines = [
        (
            f"{len(model.segments)} segments, learnt on {trained} from "
            f"{counted(made.customers, 'customer')} ({escaped(made.portfolio)})"
        ),
        (
            "The segments are regions that run into each other, not islands: "
            f"{made.silhouette:.2f} on a scale up to 1 (silhouette)"
        ),
    ]
    if model.calibration:
        bands = model.calibration.by_band().items()
        lines += [
            f"When the answer is “{BAND_WORDS[band]}”, {told_share(same)}" for band, same in bands
        ]
    if book:
        names = {segment: escaped(name) for segment, name in book.names.items()}
        lines.append(book.drift.verdict(names))
    which = f"Model `{model.fingerprint[:12]}`, by {escaped(made.algorithm)}"
    return message([section(f"*The model behind the answers*\n{bullets(lines)}"), context(which)])


def audit_message(records: Sequence[Record], which: str) -> Message:
    """The newest audit records, oldest first; `which` ends the sentence that says which."""
    if not records:
        return message([section(f"The audit trail has no record{escaped(which)}.")])
    lines = [
        f"{record.at:%d %b %H:%M} UTC · <@{record.member}> · "
        f"{escaped(record.action)} · {escaped(record.result)}"
        + _where(record.channel)
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


def _where(channel: str) -> str:
    """Where it was asked; the id of somebody's direct message would open nothing for others."""
    if channel.startswith("D"):
        return " · in a direct message"
    return f" · <#{channel}>" if channel else ""
