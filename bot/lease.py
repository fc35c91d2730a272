"""The lease: of several replicas, and of several looks in one, a single one works at a time.

It spares work and keeps order; that nothing is posted twice is the ledger's doing.
"""

import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import (
    Engine,
    delete,
    insert,
    or_,
    update,
)
from sqlalchemy.exc import IntegrityError

from bot.tables import leases as _leases
from bot.tables import make_tables

TERM: Final = timedelta(minutes=10)  # longer than a round of posting takes


class Lease:
    """One piece of work that one holder at a time may do; safe among threads and processes."""

    def __init__(self, engine: Engine, name: str) -> None:
        make_tables(engine)
        self._engine = engine
        self._name = name

    @contextmanager
    def held(self, now: datetime) -> Iterator[bool]:
        """Whether the lease is the caller's for the block, at most for TERM; `now` is in UTC."""
        holder = secrets.token_hex(16)
        mine = self._taken(holder, now)
        try:
            yield mine
        finally:
            if mine:
                self._given_back(holder)

    def _taken(self, holder: str, now: datetime) -> bool:
        """A lease that ends later than any taken now was left by a clock that ran ahead."""
        until = now + TERM
        is_free = or_(_leases.c.until <= now, _leases.c.until > until)
        with self._engine.begin() as connection:
            renewed = connection.execute(
                update(_leases)
                .where(_leases.c.name == self._name, is_free)
                .values(holder=holder, until=until)
            )
            if renewed.rowcount == 1:
                return True
        row = {"name": self._name, "holder": holder, "until": until}
        try:
            with self._engine.begin() as connection:
                connection.execute(insert(_leases).values(**row))
        except IntegrityError:
            return False
        return True

    def _given_back(self, holder: str) -> None:
        with self._engine.begin() as connection:
            connection.execute(delete(_leases).where(_leases.c.holder == holder))
