"""Movement stands with the later generation, with the date and the sizes that it is against."""

from itertools import pairwise

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"

_generations = sa.table(
    "generations",
    sa.column("generation", sa.Integer),
    sa.column("model", sa.String),
    sa.column("sizes", sa.JSON),
    sa.column("movement", sa.JSON),
)
_published = sa.table("published", sa.column("as_of", sa.Date), sa.column("generation", sa.Integer))
_movements = sa.table(
    "movements",
    sa.column("generation", sa.Integer),
    sa.column("came_from", sa.Integer),
    sa.column("segment", sa.Integer),
    sa.column("customers", sa.Integer),
)


def upgrade() -> None:
    """Take the movements over; None as flows where another model scored the snapshot before."""
    op.add_column("generations", sa.Column("movement", sa.JSON))
    connection = op.get_bind()
    snapshots = connection.execute(
        sa.select(
            _published.c.as_of,
            _generations.c.generation,
            _generations.c.model,
            _generations.c.sizes,
        )
        .join(_generations, _generations.c.generation == _published.c.generation)
        .order_by(_published.c.as_of)
    ).all()
    for earlier, later in pairwise(snapshots):
        same_model = earlier.model == later.model
        movement = {
            "since": earlier.as_of.isoformat(),
            "sizes": earlier.sizes,
            "flows": _flows(connection, later.generation) if same_model else None,
        }
        connection.execute(
            sa.update(_generations)
            .where(_generations.c.generation == later.generation)
            .values(movement=movement)
        )
    op.drop_table("movements")


def _flows(connection: sa.Connection, generation: int) -> list[tuple[int, int, int]]:
    counts = connection.execute(
        sa.select(_movements.c.came_from, _movements.c.segment, _movements.c.customers)
        .where(_movements.c.generation == generation)
        .order_by(_movements.c.came_from, _movements.c.segment)
    )
    return [(before, now, customers) for before, now, customers in counts]
