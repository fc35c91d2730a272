"""The commands of the batch side: train a model, score a portfolio."""

from datetime import UTC, date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Final, Literal

import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn
from rich.table import Table

from segmentation.answers import overview_of
from segmentation.calibration import told_share
from segmentation.cli_answers import show_sizes
from segmentation.errors import ModelError, SegbotError
from segmentation.model import SegmentModel, load_model
from segmentation.places import Places
from segmentation.playbook import Playbook, load_playbook
from segmentation.store import open_store
from segmentation.wording import counted, day, first_few, percent

if TYPE_CHECKING:
    from collections.abc import Iterable

    import numpy as np
    from numpy.typing import NDArray

    from segmentation.portfolio import Portfolio
    from segmentation.publishing import ScoredBatch

_MODEL_PANEL: Final = "Model"
_PANEL: Final = "Customers"
_out = Console(highlight=False)
_progress_out = Console(stderr=True)

app = typer.Typer()


_Portfolio = Annotated[
    Path, typer.Argument(metavar="PORTFOLIO", help="CSV or Parquet, one customer a row.")
]
_Model = Annotated[Path | None, typer.Option("--model", help="Model folder to use.")]


@app.command(rich_help_panel=_MODEL_PANEL)
def train(
    context: typer.Context,
    portfolio: _Portfolio,
    out: Annotated[
        Path | None,
        typer.Option(help="Model folder to write; else the one in use. What it held is kept."),
    ] = None,
    seed: Annotated[int, typer.Option(min=0, max=2**32 - 1, help="Seed of KMeans' starts.")] = 42,
    k: Annotated[
        str, typer.Option(metavar="N", help="Number of segments, 2 to 10; auto chooses it.")
    ] = "4",
    algorithm: Annotated[
        Literal["kmeans", "winsorised", "bisecting", "minibatch"],
        typer.Option(help="What finds the centroids; segbot compare tells them apart."),
    ] = "kmeans",
    resamples: Annotated[
        int, typer.Option(min=0, help="Retrainings that calibrate the certainty; 0 for none.")
    ] = 100,
    accept: Annotated[
        bool, typer.Option("--accept", help="Replace a model though many customers would move.")
    ] = False,
) -> None:
    """Train a model on a portfolio and name its segments.

    A model in place is compared with first: beyond 5 % of customers who would get another segment
    nothing is written without --accept. What is replaced can be brought back: segbot model.

    Example: segbot train portfolio.csv --out model
    """
    from segmentation.cli_choose_k import chosen_k
    from segmentation.model_folder import checked_folder, save
    from segmentation.portfolio import read_portfolio
    from segmentation.training import Recipe
    from segmentation.training import train as train_on

    places: Places = context.obj
    folder = checked_folder(out or places.model_dir)
    customers = read_portfolio(portfolio)
    _tell(customers.notes, customers.ignored)
    segments, evidence = chosen_k(k, customers.values, seed)
    before = _in_place(folder)
    with _progress_out.status(f"Training on {len(customers):,} customers …") as status:
        trained = train_on(
            customers,
            seed,
            datetime.now(UTC),
            recipe=Recipe(segments, algorithm, evidence),
            before=before,
            resamples=resamples,
            on_step=status.update,
        )
    playbook = load_playbook(places.playbook)
    _show_model(trained.model, playbook)
    if before is not None:
        _compare(before, trained.model, customers.values, playbook, accept)
    save(trained, folder)
    _out.print(f"Model {trained.model.fingerprint[:12]} written to {folder}.", soft_wrap=True)


def _in_place(folder: Path) -> SegmentModel | None:
    try:
        return load_model(folder)
    except ModelError:
        return None  # none yet, or one that this version cannot read: nothing to compare with


def _compare(
    before: SegmentModel,
    after: SegmentModel,
    values: "NDArray[np.float64]",
    playbook: Playbook,
    accept: bool,
) -> None:
    from segmentation.churn import ACCEPTED, churn

    found = churn(before, after, values)
    _out.print(
        f"Against the model in place, {found.changed:,} of {found.customers:,} customers "
        f"({percent(found.share)}) would get another segment (adjusted Rand index "
        f"{found.agreement:.3f}):"
    )
    for segment in before.segments:
        customers, changed = found.moved[segment.id]
        _out.print(f"  {playbook.play(segment).short}: {changed:,} of {customers:,}")
    if found.needs_acceptance and not accept:
        raise SegbotError(
            f"More than {percent(ACCEPTED)} would move, so nothing was written. "
            "If that is wanted, repeat with --accept."
        )


