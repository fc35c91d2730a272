"""Customers as a file: those of a segment, or those that were named, in a direct message."""

from collections.abc import Iterator, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

from slack_sdk import WebClient

from bot.blocks.exports import begun_message, ids_message, segment_message
from bot.desk import Desk
from bot.parcels import Attachment
from bot.sender import send_files
from segmentation.errors import SegbotError
from segmentation.features import COLUMNS
from segmentation.list_summary import segment_named
from segmentation.model import SegmentModel
from segmentation.playbook import Play, Playbook
from segmentation.safe_csv import safe_csv_file
from segmentation.store import LookUp, Snapshot
from segmentation.wording import counted

MOST_IDS: Final = 1_000
_WITH_FIGURES: Final = "with figures"
_HEADINGS: Final = (
    "CUST_ID",
    "segment",
    "segment_name",
    "runner_up",
    "runner_up_name",
    "confidence",
    "band",
    "novel",
)
_NO_SNAPSHOT: Final = "No portfolio has been scored yet, so there is nothing to export."


def export_segment(desk: Desk, client: WebClient, member: str, channel: str, typed: str) -> str:
    """Begin to send all customers of a segment to a member, on record; the words that say so.

    `typed` is the segment, and “with figures” where these are wanted. Raises SegbotError when
    there is no such segment, or no snapshot.
    """
    wanted = " ".join(typed.split())
    figures = wanted.casefold().endswith(_WITH_FIGURES)
    snapshot = desk.store.newest()
    if snapshot is None:
        raise SegbotError(_NO_SNAPSHOT)
    model = desk.store.model(snapshot.model)
    named = wanted[: -len(_WITH_FIGURES)] if figures else wanted
    segment = segment_named(model, desk.playbook, named.strip())

    def errand() -> None:
        _send_segment(desk, client, member, channel, snapshot, segment, figures=figures)

    desk.audit.record(member, channel, "export", [("", "begun")])
    desk.errands.run(client, member, errand)
    play = desk.playbook.play(model.segment(segment))
    customers = counted(snapshot.sizes.get(segment, 0), "customer")
    return f"The {customers} of {play.name} come as a file in your direct messages."


def _send_segment(
    desk: Desk,
    client: WebClient,
    member: str,
    channel: str,
    snapshot: Snapshot,
    segment: int,
    *,
    figures: bool,
) -> None:
    model = desk.store.model(snapshot.model)
    play = desk.playbook.play(model.segment(segment))
    direct = _begun(client, member, f"the customers of {play.name}")
    with TemporaryDirectory(prefix="segbot-export-") as folder:
        path = Path(folder) / "customers.csv"
        written = 0
        with safe_csv_file(path) as out:
            out.row((*_HEADINGS, *(COLUMNS if figures else ())))
            for lines in _segment_lines(desk, snapshot, segment, figures=figures):
                out.rows(lines)
                written += len(lines)
        if written != snapshot.sizes.get(segment, 0):
            raise SegbotError("The portfolio was scored anew meanwhile: export again.")
        result = f"segment {segment}: {written}{' with figures' if figures else ''}"
        desk.audit.record(member, channel, "export", [("", result)])
        message = segment_message(play, written, snapshot, desk.label, figures=figures)
        name = f"segment-{segment}-{snapshot.as_of.isoformat()}.csv"
        send_files(client, direct, message, [Attachment(name, name, path)])


def _segment_lines(
    desk: Desk, snapshot: Snapshot, segment: int, *, figures: bool
) -> Iterator[list[tuple[object, ...]]]:
    plays = _plays(desk.store.model(snapshot.model), desk.playbook)
    name = plays[segment].name
    for rows in desk.store.customers_in(snapshot, segment):
        yield [
            (
                row.customer,
                segment,
                name,
                row.runner_up,
                plays[row.runner_up].name,
                round(row.confidence, 4),
                row.band,
                "yes" if row.novel else "no",
                *(row.figures if figures else ()),
            )
            for row in rows
        ]


def send_named(
    desk: Desk, client: WebClient, member: str, channel: str, customers: Sequence[str]
) -> str:
    """Begin to send the segments of the customers named to a member; the words that say so."""
    if len(customers) > MOST_IDS:
        raise SegbotError(
            f"You named {len(customers):,} customers; up to {MOST_IDS:,} can be named at once."
        )

    def errand() -> None:
        _send_named(desk, client, member, channel, customers)

    desk.errands.run(client, member, errand)
    return f"The segments of these {len(customers)} customers come as a file in your messages."


def _send_named(
    desk: Desk, client: WebClient, member: str, channel: str, customers: Sequence[str]
) -> None:
    found = desk.store.look_up(customers)
    if found is None:
        raise SegbotError(_NO_SNAPSHOT)
    direct = _begun(client, member, f"the segments of {counted(len(customers), 'customer')}")
    unknown = [customer for customer in customers if customer not in found.values]
    results = [(each, "unknown" if each in set(unknown) else "shown") for each in customers]
    desk.audit.record(member, channel, "look up", results)
    with TemporaryDirectory(prefix="segbot-export-") as folder:
        path = Path(folder) / "customers.csv"
        with safe_csv_file(path) as out:
            out.row((*_HEADINGS, "problem"))
            out.rows(_named_lines(desk, found, customers))
        shown = len(customers) - len(unknown)
        message = ids_message(shown, unknown, found.snapshot, desk.label)
        name = f"customers-{found.snapshot.as_of.isoformat()}.csv"
        send_files(client, direct, message, [Attachment(name, name, path)])


def _named_lines(
    desk: Desk, found: LookUp, customers: Sequence[str]
) -> Iterator[tuple[object, ...]]:
    model = desk.store.model(found.snapshot.model)
    plays = _plays(model, desk.playbook)
    for customer in customers:
        if customer not in found.values:
            yield customer, *[""] * (len(_HEADINGS) - 1), "no such customer"
            continue
        scored = model.assign_one(found.values[customer])
        yield (
            customer,
            scored.segment,
            plays[scored.segment].name,
            scored.runner_up,
            plays[scored.runner_up].name,
            round(scored.confidence, 4),
            str(scored.band),
            "yes" if scored.novel else "no",
            "",
        )


def _begun(client: WebClient, member: str, what: str) -> str:
    """Say in a direct message what is coming; the id of that conversation."""
    posted = client.chat_postMessage(channel=member, **begun_message(what).payload())
    return str(posted["channel"])


def _plays(model: SegmentModel, playbook: Playbook) -> dict[int, Play]:
    return {segment.id: playbook.play(segment) for segment in model.segments}
