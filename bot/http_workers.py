"""`segbot run --http --workers N`: several processes on one port, started, watched and stopped."""

import logging
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Final

from bot.http import serve
from bot.run import made_bot, start_log
from bot.settings import Settings, load_settings
from bot.stopping import Stop
from segmentation.errors import SegbotError

_LOOK_EVERY: Final = 0.5  # seconds
_PAUSE: Final = 1.0
_LAST_ORDERS: Final = 30.0  # seconds that a worker may take to finish what was begun
_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class _Worker:
    """A process that serves, and the pipe on which it says that it can answer."""

    process: "subprocess.Popen[bytes]"
    telling: int

    def becomes_ready(self) -> bool:
        """Wait until it can answer; False where it ended before that."""
        told = os.read(self.telling, 1)
        os.close(self.telling)
        return bool(told)


def run_workers(settings: Settings, workers: int) -> None:
    """Serve until SIGINT or SIGTERM, whatever is under way then being finished.

    A worker that dies is replaced. Raises SegbotError where the port is taken or one cannot start.
    """
    start_log()
    stop = Stop()
    with _listening(settings) as port, _lifeline() as lifeline:
        crew = [_started(port, lifeline) for _ in range(workers)]
        try:
            able = [worker.becomes_ready() for worker in crew]
            if not all(able) and not stop.is_told:
                raise SegbotError("A worker could not start; what it said stands above.")
            if not stop.is_told:
                _log.info("Segbot is ready, in %d processes", workers)
            while not stop.wait(_LOOK_EVERY):
                crew = [
                    worker if worker.process.poll() is None else _another(worker, port, lifeline)
                    for worker in crew
                ]
        finally:
            _stop([worker.process for worker in crew])
    _log.info("Segbot has stopped")


def _another(dead: _Worker, port: socket.socket, lifeline: int) -> _Worker:
    """A worker in the place of a dead one, after a pause: what it died of may take a while."""
    _log.error("A worker ended with %s; another one takes its place", dead.process.returncode)
    time.sleep(_PAUSE)
    worker = _started(port, lifeline)
    threading.Thread(target=worker.becomes_ready, daemon=True).start()
    return worker


def _started(port: socket.socket, lifeline: int) -> _Worker:
    telling, tells = os.pipe()
    handed = (port.fileno(), tells, lifeline)
    command = [sys.executable, "-m", "bot.http_workers", *map(str, handed)]
    # A session of its own: Ctrl-C reaches the first process, and that one stops the others.
    process = subprocess.Popen(command, pass_fds=handed, start_new_session=True)  # noqa: S603 - our own
    os.close(tells)
    return _Worker(process, telling)


def _stop(processes: list["subprocess.Popen[bytes]"]) -> None:
    for process in processes:
        process.terminate()
    for process in processes:
        try:
            process.wait(_LAST_ORDERS)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


@contextmanager
def _listening(settings: Settings) -> Iterator[socket.socket]:
    host, port = settings.segbot_http_host, settings.segbot_http_port
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    # TCP by name: without it asyncio leaves Nagle's algorithm on, and answers take 40 ms more.
    with socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP) as listening:
        listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            listening.bind((host, port))
        except OSError as error:
            raise SegbotError(
                f"Segbot cannot listen on {host}, port {port} ({error.strerror}). Name another in "
                "SEGBOT_HTTP_HOST or SEGBOT_HTTP_PORT."
            ) from None
        listening.listen(2048)
        yield listening


@contextmanager
def _lifeline() -> Iterator[int]:
    """The reading end of a pipe that closes when this process ends, however it ends."""
    reading, writing = os.pipe()
    try:
        yield reading
    finally:
        os.close(writing)
        os.close(reading)


def work(port: int, tells: int, lifeline: int) -> None:
    """One worker: serve on a socket that was handed over, until told to or left alone."""

    def orphaned() -> None:
        os.read(lifeline, 1)  # which comes back when nobody has the other end any more
        os.kill(os.getpid(), signal.SIGTERM)

    def ready() -> None:
        os.write(tells, b"1")
        os.close(tells)
        threading.Thread(target=orphaned, name="lifeline", daemon=True).start()

    settings = load_settings(http=True)
    serve(made_bot(settings), settings, ready, [socket.socket(fileno=port)])


def main() -> None:
    """Run one worker; an error that a person can mend is one sentence and exit code 1."""
    try:
        work(*map(int, sys.argv[1:]))
    except SegbotError as error:
        print(f"segbot: {error}", file=sys.stderr)  # noqa: T201 - the command line's own voice
        sys.exit(1)


if __name__ == "__main__":
    main()
