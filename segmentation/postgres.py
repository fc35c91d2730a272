"""PostgreSQL as the store uses it: how it is named, and what a connection is set to."""

from typing import Any, Final

from sqlalchemy import URL

_NAMES: Final = ("postgresql", "postgres")  # the latter is how hosting platforms call it
_NO_NUL: Final = "\ufffd"  # what stands for a character that a text in PostgreSQL cannot have
# So that a server that is gone is noticed within a minute: seconds, but the last in milliseconds.
_NOTICED: Final = {
    "connect_timeout": 10,
    "keepalives_idle": 20,
    "keepalives_interval": 10,
    "keepalives_count": 3,
    "tcp_user_timeout": 50_000,
}


def is_postgres(address: URL) -> bool:
    """Whether an address is that of a PostgreSQL server."""
    return address.drivername.partition("+")[0] in _NAMES


def by_psycopg(address: URL) -> URL:
    """The same server, through psycopg where no driver is named."""
    return address.set(drivername="postgresql+psycopg") if address.drivername in _NAMES else address


def engine_options(address: URL) -> dict[str, Any]:
    """What an engine is made with, so that a server may go and come back.

    A connection that was closed meanwhile is replaced before it is used. What the address itself
    sets, it keeps.
    """
    noticed = {name: value for name, value in _NOTICED.items() if name not in address.query}
    return {"pool_pre_ping": True, "connect_args": noticed}


def prepare(wait: float, connection: Any, _record: object) -> None:  # noqa: ANN401 - a driver's own type
    """Set a new connection up; `wait` is how many seconds it waits for a lock of another one."""
    from psycopg.types.string import StrDumper

    class Storable(StrDumper):
        """Text as PostgreSQL can hold it."""

        def dump(self, obj: str) -> Any:  # noqa: ANN401 - the driver's own
            return super().dump(obj.replace("\0", _NO_NUL))

    connection.adapters.register_dumper(str, Storable)
    connection.autocommit = True
    connection.execute(f"SET lock_timeout = {wait * 1000:.0f}")
    connection.autocommit = False
