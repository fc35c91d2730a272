"""`segbot audit`: the audit trail for auditors, exported and verified on the command line."""

import re
import sys
from datetime import UTC, datetime
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Final

import typer

from bot.audit import AuditTrail, Wanted
from bot.audit_chain import End
from bot.audit_formats import FORMATS
from bot.audit_query import moment
from bot.settings import load_places
from segmentation.database import is_missing
from segmentation.errors import SegbotError
from segmentation.schema import opened_engine
from segmentation.wording import counted

_PANEL: Final = "Slack"
_WAIT: Final = 30.0  # seconds that a writer is waited for
app = typer.Typer()
audit = typer.Typer(no_args_is_help=True)
app.add_typer(audit, name="audit", rich_help_panel=_PANEL)


class Format(StrEnum):
    """How records are written."""

    CSV = "csv"
    JSONL = "jsonl"


@audit.callback()
def root() -> None:
    """Who asked Segbot what about which customer: export, verify.

    Example: segbot audit verify
    """


@audit.command()
def export(
    member: Annotated[str, typer.Option(help="Of one member, by id such as U0123ABCD.")] = "",
    customer: Annotated[str, typer.Option(help="About one customer, by id.")] = "",
    since: Annotated[str, typer.Option(help="From a date on, or a date and time (UTC).")] = "",
    until: Annotated[str, typer.Option(help="Up to a date, that day included.")] = "",
    form: Annotated[
        Format, typer.Option("--format", help="csv, or jsonl for an object a line.")
    ] = Format.CSV,
    out: Annotated[Path | None, typer.Option(help="A file; without it, the screen.")] = None,
) -> None:
    """Write the audit records that are wanted, the oldest first.

    Example: segbot audit export --since 2026-11-01 --out november.csv
    """
    wanted = Wanted(
        member=member,
        customer=customer,
        since=moment(since) if since else None,
        until=moment(until, end=True) if until else None,
    )
    lines = FORMATS[form](_trail().each(wanted))
    if out is None:
        sys.stdout.writelines(lines)
        return
    try:
        with out.open("w", encoding="utf-8") as file:
            file.writelines(lines)
    except OSError as error:
        raise SegbotError(f"{out} cannot be written: {error.strerror}.") from None
    typer.echo(f"Wrote {out}.", err=True)


@audit.command()
def verify(
    through: Annotated[
        str, typer.Option(metavar="END", help="An end that an earlier verification printed.")
    ] = "",
) -> None:
    """Check that no audit record was changed, added or removed; exit code 1 when one was.

    Keep the end that it prints where whoever can write to the store cannot reach. Only
    with --through is it seen that the whole store was replaced by an older one.

    Example: segbot audit verify
    """
    end = _trail().verify(_end(through) if through else None)
    typer.echo(f"The audit trail is whole: {counted(end.records, 'record')}.\nIts end: {end}")


def _trail() -> AuditTrail:
    places = load_places()
    if is_missing(places.segbot_store_url):
        raise SegbotError(
            f"There is no store at {places.segbot_store_url}. Name the bot's in SEGBOT_STORE_URL, "
            "or go to the folder where segbot run was started."
        )
    engine = opened_engine(places.segbot_store_url, _WAIT)
    return AuditTrail(engine, lambda: datetime.now(UTC), places.segbot_audit_key.get_secret_value())


def _end(text: str) -> End:
    match = re.fullmatch(r"(\d+):([0-9a-f]{64})", text.strip())
    if match is None:
        raise SegbotError("--through should be an end as `segbot audit verify` prints it.")
    return End(int(match[1]), match[2])
