"""The audit trail: who asked what about which customer, when, where, and with what result."""

import hashlib
import hmac
import secrets
from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Final

from sqlalchemy import (
    Column,
    DateTime,
    Engine,
    Integer,
    MetaData,
    RowMapping,
    String,
    Table,
    insert,
    select,
)
from sqlalchemy.exc import IntegrityError

from segmentation.schema import make_tables

_metadata = MetaData()
_keys = Table(
    "audit_key",
    _metadata,
    Column("id", Integer, primary_key=True),
    Column("key", String(64), nullable=False),
)
_trail = Table(
    "audit",
    _metadata,
    Column("id", Integer, primary_key=True),
    Column("at", DateTime(timezone=True), nullable=False),
    Column("member", String(32), nullable=False),
    Column("channel", String(32), nullable=False),
    Column("action", String(32), nullable=False),
    Column("customer", String(64), nullable=False),
    Column("result", String(32), nullable=False),
)
_ONLY_KEY: Final = 1


class AuditTrail:
    """Writes one record a look-up, before the answer is given.

    Customers stand in it as keyed hashes (HMAC-SHA256), so that a copy of the trail names nobody.
    The key is in the store, beside the customers themselves: it protects copies, not the store.
    """

    def __init__(self, engine: Engine, now: Callable[[], datetime]) -> None:
        make_tables(engine, _metadata)
        self._engine = engine
        self._now = now
        self._key = _key(engine)

    def record(
        self, member: str, channel: str, action: str, results: Sequence[tuple[str, str]]
    ) -> None:
        """Note what a member did; `results` pairs each customer id ("" for none) with a result."""
        at = self._now()
        with self._engine.begin() as connection:
            connection.execute(
                insert(_trail),
                [
                    {
                        "at": at,
                        "member": member,
                        "channel": channel,
                        "action": action,
                        "customer": self.pseudonym(customer) if customer else "",
                        "result": result,
                    }
                    for customer, result in results
                ],
            )

    def pseudonym(self, customer: str) -> str:
        """The keyed hash that stands for a customer id, 64 hexadecimal digits."""
        return hmac.new(self._key, customer.encode(), hashlib.sha256).hexdigest()

    def records(self) -> Sequence[RowMapping]:
        """The whole trail, the oldest record first."""
        with self._engine.connect() as connection:
            return connection.execute(select(_trail).order_by(_trail.c.id)).mappings().all()


def _key(engine: Engine) -> bytes:
    """The store's audit key, made at the first start; two first starts agree on one."""
    try:
        with engine.begin() as connection:
            connection.execute(insert(_keys).values(id=_ONLY_KEY, key=secrets.token_hex(32)))
    except IntegrityError:
        pass  # it was made before
    with engine.connect() as connection:
        return bytes.fromhex(connection.execute(select(_keys.c.key)).scalar_one())
