"""Recent look-ups: the last few customers that each member looked up, for that member's Home."""

from collections.abc import Sequence
from typing import Final

from sqlalchemy import Engine, delete, insert, select

from bot.tables import make_tables
from bot.tables import recent_look_ups as _recent
from segmentation.database import one_writer

KEPT: Final = 5


class RecentLookUps:
    """The newest look-ups of every member; safe among threads and processes."""

    def __init__(self, engine: Engine) -> None:
        make_tables(engine)
        self._engine = engine

    def add(self, member: str, customer: str) -> None:
        """Put a customer first, and forget what is beyond the newest few."""
        mine = _recent.c.member == member
        with one_writer(self._engine) as connection:
            connection.execute(delete(_recent).where(mine, _recent.c.customer == customer))
            connection.execute(insert(_recent).values(member=member, customer=customer))
            kept = connection.execute(
                select(_recent.c.id).where(mine).order_by(_recent.c.id.desc()).limit(KEPT)
            ).scalars()
            connection.execute(delete(_recent).where(mine, _recent.c.id < min(kept)))

    def forget(self, members: Sequence[str]) -> None:
        """Forget what these members looked up."""
        with self._engine.begin() as connection:
            connection.execute(delete(_recent).where(_recent.c.member.in_(members)))

    def of(self, member: str) -> list[str]:
        """What a member looked up, the newest first."""
        query = select(_recent.c.customer).where(_recent.c.member == member)
        with self._engine.connect() as connection:
            return list(connection.execute(query.order_by(_recent.c.id.desc())).scalars())
