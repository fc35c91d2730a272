"""`segbot feedback`: what members say of their answers, for whoever trains the model."""

from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Final

import typer
from rich.console import Console
from rich.markup import escape
from rich.table import Table
from sqlalchemy import RowMapping

from bot.feedback import Feedback
from segmentation.errors import SegbotError
from segmentation.places import Places
from segmentation.playbook import Playbook, load_playbook
from segmentation.safe_csv import safe_csv_file
from segmentation.store import Store, open_store
from segmentation.wording import counted

_COLUMNS: Final = (
    "at", "member", "customer", "snapshot", "segment", "segment_name", "runner_up", "confidence",
    "model", "verdict", "reason",
)  # fmt: skip
_out = Console(highlight=False)
app = typer.Typer()


@app.command(rich_help_panel="Slack")
def feedback(
    context: typer.Context,
    out: Annotated[
        Path | None, typer.Option(help="A CSV file with all of it; without it, a table here.")
    ] = None,
) -> None:
    """Show which segments members found right or wrong, and why, the oldest first.

    Example: segbot feedback --out feedback.csv
    """
    places: Places = context.obj
    store, playbook = open_store(places.store_url), load_playbook(places.playbook)
    said = Feedback(store.engine).all()
    if not said:
        raise SegbotError("Nobody has said anything of an answer yet; the card's menu asks for it.")
    if out is None:
        _show(said, store, playbook)
    else:
        _write(out, said, store, playbook)
        _out.print(f"Wrote {counted(len(said), 'answer')} to {escape(str(out))}.")


def _show(said: Sequence[RowMapping], store: Store, playbook: Playbook) -> None:
    table = Table("When (UTC)", "Customer", "Segment", "How sure", "Found", "Why", box=None)
    for each in said:
        table.add_row(
            f"{each['at']:%Y-%m-%d %H:%M}",
            escape(each["customer"]),
            escape(_name(each, store, playbook)),
            f"{each['confidence']:.2f}",
            _verdict(each),
            escape(each["reason"]),
        )
    _out.print(table)


def _write(out: Path, said: Sequence[RowMapping], store: Store, playbook: Playbook) -> None:
    try:
        with safe_csv_file(out) as file:
            file.row(_COLUMNS)
            file.rows(
                (
                    f"{each['at']:%Y-%m-%dT%H:%M:%SZ}",
                    each["member"],
                    each["customer"],
                    each["as_of"].isoformat(),
                    each["segment"],
                    _name(each, store, playbook),
                    each["runner_up"],
                    each["confidence"],
                    each["model"],
                    _verdict(each),
                    each["reason"],
                )
                for each in said
            )
    except OSError as error:
        raise SegbotError(f"{out} cannot be written: {error.strerror}.") from None


def _verdict(each: RowMapping) -> str:
    return "right" if each["right"] else "wrong"


def _name(each: RowMapping, store: Store, playbook: Playbook) -> str:
    """The segment's name under the model that gave it."""
    return playbook.play(store.model(each["model"]).segment(each["segment"])).short
