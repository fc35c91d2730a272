"""The process that scores a list, apart from the one that answers: its memory and its haste."""

import os
import re
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from segmentation.errors import SegbotError
from segmentation.list_summary import ListSummary

SCORED: Final = "scored.csv"
CHART: Final = "chart.png"
_SUMMARY: Final = "summary.json"
_SAID: Final = "progress.txt"
_WRONG: Final = "errors.txt"
_LOOK_EVERY: Final = 0.5  # seconds
_TAIL: Final = 200  # bytes of progress that hold its last line
_MILDER: Final = 10  # on the scale of `nice`: look-ups come first
_SECRETS: Final = ("SLACK_", "SEGBOT_AUDIT_KEY")


class StoppedError(Exception):
    """The bot was told to stop while a list was being scored."""


@dataclass(frozen=True, slots=True)
class Worker:
    """How a list is scored: settings for the process, and when it is given up.

    `seconds` is how long one list may take; `most_ids` how many ids without figures it may have.
    """

    settings: Mapping[str, str]
    seconds: float
    most_ids: int

    def score(
        self,
        folder: Path,
        file: Path,
        name: str,
        on_progress: Callable[[int, int], None],
        stop: threading.Event,
    ) -> ListSummary:
        """Score a file under the model in `folder`, where the results are written as well.

        `on_progress` hears now and then how many rows are done and about how many there are, both
        0 while that is not known. Raises SegbotError where
        the file cannot be used or takes too long, and StoppedError when `stop` is set.
        """
        said, wrong = folder / _SAID, folder / _WRONG
        with said.open("wb") as out, wrong.open("wb") as errors:
            process = subprocess.Popen(  # noqa: S603 - our own command
                self._command(folder, file, name),
                env=self._environment(),
                stdin=subprocess.DEVNULL,
                stdout=out,
                stderr=errors,
                start_new_session=True,  # Ctrl-C is for the bot, which then ends this
            )
            try:
                _make_way(process)
                self._watch(process, name, lambda: _tell_progress(said, on_progress), stop)
            finally:
                process.kill()
                process.wait()
        if process.returncode:
            raise _error(wrong.read_text(encoding="utf-8", errors="replace"))
        return ListSummary.from_json((folder / _SUMMARY).read_text(encoding="utf-8"))

    def _watch(
        self,
        process: subprocess.Popen[bytes],
        name: str,
        look: Callable[[], None],
        stop: threading.Event,
    ) -> None:
        end = time.monotonic() + self.seconds
        while process.poll() is None:
            if stop.wait(0):
                raise StoppedError
            if time.monotonic() > end:
                raise SegbotError(
                    f"“{name}” took longer than {self.seconds / 60:.0f} minutes and was given up: "
                    "split it into smaller files."
                )
            try:
                process.wait(_LOOK_EVERY)
            except subprocess.TimeoutExpired:
                look()

    def _command(self, folder: Path, file: Path, name: str) -> list[str]:
        return [
            *(sys.executable, "-m", "bot", "score-list", str(file)),
            *("--out", str(folder / SCORED)),
            *("--summary", str(folder / _SUMMARY)),
            *("--chart", str(folder / CHART)),
            *("--model", str(folder)),
            *("--most-ids", str(self.most_ids)),
            f"--called={name}",
        ]

    def _environment(self) -> dict[str, str]:
        """What the bot has, without what a process that reads strangers' files must not know."""
        kept = {name: value for name, value in os.environ.items() if not name.startswith(_SECRETS)}
        return kept | {"OPENBLAS_NUM_THREADS": "1"} | dict(self.settings)


def _make_way(process: subprocess.Popen[bytes]) -> None:
    if hasattr(os, "setpriority"):
        os.setpriority(os.PRIO_PROCESS, process.pid, _MILDER)


def _tell_progress(said: Path, on_progress: Callable[[int, int], None]) -> None:
    with said.open("rb") as file:
        file.seek(max(0, said.stat().st_size - _TAIL))
        lines = re.findall(rb"^(\d+) of about (\d+) rows$", file.read(), re.MULTILINE)
    done, expected = lines[-1] if lines else (0, 0)
    on_progress(int(done), int(expected))


def _error(wrong: str) -> Exception:
    """What the process said it broke on: a person's fault, or ours, then without any figure."""
    told = re.search(r"^segbot: (.*)", wrong, re.MULTILINE | re.DOTALL)
    if told:
        return SegbotError(told[1].strip())
    places = re.findall(r'File "[^"]*[/\\]([^"]+)", line (\d+)', wrong)
    kind = re.findall(r"^(\w[\w.]*)(?=:|$)", wrong, re.MULTILINE)[-1:]
    where = " < ".join(f"{file}:{line}" for file, line in reversed(places))
    return RuntimeError(f"The process that scores lists broke ({', '.join(kind)}): {where}")
