"""One digest, put together for one subscription and posted: the message, then its thread."""

import logging
from dataclasses import dataclass
from datetime import date

from slack_sdk import WebClient

from bot.blocks.digest import (
    LastTold,
    details_message,
    details_with_table,
    digest_message,
    digest_with_chart,
)
from bot.channels import check_inside
from bot.sender import Letter, RefusedError, UnconfirmedError, post, post_file
from bot.subscriptions import Part
from segmentation.answers import Overview
from segmentation.charts import Picture
from segmentation.sizes_csv import sizes_csv

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Digest:
    """What is posted: the message, and what follows in its thread where that is wanted."""

    letter: Letter
    details: Letter | None
    csv: bytes | None
    as_of: date

    @property
    def csv_name(self) -> str:
        """The name of the CSV file."""
        return f"segments-{self.as_of.isoformat()}.csv"


def digest_of(
    book: Overview,
    parts: frozenset[Part],
    today: date,
    label: str,
    last: LastTold | None = None,
    picture: Picture | None = None,
) -> Digest:
    """The digest with these parts; `picture` is for where Slack does not draw the chart itself."""
    thread = bool(parts & {Part.TABLE, Part.CSV})
    wants_chart = Part.CHART in parts
    return Digest(
        letter=Letter(
            digest_message(book, today, label, last, thread=thread),
            digest_with_chart(book, today, label, last, thread=thread) if wants_chart else None,
            picture if wants_chart else None,
        ),
        details=(
            Letter(details_message(book), details_with_table(book)) if Part.TABLE in parts else None
        ),
        csv=sizes_csv(book) if Part.CSV in parts else None,
        as_of=book.snapshot.as_of,
    )


def post_digest(client: WebClient, channel: str, digest: Digest) -> None:
    """Post a digest; what goes wrong in its thread is logged, and undoes nothing.

    Raises RefusedError when it stands nowhere, UnconfirmedError when it may have arrived. Where
    Slack does not tell which message it became, the details follow below it.
    """
    thread_ts = post(client, channel, digest.letter) or None
    if digest.details is not None:
        try:
            post(client, channel, digest.details, thread_ts)
        except (RefusedError, UnconfirmedError) as error:
            _log.warning("The details of a digest could not be posted (%s)", error)
    if digest.csv is not None:
        post_file(client, channel, thread_ts, digest.csv_name, digest.csv)


def post_in_channel(client: WebClient, channel: str, digest: Digest) -> None:
    """Post a digest where nobody of another company reads along; RefusedError anywhere else.

    Who is in a channel changes, so it is asked each time.
    """
    check_inside(client, channel)
    post_digest(client, channel, digest)
