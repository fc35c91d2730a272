"""The commands of the batch side: train a model, score a portfolio."""

from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Final, Literal

import typer
from rich.console import Console
from rich.table import Table

from segmentation.calibration import told_share
from segmentation.errors import ModelError, SegbotError
from segmentation.model import SegmentModel, load_model
from segmentation.places import Places
from segmentation.playbook import Playbook, load_playbook
from segmentation.wording import percent

if TYPE_CHECKING:
    from collections.abc import Iterable

    import numpy as np
    from numpy.typing import NDArray


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
def train(  # noqa: PLR0913, PLR0917 - the options of a command
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
    engine: Annotated[
        Literal["dask", "spark"] | None,
        typer.Option(help="Train past memory, on partitioned Parquet: all count, a sample leads."),
    ] = None,
    scheduler: Annotated[
        str | None,
        typer.Option(
            metavar="WHERE",
            help="Dask: threads, local, tcp://host:8786. Spark: local[4], spark://host:7077.",
        ),
    ] = None,
    sample: Annotated[
        int, typer.Option(min=1_000, help="Customers that KMeans is given, with --engine.")
    ] = 100_000,
) -> None:
    """Train a model on a portfolio and name its segments.

    A model in place is compared with first: beyond 5 % of customers who would get another segment
    nothing is written without --accept. What is replaced can be brought back: segbot model.

    With --engine, Dask or Spark goes through a portfolio of any size: medians, scale, shares and
    drift's counts are those of all customers, the centroids those of a sample, whose error is told.

    Example: segbot train portfolio.csv --out model
    """
    from segmentation.algorithms import ALGORITHMS
    from segmentation.cli_choose_k import chosen_k
    from segmentation.cli_engine_training import surveying
    from segmentation.model_folder import checked_folder, save
    from segmentation.portfolio import read_portfolio
    from segmentation.training import Recipe
    from segmentation.training import train as train_on

    places: Places = context.obj
    folder = checked_folder(out or places.model_dir)
    winsorised = ALGORITHMS[algorithm].winsorised
    with surveying(engine, scheduler, portfolio, seed, sample, winsorised) as survey:
        customers = read_portfolio(portfolio) if survey is None else survey.found.sample
        tell(customers.notes, customers.ignored)
        segments, evidence = chosen_k(k, customers.values, seed)
        before = _in_place(folder)
        with _progress_out.status(f"Training on {len(customers):,} customers …") as status:
            trained = train_on(
                customers,
                seed,
                datetime.now(UTC),
                recipe=Recipe(segments, algorithm, evidence),
                before=before,
                resamples=0 if survey else resamples,
                on_step=status.update,
                preparation=None if survey is None else survey.found.preparation,
            )
        if survey is not None:
            trained = survey.finished(trained, resamples)
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


def tell(notes: "Iterable[str]", ignored: tuple[str, ...]) -> None:
    """Tell what is unusual about a portfolio, and which of its columns were not looked at."""
    for note in notes:
        _progress_out.print(f"Note: {note}", markup=False)
    if ignored:
        _progress_out.print(f"Ignored columns: {', '.join(ignored)}.", markup=False)


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
