"""The tables of the first snapshots: sizes and movements in tables of their own."""

import sqlalchemy as sa
from alembic import op

from segmentation.migrations.features import FEATURES

revision = "0001"
down_revision = None


def upgrade() -> None:
    """Make the tables."""
    op.create_table(
        "models",
        sa.Column("fingerprint", sa.String(64), primary_key=True),
        sa.Column("document", sa.Text, nullable=False),
    )
    op.create_table(
        "generations",
        sa.Column("generation", sa.Integer, primary_key=True),
        sa.Column("as_of", sa.Date, nullable=False),
        sa.Column("model", sa.String(64), sa.ForeignKey("models.fingerprint"), nullable=False),
        sa.Column("source", sa.String(255), nullable=False),
        sa.Column("customers", sa.Integer, nullable=False),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=False),
    )
    op.create_table(
        "published",
        sa.Column("as_of", sa.Date, primary_key=True),
        sa.Column(
            "generation", sa.Integer, sa.ForeignKey("generations.generation"), nullable=False
        ),
    )
    op.create_table(
        "assignments",
        sa.Column("generation", sa.Integer, primary_key=True),
        sa.Column("customer", sa.String(255), primary_key=True),
        sa.Column("segment", sa.Integer, nullable=False),
        sa.Column("runner_up", sa.Integer, nullable=False),
        sa.Column("confidence", sa.Float, nullable=False),
        sa.Column("band", sa.String(6), nullable=False),
        sa.Column("novel", sa.Boolean, nullable=False),
        *(sa.Column(feature, sa.Float) for feature in FEATURES),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "sizes",
        sa.Column("generation", sa.Integer, primary_key=True),
        sa.Column("segment", sa.Integer, primary_key=True),
        sa.Column("customers", sa.Integer, nullable=False),
    )
    op.create_table(
        "movements",
        sa.Column("generation", sa.Integer, primary_key=True),
        sa.Column("came_from", sa.Integer, primary_key=True),
        sa.Column("segment", sa.Integer, primary_key=True),
        sa.Column("customers", sa.Integer, nullable=False),
    )
