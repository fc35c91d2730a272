"""Audit trails from before the seal, chained as `bot.audit_chain` does it; for one revision only.

Records were not chained at first, and then for a while with nothing said of what is hashed. From
here on they are, in the order in which they stand: the migration vouches for what came before it.
"""

import hashlib
import hmac
import json
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any, Final

from bot.audit_chain import EMPTY, TOLD, Chain, End, in_utc

NO_RECORD: Final = EMPTY.hash
_Row = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Rechained:
    """The records with their places and hashes, and what the head says of their end."""

    records: list[_Row]
    head: _Row


def rechained(
    records: list[_Row],
    *,
    chained: bool,
    kept_key: bytes,
    own_key: bytes,
    customers: Callable[[], Iterable[str]],
) -> Rechained | None:
    """The trail chained anew; None where it was `chained` before and had been broken.

    What was broken stays so, for `segbot audit verify` to find. `kept_key` is the store's,
    `own_key` that of the settings, either b"" where there is none. `customers` are the ids that
    may stand in the records: their keyed hashes were made otherwise, and are made anew so that
    these customers are found in the trail; those of others stay.
    """
    key = own_key or kept_key
    if chained and not _holds(records, key):
        return None
    chain = Chain(key)
    old_key = key if chained else kept_key
    known = customers() if records else ()
    named = {_hashed(old_key, each): chain.pseudonym(each) for each in known}
    end, made = EMPTY, []
    for place, record in enumerate(records, 1):
        row = record | {"id": place, "customer": named.get(record["customer"], record["customer"])}
        end = End(place, chain.link(end.hash, row))
        made.append(row | {"hash": end.hash})
    return Rechained(made, {"records": end.records, "hash": chain.seal(end)})


def _holds(records: list[_Row], key: bytes) -> bool:
    previous = EMPTY.hash
    for record in records:
        told = [previous, in_utc(record["at"]).isoformat(), *(record[name] for name in TOLD[1:])]
        previous = _hashed(key, json.dumps(told))
        if not hmac.compare_digest(previous, record["hash"]):
            return False
    return True


def _hashed(key: bytes, text: str) -> str:
    return hmac.new(key, text.encode(), hashlib.sha256).hexdigest()
