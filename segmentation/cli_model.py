"""The commands around a model: what it found, whether a portfolio drifted, models before it."""

from datetime import datetime
from pathlib import Path
from typing import Annotated, Final

import typer
from rich.console import Console
from rich.table import Table

from segmentation.claims import Claim
from segmentation.model import SegmentModel, load_model
from segmentation.places import Places
from segmentation.playbook import load_playbook
from segmentation.wording import day, percent

_PANEL: Final = "Model"
_CUSTOMERS: Final = "Customers"
_out = Console(highlight=False)
_Model = Annotated[Path | None, typer.Option("--model", help="Model folder to use.")]

app = typer.Typer()
models = typer.Typer(no_args_is_help=True)
app.add_typer(models, name="model", rich_help_panel=_PANEL)


@models.callback()
def model() -> None:
    """The model in place and those before it: list, show, verify, rollback.

    Example: segbot model list
    """


@app.command(rich_help_panel=_PANEL)
def segments(context: typer.Context, model: _Model = None) -> None:
    """Show how the segments were named, what they mean, and which claims the figures bear out.

    Example: segbot segments
    """
    places: Places = context.obj
    found, playbook = load_model(model or places.model_dir), load_playbook(places.playbook)
    table = Table("Segment", "Name", "Share", "Cosine", "Margin", "Norm", box=None)
    for segment in found.segments:
        figures = (f"{value:.2f}" for value in (segment.cosine, segment.margin, segment.norm))
        name = playbook.play(segment).name
        table.add_row(str(segment.id), name, percent(segment.share), *figures)
    _out.print(table)
    _out.print("A name needs a cosine of 0.80, a margin of 0.20 and a norm of 1.00.")
    for segment in found.segments:
        play = playbook.play(segment)
        for line in (f"\n{play.name}", play.summary, f"{play.owner}: {play.action}"):
            _out.print(line, markup=False)
        _out.print(_claims_table(segment.claims))
    _out.print("\nClaims are those of the summaries that Segbot comes with.")


def _claims_table(claims: tuple[Claim, ...]) -> Table:
    table = Table.grid(padding=(0, 2))
    for claim in claims:
        table.add_row(f"  {claim.verdict}", claim.text, claim.evidence)
    return table


@app.command(rich_help_panel=_CUSTOMERS)
def drift(
    context: typer.Context,
    portfolio: Annotated[
        Path, typer.Argument(metavar="PORTFOLIO", help="CSV or Parquet, one customer a row.")
    ],
    model: _Model = None,
) -> None:
    """Tell how a portfolio differs from the one that the model was trained on.

    Example: segbot drift portfolio.csv
    """
    from segmentation.drift import drift as drift_of
    from segmentation.portfolio import read_portfolio

    places: Places = context.obj
    found, playbook = load_model(model or places.model_dir), load_playbook(places.playbook)
    values = read_portfolio(portfolio).values
    labels = found.assign(values).segment
    told = drift_of(
        found.baseline,
        {segment.id: segment.share for segment in found.segments},
        values,
        {segment.id: int((labels == segment.id).sum()) for segment in found.segments},
    )
    names = {segment.id: playbook.play(segment).short for segment in found.segments}
    _out.print(told.verdict(names), markup=False)
    for line in told.details(names):
        _out.print(f"  {line}", markup=False)


@models.command("list")
def list_models(context: typer.Context) -> None:
    """List the model in place and those that it replaced, the newest first.

    Example: segbot model list
    """
    from segmentation.model_folder import history

    folder = _folder(context)
    table = Table("Model", "Trained", "Portfolio", "Customers", "Silhouette", "", box=None)
    _add(table, load_model(folder), "in place")
    for kept in history(folder):
        _add(table, kept.model, "kept")
    _out.print(table)


@models.command()
def show(context: typer.Context) -> None:
    """Show where the model in place comes from and how good it is.

    Example: segbot model show
    """
    found = load_model(_folder(context))
    made = found.provenance
    for name, value in (
        ("Model", found.fingerprint[:12]),
        ("Trained", _trained(found)),
        ("Portfolio", f"{made.portfolio}, {made.customers:,} customers"),
        ("SHA-256 of it", made.portfolio_sha256),
        ("Algorithm", made.algorithm),
        ("Seed", made.seed),
        ("Inertia", f"{made.inertia:,.1f}"),
        ("Silhouette", f"{made.silhouette:.3f}"),
        ("Made with", ", ".join(f"{name} {version}" for name, version in made.libraries.items())),
    ):
        _out.print(f"{name + ':':<15}{value}", markup=False, soft_wrap=True)


@models.command()
def verify(context: typer.Context) -> None:
    """Check that the files of the model in place belong together and can be used.

    Example: segbot model verify
    """
    from segmentation.model_folder import verify as verified

    found = verified(_folder(context))
    _out.print(f"Model {found.fingerprint[:12]} is whole: its joblib files are the ones it names.")


@models.command()
def rollback(
    context: typer.Context,
    fingerprint: Annotated[
        str, typer.Argument(metavar="[MODEL]", help="The start of its name in `segbot model list`.")
    ] = "",
) -> None:
    """Return to the model before, or to the one that is named; the present one is kept.

    Example: segbot model rollback
    """
    from segmentation.model_folder import rollback as rolled_back

    found = rolled_back(_folder(context), fingerprint)
    _out.print(f"Model {found.fingerprint[:12]}, trained on {_trained(found)}, is in place again.")


def _folder(context: typer.Context) -> Path:
    places: Places = context.obj
    return places.model_dir


def _trained(model: SegmentModel) -> str:
    return day(datetime.fromisoformat(model.provenance.trained_at))


def _add(table: Table, model: SegmentModel, state: str) -> None:
    made = model.provenance
    table.add_row(
        model.fingerprint[:12],
        _trained(model),
        made.portfolio,
        f"{made.customers:,}",
        f"{made.silhouette:.3f}",
        state,
    )
