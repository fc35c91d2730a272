"""A PostgreSQL server of the tests' own: on a unix socket in a temporary folder, gone with them."""

import os
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import mkdtemp
from typing import Final

import psycopg
from sqlalchemy import make_url

QUICK: Final = "-c fsync=off -c full_page_writes=off -c max_connections=300"
_SCRIPT: Final = Path(__file__).with_suffix(".sh")


class PostgresMissingError(Exception):
    """No PostgreSQL server is installed that can be started here."""


@contextmanager
def server(options: str = QUICK) -> Iterator[str]:
    """Run a server while inside, and tell the URL of its first database.

    `options` are the server's own; QUICK gives up what only matters when the machine fails.
    Raises PostgresMissingError where there is none to run.
    """
    as_owner = _as_owner()
    folder = Path(mkdtemp(prefix="segbot-pg-"))
    if as_owner:
        shutil.chown(folder, "postgres")
    script = _SCRIPT.read_text(encoding="utf-8")  # its owner may not reach the project's folder
    running = subprocess.Popen(
        [*as_owner, "/bin/sh", "-c", script, _SCRIPT.name, binaries(), folder, options],
        cwd=folder,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    assert running.stdin is not None
    assert running.stdout is not None
    try:
        assert running.stdout.readline() == "ready\n"
        yield f"postgresql://segbot@/postgres?host={folder}"
    finally:
        running.stdin.close()
        running.stdout.close()
        running.wait()


def make_database(server_url: str, name: str) -> str:
    """Make an empty database of that name, where it is not there, and tell its URL."""
    with psycopg.connect(server_url, autocommit=True) as connection:
        there = connection.execute("select 1 from pg_database where datname = %s", [name])
        if there.fetchone() is None:
            connection.execute(f'create database "{name}"'.encode())
    return make_url(server_url).set(database=name).render_as_string(hide_password=False)


def drop_database(server_url: str, name: str) -> None:
    """Drop a database, whoever is connected to it still."""
    with psycopg.connect(server_url, autocommit=True) as connection:
        connection.execute(f'drop database if exists "{name}" with (force)'.encode())


def binaries() -> Path:
    """The folder of `initdb` and `pg_ctl`: on the PATH, or where Debian puts the newest."""
    on_path = shutil.which("initdb")
    if on_path is not None:
        return Path(on_path).resolve().parent
    found = Path("/usr/lib/postgresql").glob("*/bin/initdb")
    newest = max(found, key=lambda path: int(path.parts[-3]), default=None)
    if newest is None:
        raise PostgresMissingError("No initdb was found: install PostgreSQL 15 or newer.")
    return newest.parent


def _as_owner() -> list[str]:
    """What a command is preceded by so that it does not run as root, which PostgreSQL refuses."""
    if os.geteuid() != 0:
        return []
    if shutil.which("runuser") is None:
        raise PostgresMissingError("PostgreSQL does not run as root, and there is no runuser here.")
    return ["runuser", "-u", "postgres", "--"]
