"""`/segment <id>` over loopback HTTP, so many members in flight, against a bare ASGI app."""

import json
import os
import socket
import statistics
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

import psutil

from bot.local_workspace import LocalWorkspace
from bot.manifest import manifest
from tests.benchmarks.goals import LOOKUP_HTTP
from tests.benchmarks.lookup_store import MEMBERS, connected, filled, signed_requests, some_ids
from tests.benchmarks.measuring import Comparison

SIZES = (10_000,)
LARGE = (10_000_000,)
AT_ONCE = (1, 16, 64)
SECONDS = 1.5
ROUNDS = 3
_BARE = "tests.benchmarks.bare_asgi"
_THE_SAME = "a bare ASGI app that does the same"
_UVICORN = (sys.executable, "-m", "uvicorn", "--factory")
_SERVERS = {
    "segbot run --http": (sys.executable, "-m", "bot", "run", "--http"),
    "a bare ASGI app that records nothing": (*_UVICORN, f"{_BARE}:plain"),
    _THE_SAME: (*_UVICORN, f"{_BARE}:recording"),
}


@dataclass(frozen=True, slots=True)
class Served:
    """What one server did while so many members asked: answers, and its CPU seconds."""

    answers: int
    cpu: float

    @property
    def a_second(self) -> float:
        """Answers a second per core."""
        return self.answers / self.cpu


def compared(sizes: Sequence[int] = SIZES) -> list[Comparison]:
    """Answers a second per core; the servers take turns, and medians are told."""
    rows = []
    with (workspace := LocalWorkspace(manifest(), members=MEMBERS)).running():
        for customers in sizes:
            with TemporaryDirectory() as folder:
                settings = filled(Path(folder), customers) | connected(workspace)
                rows += _compared(Path(folder), settings, customers)
    return rows


def _compared(folder: Path, settings: dict[str, str], customers: int) -> list[Comparison]:
    asked = folder / "requests"
    requests = signed_requests(some_ids(customers, 500))
    lines = (json.dumps({"body": body.decode(), "headers": headers}) for body, headers in requests)
    asked.write_text("\n".join(lines), encoding="utf-8")
    rows = []
    with ExitStack() as running:
        servers = {
            name: running.enter_context(_serving(command, settings))
            for name, command in _SERVERS.items()
        }
        for port, process in servers.values():
            _served(port, process, 16, asked)  # warm
        for members in AT_ONCE:
            rounds = [
                {name: _served(*server, members, asked) for name, server in servers.items()}
                for _ in range(ROUNDS)
            ]
            ours, *others = (
                statistics.median(each[name].a_second for each in rounds) for name in servers
            )
            rows += [
                Comparison(
                    f"/segment over HTTP, {members} in flight, {customers:,} customers",
                    f"{ours:.0f} a second per core",
                    name,
                    f"{other:.0f} a second per core",
                    ours / other,
                    LOOKUP_HTTP if members == 16 else None,
                )
                for name, other in zip([*servers][1:], others, strict=True)
            ]
    return rows


def _served(port: int, process: psutil.Process, members: int, asked: Path) -> Served:
    asking = [sys.executable, "-m", "tests.benchmarks.members", str(port), str(members)]
    before = _cpu(process)
    told = subprocess.run(
        [*asking, str(SECONDS), str(asked)], capture_output=True, text=True, check=True
    )
    return Served(int(told.stdout.split()[0]), _cpu(process) - before)


def _cpu(process: psutil.Process) -> float:
    """CPU seconds of a server and its workers so far."""
    each = [process, *process.children(recursive=True)]
    return sum(times.user + times.system for times in (one.cpu_times() for one in each))


@contextmanager
def _serving(
    command: Sequence[str], settings: dict[str, str]
) -> Iterator[tuple[int, psutil.Process]]:
    port = _free_port()
    environment = {name.upper(): value for name, value in settings.items()}
    environment |= {"SEGBOT_HTTP_PORT": str(port), "UVICORN_PORT": str(port)}
    quiet = {"UVICORN_LOG_LEVEL": "warning", "UVICORN_ACCESS_LOG": "false"}
    with subprocess.Popen(
        command, env=dict(os.environ) | environment | quiet, stderr=subprocess.DEVNULL
    ) as process:
        try:
            _wait_for(port, process)
            yield port, psutil.Process(process.pid)
        finally:
            process.terminate()


def _free_port() -> int:
    with closing(socket.socket()) as held:
        held.bind(("127.0.0.1", 0))
        port: int = held.getsockname()[1]
        return port


def _wait_for(port: int, process: "subprocess.Popen[bytes]") -> None:
    while process.poll() is None:
        try:
            socket.create_connection(("127.0.0.1", port)).close()
        except ConnectionRefusedError:
            time.sleep(0.1)
        else:
            return
    raise AssertionError("the server ended before it listened")
