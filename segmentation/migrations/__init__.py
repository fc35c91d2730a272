"""The way from each version of the snapshots' tables to the next, as Alembic wants it laid out."""
