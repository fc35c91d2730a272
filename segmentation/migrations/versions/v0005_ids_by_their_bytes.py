"""Ids sort by their bytes, whatever a PostgreSQL database sorts by; those of SQLite always did."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    """Sort anew where that is needed; the index of the customers is made again for it."""
    if op.get_bind().dialect.name == "postgresql":
        op.alter_column("assignments", "customer", type_=sa.String(255, collation="C"))
