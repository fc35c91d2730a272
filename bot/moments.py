"""Moments as databases give them back: SQLite keeps no zone, PostgreSQL tells its own."""

from datetime import UTC, datetime


def utc(at: datetime) -> datetime:
    """A moment that was written in UTC, in UTC."""
    return at.replace(tzinfo=UTC) if at.tzinfo is None else at.astimezone(UTC)
