"""Recent look-ups: the last few customers that each member looked up, for that member's Home."""

from collections.abc import Callable, Sequence
from typing import Any, Final

from sqlalchemy import Delete, Engine, bindparam, delete, insert, or_, select

from bot.tables import make_tables
from bot.tables import recent_look_ups as _recent
from segmentation.statements import Statements, Writing

KEPT: Final = 5
_NEW: Final[dict[str, Any]] = {"member": bindparam("member"), "customer": bindparam("customer")}


def _making_room() -> Delete:
    """Forget a member's look-up of a customer, and those that have no place beside it."""
    mine = _recent.c.member == bindparam("member")
    others = (
        select(_recent.c.id)
        .where(mine, _recent.c.customer != bindparam("customer"))
        .order_by(_recent.c.id.desc())
        .limit(1)
        .offset(KEPT - 1)
        .scalar_subquery()
    )
    same = _recent.c.customer == bindparam("customer")
    return delete(_recent).where(mine, or_(same, _recent.c.id <= others))


_MAKE_ROOM: Final = _making_room()


class RecentLookUps:
    """The newest look-ups of every member; safe among threads and processes."""

    def __init__(self, engine: Engine) -> None:
        make_tables(engine)
        self._engine = engine
        statements = Statements(engine)
        self._make_room = statements.prepared(_MAKE_ROOM)
        self._add = statements.prepared(insert(_recent).values(_NEW))

    def adding(self, member: str, customer: str) -> Callable[[Writing], None]:
        """What puts a customer first and forgets those beyond the newest few, when it is run."""

        def add(writing: Writing) -> None:
            writing.run(self._make_room, member=member, customer=customer)
            writing.run(self._add, member=member, customer=customer)

        return add

    def forget(self, members: Sequence[str]) -> None:
        """Forget what these members looked up."""
        with self._engine.begin() as connection:
            connection.execute(delete(_recent).where(_recent.c.member.in_(members)))

    def of(self, member: str) -> list[str]:
        """What a member looked up, the newest first."""
        query = select(_recent.c.customer).where(_recent.c.member == member)
        with self._engine.connect() as connection:
            return list(connection.execute(query.order_by(_recent.c.id.desc())).scalars())
