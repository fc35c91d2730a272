"""What Alembic runs to bring the snapshots' tables to a newer version."""

from segmentation.migrating import run_revisions

run_revisions()
