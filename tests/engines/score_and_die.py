"""Scores a portfolio (argument 2) under a model (1) to a place (3); dies (SIGKILL) half-way."""

import os
import signal
import sys
from pathlib import Path

import tests.engines.shelf  # noqa: F401 - makes shelf:// known
from segmentation.model import load_model
from tests.engines.running import run


def die(_: int) -> None:
    os.kill(os.getpid(), signal.SIGKILL)


run(load_model(Path(sys.argv[1])), sys.argv[2], sys.argv[3], on_done=die)
