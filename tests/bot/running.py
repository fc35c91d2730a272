"""A `segbot run` in a process of its own."""

import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager

from bot.local_workspace import Driver


class Bot:
    """A `segbot run` of its own, and what it has logged so far."""

    def __init__(self, environment: dict[str, str], *flags: str) -> None:
        command = [sys.executable, *flags, "-m", "bot", "run"]
        self.process = subprocess.Popen(command, env=environment, stderr=subprocess.PIPE, text=True)
        self.log = ""

    def wait_for(self, line: str) -> None:
        """Read the log until a line has come; fails when the process ends first."""
        assert self.process.stderr is not None
        while line not in self.log:
            read = self.process.stderr.readline()
            assert read, f"the bot ended without saying {line!r}:\n{self.log}"
            self.log += read

    def ended(self, number: signal.Signals) -> int:
        """Its exit code after a signal, the rest of the log being read."""
        self.process.send_signal(number)
        self.log += self.process.communicate(timeout=15)[1]
        return self.process.returncode


@contextmanager
def running(environment: dict[str, str], *flags: str) -> Iterator[Bot]:
    bot = Bot(environment, *flags)
    try:
        bot.wait_for("Segbot is ready")
        yield bot
    finally:
        bot.process.kill()
        bot.process.communicate()


def digests(member: Driver) -> list[dict]:
    """What was posted in the digest's channel, threads left out."""
    seen = member.sees("segments")
    return [m for m in seen if m["bot"] and not m["ephemeral"] and not m["thread_ts"]]
