"""The commands that tell what the newest snapshot holds: one customer explained, and the sizes."""

from typing import Annotated, Final

import typer
from rich.console import Console
from rich.table import Table

from segmentation.answers import Answer, Overview, answers_for, overview
from segmentation.errors import SegbotError
from segmentation.explanation import Driver, sureness
from segmentation.movement import judged_movement
from segmentation.places import Places
from segmentation.playbook import load_playbook
from segmentation.store import open_store
from segmentation.wording import day, percent, signed

SHOWN: Final = 4  # drivers for a segment; the first three carry 78 % of the evidence (median)
_PANEL: Final = "Customers"
_NO_SNAPSHOT: Final = (
    "The store has no snapshot yet. Score a portfolio first: segbot score PORTFOLIO"
)
_out = Console(highlight=False)

app = typer.Typer()


@app.command("explain", rich_help_panel=_PANEL)
def explain_customer(
    context: typer.Context,
    customer: Annotated[str, typer.Argument(metavar="ID", help="The customer's id.")],
) -> None:
    """Tell one customer's segment, and why, from the newest snapshot.

    Example: segbot explain C10001
    """
    places: Places = context.obj
    found = answers_for(open_store(places.store_url), load_playbook(places.playbook), [customer])
    if found is None:
        raise SegbotError(_NO_SNAPSHOT)
    if customer not in found.answers:
        raise SegbotError(
            f"No customer {customer} is in the snapshot of {day(found.snapshot.as_of)} "
            f"({found.snapshot.customers:,} customers). Check the id, or score a newer portfolio."
        )
    _show_answer(found.answers[customer])


@app.command(rich_help_panel=_PANEL)
def sizes(context: typer.Context) -> None:
    """Show the segments' sizes in the newest snapshot.

    Example: segbot sizes
    """
    places: Places = context.obj
    show_sizes(_book(places))


@app.command(rich_help_panel=_PANEL)
def snapshots(context: typer.Context) -> None:
    """List the snapshots in the store, the newest first; the newest one answers.

    Example: segbot snapshots
    """
    places: Places = context.obj
    kept = open_store(places.store_url).snapshots()
    if not kept:
        raise SegbotError(_NO_SNAPSHOT)
    table = Table("Date", "Customers", "Portfolio", "Model", box=None)
    for snapshot in reversed(kept):
        table.add_row(
            snapshot.as_of.isoformat(),
            f"{snapshot.customers:,}",
            snapshot.source,
            snapshot.model[:12],
        )
    _out.print(table)


def _book(places: Places) -> Overview:
    book = overview(open_store(places.store_url), load_playbook(places.playbook))
    if book is None:
        raise SegbotError(_NO_SNAPSHOT)
    return book


def show_sizes(book: Overview) -> None:
    """Print every segment's size, what moved since the snapshot before, and drift."""
    table = Table("Segment", "Name", "Customers", "Share", "Change", box=None)
    for size in book.sizes:
        change = "" if size.change is None else signed(size.change)
        table.add_row(
            str(size.segment.id), size.play.name, f"{size.customers:,}", percent(size.share), change
        )
    _out.print(table)
    _out.print(f"Snapshot of {day(book.snapshot.as_of)}: {book.snapshot.customers:,} customers.")
    movement = book.snapshot.movement
    if movement is not None and movement.flows is None:
        _out.print(f"Not compared with {day(movement.since)}: another model scored that one.")
    elif movement is not None:
        _out.print(f"Since {day(movement.since)}, {movement.moved:,} customers changed segment.")
        judged = judged_movement(movement.flows or {})
        _out.print(judged.verdict(book.names))
        for line in judged.details:
            _out.print(f"  {line}")
    _out.print(book.drift.verdict(book.names))
    for line in book.drift.details(book.names):
        _out.print(f"  {line}")


def _show_answer(answer: Answer) -> None:
    explanation, runner_up = answer.explanation, answer.runner_up.short
    lines = [
        f"{answer.customer}: {answer.play.name}",
        answer.play.summary,
        (
            f"How sure: {sureness(explanation.assignment)} "
            f"({explanation.assignment.confidence:.2f} of 1); next nearest: {runner_up}"
        ),
        f"Suggested action ({answer.play.owner}): {answer.play.action}",
        *([explanation.without_headline] if explanation.without_headline else []),
        f"Why {answer.play.short} (shares of the margin, {explanation.assignment.margin:.2f}):",
        *_told(explanation.supporting(SHOWN), runner_up),
        f"What speaks for {runner_up} instead:",
        *_told(explanation.opposing(SHOWN), runner_up),
        *([f"Certainty: {answer.retrainings}."] if answer.retrainings else []),
        *(["Blank:"] if answer.blanks else []),
        *(f"  {told}" for told in answer.blanks),
        "What would change it:",
        *(f"  {told}" for told in answer.what_if),
    ]
    for line in lines:
        _out.print(line, markup=False, soft_wrap=True)


def _told(drivers: tuple[Driver, ...], runner_up: str) -> list[str]:
    return [f"  {d.contribution:+8.2f}  {d.told(runner_up)}" for d in drivers]
