"""Scores a portfolio into a file or folder, and dies without a word (SIGKILL) half-way."""

import os
import signal
import sys
from datetime import date
from pathlib import Path

from segmentation.model_folder import load_model
from segmentation.playbook import load_playbook
from segmentation.portfolio_places import portfolio_at
from segmentation.scored_files import output_at
from segmentation.scored_tables import Looks
from segmentation.scoring_run import Run

portfolio, model_folder, out = map(Path, sys.argv[1:])
model, place = load_model(model_folder), portfolio_at(portfolio)


def die(_customers: int, end: int) -> None:
    if end > place.size / 2:
        os.kill(os.getpid(), signal.SIGKILL)


Run(
    place=place,
    as_of=date(2026, 11, 16),
    model=model,
    looks=Looks.of(model, load_playbook()),
    output=output_at(out, None, place.format),
    rejects=None,
    load=None,
    on_part=die,
)()
