"""The chain that holds the audit trail together: what is hashed, with which key, where it breaks.

Every hash is an HMAC-SHA256. What it is for is hashed with it, so that nobody can have a record or
a seal made by asking for a customer whose id looks like one.
"""

import hmac
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final

from segmentation.errors import SegbotError

TOLD: Final = ("at", "member", "channel", "action", "customer", "result")


class TamperedError(SegbotError):
    """The trail is not as it was written; the message says where that shows."""


@dataclass(frozen=True, slots=True)
class End:
    """Where the chain ends: how many records there are, and the hash of the last."""

    records: int
    hash: str

    def __str__(self) -> str:
        return f"{self.records}:{self.hash}"


EMPTY: Final = End(0, "0" * 64)


@dataclass(frozen=True, slots=True)
class Chain:
    """All that is computed with the trail's key."""

    key: bytes

    def pseudonym(self, customer: str) -> str:
        """The keyed hash that stands for a customer id, 64 hexadecimal digits."""
        return self._hashed("customer", customer)

    def link(self, previous: str, record: Mapping[str, Any]) -> str:
        """The hash of a record that follows the one with the hash `previous`."""
        at = in_utc(record["at"]).isoformat()
        return self._hashed("record", previous, at, *(record[name] for name in TOLD[1:]))

    def seal(self, end: End) -> str:
        """What proves an end: without the key nobody can set it back."""
        return self._hashed("end", end.records, end.hash)

    def broken(self) -> str:
        """A hash to go on from after a break, so that no later record can cover it up."""
        return self._hashed("broken")

    def after(self, end: End, row: Mapping[str, Any]) -> End:
        """The end once a kept record is added to a verified chain; TamperedError if it is wrong."""
        link = self.link(end.hash, row)
        if row["id"] == end.records + 1 and hmac.compare_digest(link, row["hash"]):
            return End(end.records + 1, link)
        when = in_utc(row["at"]).isoformat(timespec="seconds")
        other_key = " (or SEGBOT_AUDIT_KEY is not the key it was written with)"
        raise TamperedError(
            f"Record {row['id']} of {when} does not follow from those before it: it was "
            "changed, or one before it was changed, added or removed"
            f"{other_key if end == EMPTY else ''}."
        )

    def _hashed(self, *parts: object) -> str:
        return hmac.digest(self.key, json.dumps(parts).encode(), "sha256").hex()


def in_utc(at: datetime) -> datetime:
    """A moment in UTC; SQLite keeps no zone, and what it keeps is UTC."""
    return at.replace(tzinfo=UTC) if at.tzinfo is None else at.astimezone(UTC)
