"""Watches: which member wants to hear of which customer, and what the member was told last."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

from sqlalchemy import (
    Engine,
    Select,
    delete,
    insert,
    select,
    update,
)
from sqlalchemy.exc import IntegrityError

from bot.tables import make_tables
from bot.tables import watches as _watches

MOST: Final = 45  # customers that one member watches; a message holds 50 blocks


@dataclass(frozen=True, slots=True)
class Watch:
    """One member's interest in one customer, and what the member was told last."""

    member: str
    customer: str
    segment: int
    model: str
    as_of: date


class Watches:
    """Who watches whom; safe among threads and processes."""

    def __init__(
        self, engine: Engine, is_meant: Callable[[str], bool] = lambda _member: True
    ) -> None:
        make_tables(engine)
        self._engine = engine
        self._is_meant = is_meant

    def among(self, is_meant: Callable[[str], bool]) -> "Watches":
        """The same, with nobody in `before` but the members that are meant."""
        return Watches(self._engine, is_meant)

    def add(self, watch: Watch) -> bool:
        """Keep a watch; False where the member watches that customer already."""
        try:
            with self._engine.begin() as connection:
                connection.execute(
                    insert(_watches).values(
                        member=watch.member,
                        customer=watch.customer,
                        segment=watch.segment,
                        model=watch.model,
                        as_of=watch.as_of,
                    )
                )
        except IntegrityError:
            return False
        return True

    def remove(self, member: str, customer: str) -> None:
        """Forget a watch, if there is one."""
        with self._engine.begin() as connection:
            connection.execute(
                delete(_watches).where(_watches.c.member == member, _watches.c.customer == customer)
            )

    def forget(self, members: Sequence[str]) -> None:
        """Forget all that these members watch."""
        with self._engine.begin() as connection:
            connection.execute(delete(_watches).where(_watches.c.member.in_(members)))

    def of(self, member: str) -> list[Watch]:
        """What a member watches, by customer id."""
        query = select(_watches).where(_watches.c.member == member).order_by(_watches.c.customer)
        return self._found(query)

    def before(self, as_of: date) -> list[Watch]:
        """The watches whose member knows of no snapshot as new as that of `as_of`."""
        found = self._found(select(_watches).where(_watches.c.as_of < as_of))
        return [watch for watch in found if self._is_meant(watch.member)]

    def tell(self, watch: Watch, segment: int, model: str, as_of: date) -> bool:
        """Note what a member is about to be told; False where somebody else does that."""
        with self._engine.begin() as connection:
            told = connection.execute(
                update(_watches)
                .where(_watches.c.member == watch.member, _watches.c.customer == watch.customer)
                .where(_watches.c.as_of == watch.as_of)
                .values(segment=segment, model=model, as_of=as_of)
            )
            return told.rowcount == 1

    def put_back(self, watch: Watch, as_of: date) -> None:
        """Undo `tell` of the snapshot of `as_of`: the member was not told after all."""
        with self._engine.begin() as connection:
            connection.execute(
                update(_watches)
                .where(_watches.c.member == watch.member, _watches.c.customer == watch.customer)
                .where(_watches.c.as_of == as_of)
                .values(segment=watch.segment, model=watch.model, as_of=watch.as_of)
            )

    def _found(self, query: Select[Any]) -> list[Watch]:
        with self._engine.connect() as connection:
            rows = connection.execute(query).mappings().all()
        return [Watch(**row) for row in rows]
