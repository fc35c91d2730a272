"""`segbot store`: what the store holds, and how it is brought to this version of Segbot."""

from typing import Final

import typer
from rich.console import Console

from bot.settings import load_places
from bot.tables import BOT
from segmentation.database import engine_at, is_missing, told
from segmentation.errors import SegbotError
from segmentation.places import Places
from segmentation.schema import SNAPSHOTS

_PANEL: Final = "Store"
_WAIT: Final = 30.0  # seconds that a writer is waited for
_out = Console(highlight=False, soft_wrap=True)
app = typer.Typer()
store = typer.Typer(no_args_is_help=True)
app.add_typer(store, name="store", rich_help_panel=_PANEL)


@store.callback()
def root() -> None:
    """The database with the snapshots and all that the bot remembers: migrate.

    Example: segbot store migrate
    """


@store.command()
def migrate(context: typer.Context) -> None:
    """Bring a store that an earlier version of Segbot made to this one; nothing in it is lost.

    Stop every bot on it first, and keep a copy. Cut short, it leaves the store as it was.

    Example: segbot store migrate
    """
    from segmentation.migrating import migrate as migrate_tables

    places: Places = context.obj
    url = _there(places.store_url)
    key = load_places().segbot_audit_key.get_secret_value()
    engine = engine_at(url, _WAIT)
    done = migrate_tables(engine, (SNAPSHOTS, BOT), audit_key=key)
    if not done:
        raise SegbotError(f"The store at {told(engine.url)} is empty: there is nothing to migrate.")
    for family in done:
        before = family.before or "no number"
        change = "already" if family.before == family.after else f"from {before} to"
        _out.print(f"The tables of the {family.tables}: {change} version {family.after}.")


def _there(url: str) -> str:
    if is_missing(url):
        raise SegbotError(
            f"There is no store at {url}. Name the bot's in SEGBOT_STORE_URL, or go to the folder "
            "where segbot run was started."
        )
    return url
