"""The command that shows the evidence for a number of segments, and the choice it leads to."""

import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Final

import numpy as np
import typer
from numpy.typing import NDArray
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn
from rich.table import Table

from segmentation.errors import SegbotError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from segmentation.charts import Picture
    from segmentation.k_evidence import KCandidate, KEvidence

_PANEL: Final = "Model"
_RESAMPLES: Final = 200  # with 100, the rare jumps of an unstable k can go unseen
_HEADINGS: Final = (
    "k", "Inertia", "Silhou-\nette", "Davies-\nBouldin", "Calinski-\nHarabasz",
    "Stability\nmedian", "5th per-\ncentile", "Smallest\ncluster",
)  # fmt: skip
_out = Console(highlight=False)
_progress_out = Console(stderr=True)

app = typer.Typer()


@app.command("choose-k", rich_help_panel=_PANEL)
def choose(
    portfolio: Annotated[
        Path, typer.Argument(metavar="PORTFOLIO", help="CSV or Parquet, one customer a row.")
    ],
    resamples: Annotated[
        int, typer.Option(min=50, help="Resamples that the stability is measured on.")
    ] = _RESAMPLES,
    seed: Annotated[
        int, typer.Option(min=0, max=2**32 - 1, help="Seed of all that is drawn.")
    ] = 42,
    json_file: Annotated[
        Path | None,
        typer.Option("--json", metavar="FILE", dir_okay=False, help="Write the evidence here."),
    ] = None,
    plots: Annotated[
        Path | None,
        typer.Option(metavar="DIR", file_okay=False, help="Draw the evidence as PNG files here."),
    ] = None,
) -> None:
    """Choose the number of segments: elbow and silhouette nominate, stability decides.

    Example: segbot choose-k portfolio.csv --plots plots
    """
    from segmentation.portfolio import read_portfolio

    check_json_file(json_file)
    customers = read_portfolio(portfolio)
    for note in customers.notes:
        _progress_out.print(f"Note: {note}", markup=False)
    evidence = _measured(customers.values, resamples, seed)
    _show(evidence)
    if json_file is not None:
        write_json(json_file, evidence.as_json())
    if plots is not None:
        for picture in _pictures(evidence, customers.values, seed):
            _write(plots / picture.filename, picture.png)


def chosen_k(
    typed: str, values: NDArray[np.float64], seed: int
) -> tuple[int, dict[str, Any] | None]:
    """The number of segments that `--k` asks for, with the evidence where it was “auto”."""
    if typed == "auto":
        evidence = _measured(values, _RESAMPLES, seed)
        _show(evidence)
        return evidence.chosen, evidence.as_json()
    if not (typed.isdecimal() and 2 <= int(typed) <= 10):
        raise SegbotError(f"--k takes a number from 2 to 10, or auto, not “{typed}”.")
    return int(typed), None


def check_json_file(json_file: Path | None) -> None:
    """Raise SegbotError where a file could not be written for want of its folder."""
    if json_file is not None and not json_file.parent.is_dir():
        raise SegbotError(f"The folder {json_file.parent} does not exist: make it first.")


def _measured(values: NDArray[np.float64], resamples: int, seed: int) -> "KEvidence":
    from segmentation.k_selection import KS, choose_k, steps

    columns = (
        TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn(),
    )  # fmt: skip
    with Progress(*columns, console=_progress_out) as progress:
        task = progress.add_task("Clustering", total=steps(KS, resamples))
        return choose_k(
            values,
            seed=seed,
            resamples=resamples,
            on_step=lambda done: progress.update(task, advance=1, description=done),
        )


def _show(evidence: "KEvidence") -> None:
    table = Table(box=None, collapse_padding=True, pad_edge=False)
    for heading in _HEADINGS:
        table.add_column(heading, justify="right", no_wrap=True)
    table.add_column("")
    for candidate in evidence.candidates:
        table.add_row(*_cells(candidate), _remark(evidence, candidate.k))
    _out.print(table)
    if evidence.sampled is not None:
        _out.print(
            f"Silhouettes estimated from {evidence.sampled:,} of {evidence.customers:,} customers; "
            f"standard error {evidence.silhouette_error:.4f} at most."
        )
    _out.print(
        f"Stability: adjusted Rand index over {evidence.resamples} resamples. "
        f"Elbow: on k = {evidence.candidates[0].k} to {evidence.candidates[-1].k}."
    )
    _out.print(evidence.verdict)


def _cells(candidate: "KCandidate") -> list[str]:
    figures = (
        (candidate.silhouette, ".3f"),
        (candidate.davies_bouldin, ".3f"),
        (candidate.calinski_harabasz, ",.1f"),
        (candidate.stability_median, ".2f"),
        (candidate.stability_p5, ".2f"),
    )
    return [
        str(candidate.k),
        f"{candidate.inertia:,.0f}",
        *("" if value is None else format(value, form) for value, form in figures),
        f"{candidate.smallest:,}",
    ]


def _remark(evidence: "KEvidence", k: int) -> str:
    remarks = {
        "elbow": evidence.elbow,
        "silhouette": evidence.silhouette_choice,
        "chosen": evidence.chosen,
    }
    return ", ".join(remark for remark, of in remarks.items() if of == k)


def _pictures(evidence: "KEvidence", values: NDArray[np.float64], seed: int) -> "Iterator[Picture]":
    """The elbow, the silhouettes, and each customer's silhouette for every k that can be chosen."""
    from segmentation.k_charts import elbow_chart, profile_chart, silhouette_chart
    from segmentation.k_selection import silhouette_profile

    yield elbow_chart(evidence)
    yield silhouette_chart(evidence)
    for candidate in evidence.candidates:
        if candidate.stability_p5 is not None:
            with _progress_out.status(f"Drawing the silhouettes at k = {candidate.k} …"):
                yield profile_chart(silhouette_profile(values, candidate.k, seed))


def write_json(path: Path, figures: dict[str, Any]) -> None:
    """Write figures to a file and say so; SegbotError where that fails."""
    _write(path, (json.dumps(figures, indent=1, ensure_ascii=False) + "\n").encode())


def _write(path: Path, content: bytes) -> None:
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
    except OSError as error:
        raise SegbotError(f"{path} cannot be written: {error.strerror}.") from None
    _out.print(f"Wrote {path}.", soft_wrap=True, markup=False)
