"""Feedback: what members say of an answer, kept for whoever trains the model."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import (
    Engine,
    RowMapping,
    insert,
    select,
    update,
)

from bot.tables import feedback as _feedback
from bot.tables import make_tables
from segmentation.answers import Answer


class Feedback:
    """All that was said, the oldest first."""

    def __init__(self, engine: Engine) -> None:
        make_tables(engine)
        self._engine = engine

    def add(
        self, member: str, answer: Answer, at: datetime, *, right: bool, reason: str = ""
    ) -> None:
        """Keep whether a member finds a customer's segment right, and why not."""
        assert answer.snapshot is not None
        assignment = answer.explanation.assignment
        with self._engine.begin() as connection:
            connection.execute(
                insert(_feedback).values(
                    at=at,
                    member=member,
                    customer=answer.customer,
                    as_of=answer.snapshot.as_of,
                    segment=assignment.segment,
                    runner_up=assignment.runner_up,
                    confidence=assignment.confidence,
                    model=answer.snapshot.model,
                    right=right,
                    reason=reason,
                )
            )

    def forget(self, members: Sequence[str]) -> None:
        """Forget who these members are; what they said of customers stays."""
        with self._engine.begin() as connection:
            connection.execute(
                update(_feedback).where(_feedback.c.member.in_(members)).values(member="")
            )

    def all(self) -> Sequence[RowMapping]:
        """Every piece of feedback, as a row."""
        with self._engine.connect() as connection:
            return connection.execute(select(_feedback).order_by(_feedback.c.id)).mappings().all()
