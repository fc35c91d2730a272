"""The command that scores a list of customers for somebody, faulty rows and all."""

from dataclasses import replace
from pathlib import Path
from typing import Annotated, Final

import typer

from segmentation.errors import SegbotError
from segmentation.model import load_model
from segmentation.places import Places
from segmentation.playbook import load_playbook
from segmentation.store import open_store
from segmentation.wording import counted

_PANEL: Final = "Customers"

app = typer.Typer()


@app.command("score-list", rich_help_panel=_PANEL)
def score_list_command(
    context: typer.Context,
    customers: Annotated[
        Path, typer.Argument(metavar="LIST", help="CSV or Parquet: figures, or ids alone.")
    ],
    out: Annotated[Path, typer.Option(help="Write the list with its segments here (.csv).")],
    summary: Annotated[Path | None, typer.Option(help="Write totals here (.json).")] = None,
    chart: Annotated[Path | None, typer.Option(help="Draw the totals here (.png).")] = None,
    model: Annotated[Path | None, typer.Option(help="Model folder to use.")] = None,
    called: Annotated[str, typer.Option(help="What people call the list.")] = "",
    most_ids: Annotated[
        int, typer.Option(min=1, help="How long a list of ids alone may be.")
    ] = 1_000_000,
) -> None:
    """Score a list row by row and keep no snapshot: a bad row comes back with its reason.

    A list of ids alone is looked up in the newest snapshot. Prints how many rows are done.

    Example: segbot score-list customers.csv --out scored.csv --summary summary.json
    """
    from segmentation.list_files import list_file
    from segmentation.lists import look_up_list, score_list
    from segmentation.safe_csv import safe_csv_file

    places: Places = context.obj
    playbook = load_playbook(places.playbook)
    name = called or customers.name
    file = list_file(customers, name, most_ids)

    def tell(rows: int) -> None:
        typer.echo(f"{rows} of about {max(file.expected, rows)} rows")

    beside = out.with_name(f".{out.name}.new")
    try:
        with safe_csv_file(beside) as writer:
            if file.has_ids_alone:
                store = open_store(places.store_url)
                found = look_up_list(file, store, playbook, writer, tell)
            else:
                found = score_list(
                    file, load_model(model or places.model_dir), playbook, writer, tell
                )
        beside.replace(out)
        if chart is not None:
            from segmentation.charts import list_chart

            picture = list_chart(found, name)
            chart.write_bytes(picture.png)
            found = replace(found, chart_told=picture.alt_text)
        if summary is not None:
            summary.write_text(found.as_json(), encoding="utf-8")
    except OSError as error:
        raise SegbotError(f"{error.filename} cannot be written: {error.strerror}.") from None
    finally:
        beside.unlink(missing_ok=True)
    typer.echo(
        f"Wrote {counted(found.rows, 'row')} to {out}, {found.bad:,} of them without a segment."
    )
