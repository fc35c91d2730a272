"""The command that writes a report: one page and its figures, about a snapshot or a portfolio."""

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Final

import typer
from rich.console import Console

from segmentation.cli_score import typed_date
from segmentation.errors import SegbotError
from segmentation.model import load_model
from segmentation.places import Places
from segmentation.playbook import load_playbook
from segmentation.store import Snapshot, Store, open_store
from segmentation.wording import counted, first_few, listed, quoted

if TYPE_CHECKING:
    from segmentation.portfolio import Portfolio
    from segmentation.report_figures import Report

_PANEL: Final = "Customers"
_out = Console(highlight=False)
_progress_out = Console(stderr=True)

app = typer.Typer()


@app.command(rich_help_panel=_PANEL)
def report(
    context: typer.Context,
    portfolio: Annotated[
        Path | None,
        typer.Argument(
            metavar="[PORTFOLIO]", help="CSV or Parquet; the newest snapshot unless told."
        ),
    ] = None,
    as_of: Annotated[
        str | None, typer.Option(metavar="DATE", help="The snapshot of this date.")
    ] = None,
    model: Annotated[
        Path | None, typer.Option("--model", help="Model folder, for a portfolio.")
    ] = None,
    segment: Annotated[
        str | None, typer.Option(metavar="NAME", help="One segment's profile alone: name or id.")
    ] = None,
    with_ids: Annotated[
        bool, typer.Option("--with-ids", help="Name the borderline and the extreme customers.")
    ] = False,
    out: Annotated[
        Path, typer.Option(dir_okay=False, help="The page; its figures go beside, as .json.")
    ] = Path("report.html"),
) -> None:
    """Write a page about a snapshot or a portfolio: profiles, evidence, doubts, drift.

    It is one file that asks nothing of the network, for a browser or to be printed.

    Example: segbot report portfolio.csv --out report.html
    """
    from segmentation.report_json import as_json
    from segmentation.report_page import page

    _check(portfolio, as_of, model, out)
    with _progress_out.status("Reading …") as status:
        if portfolio is None:
            found = _on_snapshot(context.obj, as_of, with_ids, status.update)
        else:
            found = _on_portfolio(context.obj, portfolio, model, with_ids, status.update)
    only = None if segment is None else _segment_id(found, segment)
    _write(out.with_suffix(".json"), as_json(found))
    _write(out, page(found, only=only))
    _out.print(f"Wrote {out} and {out.with_suffix('.json')}.", soft_wrap=True, markup=False)


def _check(portfolio: Path | None, as_of: str | None, model: Path | None, out: Path) -> None:
    if portfolio is not None and as_of is not None:
        raise SegbotError("--as-of names a snapshot: leave out either the date or the portfolio.")
    if portfolio is None and model is not None:
        raise SegbotError("A snapshot is told under the model that scored it: leave out --model.")
    if out.suffix.lower() not in (".html", ".htm"):
        raise SegbotError(f"The page is HTML: let {out.name} end in .html.")
    if not out.parent.is_dir():
        raise SegbotError(f"The folder {out.parent} does not exist: make it first.")


def _on_portfolio(
    places: Places, path: Path, folder: Path | None, with_ids: bool, on_step: Callable[[str], None]
) -> "Report":
    from segmentation.portfolio import read_portfolio
    from segmentation.report import report as report_on

    model, playbook = load_model(folder or places.model_dir), load_playbook(places.playbook)
    customers = read_portfolio(path)
    on_step(f"Reporting on {counted(len(customers), 'customer')} …")
    return report_on(customers, model, playbook, made_at=datetime.now(UTC), with_ids=with_ids)


def _on_snapshot(
    places: Places, as_of: str | None, with_ids: bool, on_step: Callable[[str], None]
) -> "Report":
    from segmentation.report import report as report_on

    store, playbook = open_store(places.store_url), load_playbook(places.playbook)
    snapshot = _snapshot(store, as_of)
    customers = _customers(store, snapshot)
    on_step(f"Reporting on {counted(len(customers), 'customer')} …")
    return report_on(
        customers,
        store.model(snapshot.model),
        playbook,
        made_at=datetime.now(UTC),
        as_of=snapshot.as_of,
        movement=snapshot.movement,
        with_ids=with_ids,
    )


def _snapshot(store: Store, as_of: str | None) -> Snapshot:
    found = store.newest() if as_of is None else store.snapshot(typed_date(as_of))
    if found is not None:
        return found
    dates = [snapshot.as_of.isoformat() for snapshot in reversed(store.snapshots())]
    if not dates:
        raise SegbotError(
            "The store has no snapshot yet. Score a portfolio first (segbot score PORTFOLIO), or "
            "name one here: segbot report PORTFOLIO"
        )
    raise SegbotError(f"There is no snapshot of {as_of}; there is {first_few(dates, len(dates))}.")


def _customers(store: Store, snapshot: Snapshot) -> "Portfolio":
    import numpy as np

    from segmentation.portfolio import Portfolio

    parts = [*store.customers(snapshot)]
    return Portfolio(
        ids=np.concatenate([np.array(ids) for ids, _ in parts]),
        values=np.concatenate([values for _, values in parts]),
        ignored=(),
        notes=(),
        source=snapshot.source,
        fingerprint="",
    )


def _segment_id(found: "Report", typed: str) -> int:
    """The id of the segment that was typed: its id, its name or the short one."""
    for segment in found.segments:
        if typed.casefold() in (str(segment.id), segment.name.casefold(), segment.short.casefold()):
            return segment.id
    known = [f"{segment.id} {segment.short}" for segment in found.segments]
    raise SegbotError(f"No segment is called {quoted(typed)}. There are {listed(known)}.")


def _write(path: Path, text: str) -> None:
    """Write the file whole or not at all."""
    beside = path.with_name(f".{path.name}.new")
    try:
        beside.write_text(text, encoding="utf-8")
        beside.replace(path)
    except OSError as error:
        beside.unlink(missing_ok=True)
        raise SegbotError(f"{path} cannot be written: {error.strerror}.") from None
