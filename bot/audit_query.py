"""A question to the audit trail as a person types it: about whom, since when, until when."""

import re
from datetime import UTC, datetime, timedelta
from typing import Final

from bot.audit import Wanted
from segmentation.errors import SegbotError

_MEMBER: Final = re.compile(r"[UW][A-Z0-9]{4,}")
_DAY: Final = re.compile(r"\d{4}-\d\d-\d\d")
_WORDS: Final = re.compile(r"(?:^|\s)(since|until)\s+(\S+)")


def wanted_as_typed(text: str) -> Wanted:
    """“[id] [since DATE] [until DATE]” in any order; an id such as U0123ABCD is a member's.

    Raises SegbotError when a date is none.
    """
    moments = dict(_WORDS.findall(text))
    about = _WORDS.sub("", text).strip()
    is_member = _MEMBER.fullmatch(about) is not None
    return Wanted(
        member=about if is_member else "",
        customer="" if is_member else about,
        since=moment(moments["since"]) if "since" in moments else None,
        until=moment(moments["until"], end=True) if "until" in moments else None,
    )


def moment(text: str, *, end: bool = False) -> datetime:
    """A date, or a date and time, as a moment; UTC where it names no zone.

    `end` is for the end of a span: a date alone then means the end of that day. Raises SegbotError.
    """
    try:
        read = datetime.fromisoformat(text)
    except ValueError:
        raise SegbotError(
            f"“{text}” is no date: write 2026-11-30, or 2026-11-30T14:30 for a time in UTC."
        ) from None
    at = read.astimezone(UTC) if read.tzinfo else read.replace(tzinfo=UTC)
    return at + timedelta(days=1) if end and _DAY.fullmatch(text) else at


def described(wanted: Wanted) -> str:
    """Which records are wanted, as the end of a sentence; "" for all."""
    about = wanted.member or wanted.customer
    parts = [f" about {about}"] if about else []
    parts += [
        f" {word} {at:%Y-%m-%d %H:%M} UTC"
        for word, at in (("since", wanted.since), ("until", wanted.until))
        if at is not None
    ]
    return "".join(parts)
