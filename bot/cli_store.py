"""`segbot store`: what the store holds, and how it is brought up to date, thinned and moved."""

from datetime import UTC, datetime
from typing import Annotated, Final

import typer
from rich.console import Console
from rich.markup import escape
from rich.table import Table
from sqlalchemy import Engine, MetaData, inspect

from bot.settings import load_places
from bot.tables import BOT
from segmentation.database import engine_at, is_missing, reaching, told
from segmentation.errors import SegbotError
from segmentation.places import Places
from segmentation.schema import SNAPSHOTS, opened_engine
from segmentation.store import Store
from segmentation.store_info import database_size, row_counts, unpublished
from segmentation.versions import not_usable, version_of
from segmentation.wording import counted, day

_PANEL: Final = "Store"
_WAIT: Final = 30.0  # seconds that a writer is waited for
_FAMILIES: Final = (SNAPSHOTS, BOT)
_SYSTEMS: Final = {"sqlite": "SQLite", "postgresql": "PostgreSQL"}
_out = Console(highlight=False, soft_wrap=True)
app = typer.Typer()
store = typer.Typer(no_args_is_help=True)
app.add_typer(store, name="store", rich_help_panel=_PANEL)


@store.callback()
def root() -> None:
    """The database with the snapshots and all that the bot remembers: info, migrate, prune, copy.

    Example: segbot store info
    """


@store.command()
def info(context: typer.Context) -> None:
    """Tell where the store is, what it holds, and how much room that takes.

    Example: segbot store info
    """
    places: Places = context.obj
    engine = engine_at(_there(places.store_url), _WAIT)
    with reaching(engine.url):
        size = database_size(engine)
        with engine.connect() as connection:
            versions = {each.name: version_of(connection, each) for each in _FAMILIES}
            holds = [each for each in _FAMILIES if each.is_in(connection)]
    _out.print(f"{told(engine.url)}: {_SYSTEMS[engine.dialect.name]}, {_megabytes(size)}")
    for family in holds:
        version = versions[family.name]
        _out.print(f"Tables of the {family.name}: version {version or 'without number'}")
    behind = [each for each in holds if versions[each.name] != each.newest]
    if behind:
        raise not_usable(engine, behind[0], versions[behind[0].name])
    if SNAPSHOTS in holds:
        _show_snapshots(Store(engine), size)
    _show_tables(engine)


def _show_snapshots(store: Store, size: int) -> None:
    """Every snapshot, and about how much of the room is its own: most of it is customers."""
    kept = store.snapshots()
    customers = sum(snapshot.customers for snapshot in kept)
    table = Table("Snapshot", "Customers", "Model", "Portfolio", "About", box=None)
    for snapshot in reversed(kept):
        table.add_row(
            snapshot.as_of.isoformat(),
            f"{snapshot.customers:,}",
            snapshot.model[:12],
            escape(snapshot.source),
            _megabytes(size * snapshot.customers / max(customers, 1)),
        )
    _out.print(table if kept else "No snapshot yet: segbot score PORTFOLIO")
    for load in unpublished(store.engine):
        state = "replaced, being deleted" if load.complete else "under way or cut short"
        _out.print(
            f"Not published: {load.as_of} from {escape(load.source)}, begun "
            f"{load.started_at:%Y-%m-%d %H:%M} UTC, {counted(load.customers, 'customer')} "
            f"({state})"
        )


def _show_tables(engine: Engine) -> None:
    counts = row_counts(engine, _kinds(engine)[1:])
    if counts:
        table = Table("The bot's tables", "Rows", box=None)
        for name, rows in counts.items():
            table.add_row(name, f"{rows:,}")
        _out.print(table)


def _kinds(engine: Engine) -> list[MetaData]:
    """The tables that a store may have: the snapshots', the bot's, and Slack's for many teams."""
    kinds = [each.metadata for each in _FAMILIES]
    if inspect(engine).has_table("slack_bots"):
        from bot.installations import slack_tables

        kinds += slack_tables(engine)
    return kinds


def _megabytes(size: float) -> str:
    return f"{size / 1e6:,.1f} MB"


@store.command()
def prune(
    context: typer.Context,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only tell what would go.")] = False,
) -> None:
    """Take out the snapshots that are kept no longer, and what loads left that were cut short.

    Kept are all of SEGBOT_KEEP_DAYS, then the last of each week for SEGBOT_KEEP_WEEKS, then the
    last of each month; always the newest two. The bot and segbot score do this by themselves.

    Example: segbot store prune --dry-run
    """
    from segmentation.pruning import prunable
    from segmentation.pruning import prune as take_out

    places: Places = context.obj
    engine = opened_engine(_there(places.store_url), _WAIT)
    if dry_run:
        with engine.connect() as connection:
            dates, gone = prunable(connection, places.retention), ""
    else:
        pruned = take_out(engine, places.retention, datetime.now(UTC))
        dates, gone = list(pruned.dates), f"; {counted(pruned.customers, 'customer')} deleted"
    which = "Would be kept no longer" if dry_run else "Kept no longer"
    days = ", ".join(day(one) for one in dates) or "none"
    _out.print(f"{which}: {days}{gone}.")


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
    done = migrate_tables(engine, _FAMILIES, audit_key=key)
    if not done:
        raise SegbotError(f"The store at {told(engine.url)} is empty: there is nothing to migrate.")
    for family in done:
        before = family.before or "no number"
        change = "already" if family.before == family.after else f"from {before} to"
        _out.print(f"The tables of the {family.tables}: {change} version {family.after}.")


@store.command()
def copy(
    context: typer.Context,
    to: Annotated[str, typer.Option("--to", metavar="URL", help="An empty database.")],
    again: Annotated[
        bool, typer.Option("--again", help="Delete a copy there that was not finished, first.")
    ] = False,
) -> None:
    """Copy the whole store into another database, and compare the two, table by table.

    From SQLite to PostgreSQL, back, or to the same kind. Stop every bot on the store first: what
    is written meanwhile is not copied. Then name the new one in SEGBOT_STORE_URL.

    Example: segbot store copy --to postgresql://user:password@host/segbot
    """
    from segmentation.store_copy import copy_store, foreign_tables

    places: Places = context.obj
    source = engine_at(_there(places.store_url), _WAIT)
    target = engine_at(to, _WAIT)
    kinds = _kinds(source)
    with Console(stderr=True).status("Copying …") as status:
        copied = copy_store(
            source,
            target,
            _FAMILIES,
            kinds[len(_FAMILIES) :],
            again=again,
            on_table=lambda table: status.update(f"Copying {table} …"),
        )
    table = Table("Table", "Rows", "Checksum, the same on both sides", box=None)
    for each in copied:
        table.add_row(each.table, f"{each.tally.rows:,}", each.tally.told)
    _out.print(table)
    left = foreign_tables(source, kinds, _FAMILIES)
    if left:
        _out.print(f"Not copied, for they are none of Segbot's: {', '.join(left)}.")
    _out.print(f"Copied to {told(target.url)}. Name it in SEGBOT_STORE_URL, then start the bot.")


def _there(url: str) -> str:
    if is_missing(url):
        raise SegbotError(
            f"There is no store at {url}. Name the bot's in SEGBOT_STORE_URL, or go to the folder "
            "where segbot run was started."
        )
    return url
