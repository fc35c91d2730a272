"""Sizes stand with their generation, so that a snapshot is one row; a load begins without them."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"

_generations = sa.table(
    "generations", sa.column("generation", sa.Integer), sa.column("sizes", sa.JSON)
)
_sizes = sa.table(
    "sizes",
    sa.column("generation", sa.Integer),
    sa.column("segment", sa.Integer),
    sa.column("customers", sa.Integer),
)


def upgrade() -> None:
    """Take the sizes over."""
    with op.batch_alter_table("generations") as table:
        table.alter_column("customers", existing_type=sa.Integer, nullable=True)
        table.add_column(sa.Column("sizes", sa.JSON))
    connection = op.get_bind()
    counts: dict[int, dict[str, int]] = {}
    for row in connection.execute(sa.select(_sizes).order_by(_sizes.c.segment)):
        counts.setdefault(row.generation, {})[str(row.segment)] = row.customers
    for generation, sizes in counts.items():
        connection.execute(
            sa.update(_generations)
            .where(_generations.c.generation == generation)
            .values(sizes=sizes)
        )
    op.drop_table("sizes")
