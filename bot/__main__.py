"""`segbot`, the command line's root: hands each command what it needs, and tells errors plainly."""

import json
import sys
from functools import cache
from importlib import import_module
from pathlib import Path
from typing import Annotated, Final

import typer

from bot.setting_types import Workspaces
from bot.settings import load_places, load_settings, load_workspaces
from segmentation.errors import SegbotError
from segmentation.places import Places

_PANEL = "Slack"
app = typer.Typer(
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode="rich",
)


_ELSEWHERE: Final = (
    "segmentation.cli",
    "segmentation.cli_choose_k",
    "segmentation.cli_compare",
    "segmentation.cli_model",
    "segmentation.cli_answers",
    "segmentation.cli_lists",
    "segmentation.cli_report",
    "segmentation.cli_score",
    "bot.cli_store",
    "bot.cli_audit",
    "bot.cli_doctor",
    "bot.cli_feedback",
)
# What has to start soon, and small, does without what the other commands load.
_ALONE: Final[dict[str, tuple[str, ...]]] = {"run": (), "score": ("segmentation.cli_score",)}


@cache
def add_commands(modules: tuple[str, ...] = _ELSEWHERE) -> None:
    """Add the commands of these modules to those here."""
    for module in modules:
        app.add_typer(import_module(module).app)


@app.callback()
def root(context: typer.Context) -> None:
    """Segbot tells which kind of card customer this is, why, how sure, and what to do about it.

    Settings come from the environment or from .env; .env.example explains each.
    """
    places = load_places()
    context.obj = Places(
        places.segbot_model_dir,
        places.segbot_store_url,
        places.segbot_playbook,
        places.retention,
    )


@app.command(rich_help_panel=_PANEL)
def run(
    http: Annotated[
        bool, typer.Option("--http", help="Signed HTTP in place of Socket Mode.")
    ] = False,
    workers: Annotated[
        int, typer.Option(min=1, max=64, help="With --http: processes that answer on the port.")
    ] = 1,
) -> None:
    """Answer in Slack and post the weekly digest; stop it with Ctrl-C.

    Socket Mode needs no address of its own. With --http Slack posts to /slack/events; the
    port also answers /healthz and /readyz. Any other ASGI server: uvicorn --factory bot.http:app
    One process answers some hundred look-ups a second; --workers uses more cores.

    Example: segbot run
    """
    if not http:
        from bot.run import run as run_bot

        if workers > 1:
            raise SegbotError("Several workers need signed HTTP: segbot run --http --workers N")
        run_bot(load_settings())
        return
    try:
        from bot.http import run_http
        from bot.http_workers import run_workers
    except ModuleNotFoundError as error:
        raise SegbotError(
            f"Signed HTTP needs a web server ({error.name} is missing): pip install 'segbot[http]'"
        ) from None

    settings = load_settings(http=True)
    if workers == 1:
        run_http(settings)
    else:
        run_workers(settings, workers)


@app.command(rich_help_panel=_PANEL)
def manifest(
    http: Annotated[
        str, typer.Option(metavar="URL", help="Where Slack reaches `segbot run --http`.")
    ] = "",
) -> None:
    """Print the Slack app manifest, to be pasted where Slack asks for one.

    It is for Socket Mode unless an address is given.

    Example: segbot manifest --http https://bot.example.com > manifest.json
    """
    from bot.manifest import manifest as app_manifest

    many, links = load_workspaces() is Workspaces.MANY, load_places().links
    typer.echo(json.dumps(app_manifest(http, many=many, links=links), indent=2))


@app.command(rich_help_panel=_PANEL)
def demo(
    data: Annotated[
        Path | None, typer.Option(help="Your own portfolio in place of made-up customers.")
    ] = None,
    port: Annotated[
        int, typer.Option(min=0, max=65535, help="Port of the page; another if it is taken.")
    ] = 8377,
    browser: Annotated[bool, typer.Option(help="Open the page in the browser.")] = True,
) -> None:
    """Try Segbot without Slack, in a local workspace in the browser.

    Example: segbot demo --data portfolio.csv
    """
    try:
        from bot.demo import run_demo
    except ModuleNotFoundError as error:
        raise SegbotError(
            f"The demo needs the local workspace ({error.name} is missing): "
            "pip install 'segbot[local]'"
        ) from None

    run_demo(data, port, browser=browser)


def main() -> None:
    """Run `segbot`; an error that a person can mend is one sentence and exit code 1."""
    add_commands(_ALONE.get("".join(sys.argv[1:2]), _ELSEWHERE))
    try:
        app()
    except SegbotError as error:
        print(f"segbot: {error}", file=sys.stderr)  # noqa: T201 - the command line's own voice
        sys.exit(1)


if __name__ == "__main__":
    main()
