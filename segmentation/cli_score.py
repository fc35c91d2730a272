"""The command that scores a portfolio: into the store, into files, or both."""

from collections.abc import Iterator
from datetime import UTC, date, datetime
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Final, Literal

import typer
from rich.console import Console

from segmentation.cli import tell
from segmentation.cli_progress import OnMore, bytes_read
from segmentation.errors import SegbotError
from segmentation.model import load_model
from segmentation.places import Places
from segmentation.playbook import Playbook, load_playbook
from segmentation.wording import counted, day, first_few

if TYPE_CHECKING:  # a store is loaded where one is asked for
    from segmentation.scored_batches import ScoredBatch
    from segmentation.store import Snapshot, Store

_PANEL: Final = "Customers"
_out = Console(highlight=False)

app = typer.Typer()


@app.command(rich_help_panel=_PANEL)
def score(  # noqa: PLR0913, PLR0917 - the options of a command
    context: typer.Context,
    portfolio: Annotated[
        Path,
        typer.Argument(
            metavar="PORTFOLIO",
            help="CSV (also .gz, .bz2, .zst) or Parquet, a folder of them, or a 'pattern*'.",
        ),
    ],
    as_of: Annotated[
        str | None, typer.Option(metavar="DATE", help="Date of the data; today unless told.")
    ] = None,
    model: Annotated[Path | None, typer.Option("--model", help="Model folder to use.")] = None,
    out: Annotated[
        Path | None,
        typer.Option(help="Write the scored portfolio here: .csv, .parquet, or a folder of parts."),
    ] = None,
    file_format: Annotated[
        Literal["csv", "parquet"] | None,
        typer.Option("--format", help="What the parts of a folder are; else as the portfolio."),
    ] = None,
    rejects: Annotated[
        bool,
        typer.Option("--rejects", help="Score what can be; write other rows with their reasons."),
    ] = False,
    store: Annotated[bool, typer.Option(help="Keep it in the store as a snapshot.")] = True,
    engine: Annotated[
        Literal["dask", "spark"] | None,
        typer.Option(help="Score partitioned Parquet past one machine; see docs/scaling.md."),
    ] = None,
    scheduler: Annotated[
        str | None,
        typer.Option(
            metavar="WHERE",
            help="Dask: threads, local, tcp://host:8786. Spark: local[4], spark://host:7077.",
        ),
    ] = None,
) -> None:
    """Score a portfolio and keep it as the snapshot of a date; the same date replaces.

    Its size does not matter: rows are streamed. A row that is wrong ends the run, and nothing is
    left of it, unless --rejects sets such rows aside in a file.

    With --engine it is partitioned Parquet, at a path or a URL such as s3://bucket/portfolio, and
    --out is a folder: the same segments, worked out by Dask or Spark.

    Example: segbot score portfolio.csv --as-of 2026-11-16 --out scored.parquet
    """
    import pyarrow as pa

    from segmentation.cli_engines import on_engine
    from segmentation.portfolio_places import portfolio_at
    from segmentation.rejects import RejectsFile, rejects_beside
    from segmentation.scored_files import output_at
    from segmentation.scored_tables import Looks
    from segmentation.scoring_run import Run

    pa.set_memory_pool(pa.system_memory_pool())  # Arrow's own holds some 40 MB more
    places: Places = context.obj
    playbook, day_of_data = load_playbook(places.playbook), typed_date(as_of)
    segments = load_model(model or places.model_dir)
    past = on_engine(engine, scheduler, portfolio, out, file_format)
    place = None if past else portfolio_at(portfolio)
    output = output_at(out, file_format, place.format) if place and out else None
    if out is None and not store:
        raise SegbotError("With --no-store there is nothing to do without --out: name a file.")
    beside = past.beside if past else out or Path(portfolio.name)
    aside = RejectsFile(rejects_beside(beside)) if rejects else None
    kept = _opened(places) if store else None
    replaced = None if kept is None else kept.snapshot(day_of_data)
    source = place.name if place else portfolio.name

    def load(on_stored: OnMore, batches: "Iterator[ScoredBatch]") -> None:
        from segmentation.publishing import publish
        from segmentation.schema import LONGEST_SOURCE

        assert kept is not None
        publish(
            kept,
            batches,
            model=segments,
            as_of=day_of_data,
            source=source[:LONGEST_SOURCE],
            started_at=datetime.now(UTC),
            on_stored=on_stored,
        )

    if past:
        ran = past.run(segments, playbook, day_of_data, aside, load if store else None)
    elif place:
        looks = Looks.of(segments, playbook)
        with bytes_read(place.size) as (on_part, on_stored):
            into = partial(load, on_stored) if store else None
            ran = Run(place, day_of_data, segments, looks, output, aside, into, on_part)()
    tell(ran.notes, ran.ignored)
    if kept is not None:
        _tell_kept(kept, day_of_data, playbook, replaced, places)
    if out is not None:
        written = past.out if past else out
        _out.print(f"Wrote {counted(ran.customers, 'scored customer')} to {written}.")
    if aside is not None:
        _out.print(_rejected(ran.rejected, aside.path), soft_wrap=True)


def _rejected(rows: int, path: Path) -> str:
    if not rows:
        return "No row had to be rejected."
    verb = "stands" if rows == 1 else "stand"
    return f"{counted(rows, 'row')} could not be scored and {verb} with the reasons in {path}."


def _opened(places: Places) -> "Store":
    from segmentation.store import open_store

    return open_store(places.store_url)


def _tell_kept(
    kept: "Store", as_of: date, playbook: Playbook, replaced: "Snapshot | None", places: Places
) -> None:
    from segmentation.answers import overview_of
    from segmentation.cli_answers import show_sizes
    from segmentation.pruning import prune

    snapshot = kept.snapshot(as_of)
    if snapshot is not None:
        show_sizes(overview_of(snapshot, kept, playbook))
    if replaced is not None:
        _out.print(f"It replaces the one of that date made from {replaced.source}.")
    newest = kept.newest()
    if newest is not None and newest.as_of > as_of:
        _out.print(f"People still get answers from the newest one, of {day(newest.as_of)}.")
    gone = prune(kept.engine, places.retention, datetime.now(UTC)).dates
    if gone:
        told = first_few([day(one) for one in gone], len(gone))
        _out.print(f"No longer kept: {told} (SEGBOT_KEEP_DAYS, SEGBOT_KEEP_WEEKS).")


def typed_date(typed: str | None) -> date:
    """The date of the data; SegbotError for one that is none, or lies in the future."""
    today = datetime.now(UTC).astimezone().date()
    if typed is None:
        return today
    try:
        as_of = date.fromisoformat(typed)
    except ValueError:
        raise SegbotError(f"“{typed}” is no date: write it as {today.isoformat()}.") from None
    if as_of > today:
        raise SegbotError(f"{as_of} lies in the future; a snapshot shows what has been.")
    return as_of
