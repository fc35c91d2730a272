"""A pytest plugin: the same tests with their stores on a PostgreSQL server of their own.

`pytest -p tests.on_postgresql`; SEGBOT_TEST_POSTGRESQL names another server to make databases on.
"""

import os
from contextlib import ExitStack

import pytest

from tests.databases import SERVER
from tests.postgres import server

_ours = ExitStack()


def pytest_configure(config: pytest.Config) -> None:
    """One server for all the processes that run tests; they find it in their environment."""
    # Tests leave their engines to the garbage collector, as SQLite lets them.
    config.addinivalue_line("filterwarnings", "ignore:.*was deleted while:ResourceWarning")
    if SERVER not in os.environ:
        os.environ[SERVER] = _ours.enter_context(server())


def pytest_unconfigure() -> None:
    """The server goes with whoever started it."""
    _ours.close()
