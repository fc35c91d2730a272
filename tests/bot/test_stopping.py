"""Stopping: whenever the signal comes, the process ends in good order."""

import subprocess
import sys

import pytest

_SIGNALLED_AT_EVERY_LINE = """
import signal, sys
from bot.stopping import Stop

def is_told_at(moment):
    stop, lines = Stop(), []

    def trace(frame, event, _argument):
        if event == "line":
            lines.append(frame.f_lineno)
            if len(lines) == moment:
                sys.settrace(None)
                signal.raise_signal(signal.{name})
        return trace

    sys.settrace(trace)
    told = stop.wait(0.01)
    sys.settrace(None)
    return told if len(lines) >= moment else None  # None: the wait has no such line

moment = 1
while (told := is_told_at(moment)) is not None:
    assert told
    moment += 1
print(moment - 1)
"""


_SIGNALLED_IN_ANOTHER_THREAD = """
import signal, threading
from bot.stopping import Stop

def signalled():
    signal.pthread_kill(threading.get_ident(), signal.SIGTERM)

stop = Stop()
threading.Timer(0.1, signalled).start()
print(stop.wait())
"""


@pytest.mark.parametrize("name", ["SIGINT", "SIGTERM"])
def test_a_signal_at_any_moment_of_the_wait_ends_it(name: str) -> None:
    moments = _said_by(_SIGNALLED_AT_EVERY_LINE.format(name=name))
    assert int(moments) > 1, "the wait has fewer lines than there are moments to try"


def test_a_signal_that_another_thread_gets_ends_the_wait() -> None:
    assert _said_by(_SIGNALLED_IN_ANOTHER_THREAD) == "True\n"


def test_a_wait_that_nobody_ends_is_over_when_its_time_is() -> None:
    assert _said_by("from bot.stopping import Stop; print(Stop().wait(0.01))") == "False\n"


def _said_by(script: str) -> str:
    ran = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, timeout=30, check=False
    )
    assert ran.returncode == 0, ran.stderr
    return ran.stdout
