"""Where a test's store is: an SQLite file, or a database of its own on a PostgreSQL server."""

import hashlib
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

SERVER: Final = "SEGBOT_TEST_POSTGRESQL"  # the URL of the server that tests may make databases on


def on_postgresql() -> bool:
    """Whether stores are on a server, as `tests.on_postgresql` has it."""
    return SERVER in os.environ


def store_url_in(folder: Path) -> str:
    """The URL of the store that belongs to a test's folder; the same one each time."""
    server = os.environ.get(SERVER)
    if server is None:
        return f"sqlite:///{folder / 'segbot.db'}"
    from tests.postgres import make_database

    return make_database(server, _name(folder))


@contextmanager
def store_in(folder: Path) -> Iterator[str]:
    """The same, gone again at the end."""
    yield store_url_in(folder)
    server = os.environ.get(SERVER)
    if server is not None:
        from tests.postgres import drop_database

        drop_database(server, _name(folder))


def _name(folder: Path) -> str:
    return f"segbot_{hashlib.sha256(str(folder).encode()).hexdigest()[:16]}"
