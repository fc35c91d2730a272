"""The command that sets other ways to cluster beside KMeans."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Final

import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn
from rich.table import Table

from segmentation.cli_choose_k import check_json_file, write_json
from segmentation.wording import percent

if TYPE_CHECKING:
    from segmentation.comparison import Comparison

_PANEL: Final = "Model"
_HEADINGS: Final = (
    "Silhou-\nette", "Like\nKMeans", "Stabi-\nlity", "\nleast", "\nNoise", "\nk", "Small-\nest",
    "\nTime",
)  # fmt: skip
_out = Console(highlight=False)
_progress_out = Console(stderr=True)

app = typer.Typer()


@app.command(rich_help_panel=_PANEL)
def compare(
    portfolio: Annotated[
        Path, typer.Argument(metavar="PORTFOLIO", help="CSV or Parquet, one customer a row.")
    ],
    k: Annotated[int, typer.Option(min=2, max=10, help="Number of segments.")] = 4,
    resamples: Annotated[
        int, typer.Option(min=2, help="Resamples that the stability is measured on.")
    ] = 6,
    seed: Annotated[
        int, typer.Option(min=0, max=2**32 - 1, help="Seed of all that is drawn.")
    ] = 42,
    json_file: Annotated[
        Path | None,
        typer.Option("--json", metavar="FILE", dir_okay=False, help="Write the figures here."),
    ] = None,
) -> None:
    """Compare KMeans with other ways to cluster, and with other ways to scale.

    Example: segbot compare portfolio.csv
    """
    from segmentation.comparing import compare as compared
    from segmentation.comparison_methods import METHODS
    from segmentation.portfolio import read_portfolio

    check_json_file(json_file)
    customers = read_portfolio(portfolio)
    columns = (
        TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn(),
    )  # fmt: skip
    with Progress(*columns, console=_progress_out) as progress:
        task = progress.add_task("", total=len(METHODS) * (1 + resamples))
        found = compared(
            customers.values,
            k=k,
            seed=seed,
            resamples=resamples,
            on_step=lambda method: progress.update(task, advance=1, description=method),
        )
    _show(found)
    if json_file is not None:
        write_json(json_file, found.as_json())


def _show(found: "Comparison") -> None:
    table = Table(box=None, collapse_padding=True, pad_edge=False)
    table.add_column("\nMethod", no_wrap=True)
    for heading in _HEADINGS:
        table.add_column(heading, justify="right", no_wrap=True)
    for outcome in found.outcomes:
        table.add_row(
            outcome.method,
            "" if outcome.silhouette is None else f"{outcome.silhouette:.3f}",
            f"{outcome.agreement:.2f}",
            f"{outcome.stability:.2f}",
            f"{outcome.least_stability:.2f}",
            percent(outcome.noise) if outcome.noise else "",
            str(outcome.clusters),
            f"{outcome.smallest:,}",
            f"{outcome.seconds:.1f} s",
        )
    _out.print(table)
    if found.customers < found.portfolio:
        _out.print(
            f"On {found.customers:,} customers drawn from {found.portfolio:,}: some of these "
            "methods cannot take more."
        )
    _out.print(
        "Silhouettes are all taken in one space, the scaled features, and without noise. In a "
        "space of its own nearly any method looks better: squeezing or dropping features raises "
        "the figure without making segments of more use."
    )
    _out.print(
        "Likeness and stability: adjusted Rand index (1 is the same); stability between "
        f"{found.resamples} resamples of 80 %. Time: one fit on this machine."
    )
    for sentence in found.verdict:
        _out.print(sentence)