@app.command(rich_help_panel=_PANEL)
def score(
    context: typer.Context,
    portfolio: _Portfolio,
    as_of: Annotated[
        str | None, typer.Option(metavar="DATE", help="Date of the data; today unless told.")
    ] = None,
    model: _Model = None,
    out: Annotated[
        Path | None, typer.Option(help="Write the scored portfolio here (.csv or .parquet).")
    ] = None,
    store: Annotated[bool, typer.Option(help="Keep it in the store as a snapshot.")] = True,
) -> None:
    """Score a portfolio and keep it as the snapshot of a date; the same date replaces.

    Example: segbot score portfolio.csv --as-of 2026-11-16 --out scored.csv
    """
    from segmentation.portfolio import read_portfolio
    from segmentation.scored_files import check_output, scored_frame, write_scored

    places: Places = context.obj
    playbook, day_of_data = load_playbook(places.playbook), typed_date(as_of)
    segments = load_model(model or places.model_dir)
    if out is not None:
        check_output(out)
    elif not store:
        raise SegbotError("With --no-store there is nothing to do without --out: name a file.")
    customers = read_portfolio(portfolio)
    _tell(customers.notes, customers.ignored)
    if store:
        _store(customers, segments, playbook, day_of_data, places)
    if out is not None:
        scored = segments.assign(customers.values)
        write_scored(scored_frame(segments, playbook, customers, scored), out)
        _out.print(f"Wrote {counted(len(customers), 'scored customer')} to {out}.")


def _store(
    customers: "Portfolio", model: SegmentModel, playbook: Playbook, as_of: date, places: Places
) -> None:
    from segmentation.portfolio_scoring import scored_batches
    from segmentation.pruning import prune
    from segmentation.publishing import publish

    store = open_store(places.store_url)
    replaced = store.snapshot(as_of)
    snapshot = publish(
        store,
        _with_progress(scored_batches(model, customers), len(customers)),
        model=model,
        as_of=as_of,
        source=customers.source,
        started_at=datetime.now(UTC),
    )
    show_sizes(overview_of(snapshot, store, playbook))
    if replaced is not None:
        _out.print(f"It replaces the one of that date made from {replaced.source}.")
    newest = store.newest()
    if newest is not None and newest.as_of > as_of:
        _out.print(f"People still get answers from the newest one, of {day(newest.as_of)}.")
    gone = prune(store.engine, places.retention).dates
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


def _tell(notes: "Iterable[str]", ignored: tuple[str, ...]) -> None:
    for note in notes:
        _progress_out.print(f"Note: {note}", markup=False)
    if ignored:
        _progress_out.print(f"Ignored columns: {', '.join(ignored)}.", markup=False)


def _with_progress(batches: "Iterable[ScoredBatch]", customers: int) -> "Iterable[ScoredBatch]":
    columns = (TextColumn("Scoring"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=_progress_out) as progress:
        task = progress.add_task("", total=customers)
        for batch in batches:
            yield batch
            progress.advance(task, len(batch.ids))


def _show_model(model: SegmentModel, playbook: Playbook) -> None:
    table = Table("Segment", "Name", "Customers", "Share", "Cosine", "Margin", box=None)
    for segment in model.segments:
        table.add_row(
            str(segment.id),
            playbook.play(segment).name,
            f"{segment.customers:,}",
            percent(segment.share),
            f"{segment.cosine:.2f}",
            f"{segment.margin:.2f}",
        )
    _out.print(table)
    made = model.provenance
    _out.print(f"Inertia {made.inertia:,.1f} · silhouette {made.silhouette:.3f} · seed {made.seed}")
    for band, same in model.calibration.by_band().items() if model.calibration else ():
        _out.print(f"Certainty {band}: {told_share(same)}")
