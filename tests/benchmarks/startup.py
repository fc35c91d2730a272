"""Starting `segbot run` until it can answer, against importing slack_bolt alone."""

import os
import statistics
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import psutil

from bot.local_workspace import LocalWorkspace
from bot.manifest import manifest
from segmentation.model_folder import save
from segmentation.portfolio import portfolio_from_frame
from segmentation.synthetic import synthetic_portfolio
from segmentation.training import train
from tests.benchmarks.goals import READY_CPU, READY_MEMORY
from tests.benchmarks.measuring import Comparison

STARTS = 5
_IMPORTS = "import slack_bolt; print('ready', flush=True); input()"


def compared() -> list[Comparison]:
    """CPU seconds and resident memory, medians of interleaved starts."""
    with TemporaryDirectory() as name, (workspace := LocalWorkspace(manifest())).running():
        folder = Path(name)
        portfolio = portfolio_from_frame(synthetic_portfolio(500, np.random.default_rng(1)), "made")
        save(train(portfolio, 42, datetime.now(UTC)), folder / "model")
        pairs = [(_bot(workspace, folder), _imports()) for _ in range(STARTS)]
    (cpu, memory), (cpu_imports, memory_imports) = (
        [statistics.median(run[side][figure] for run in pairs) for figure in (0, 1)]
        for side in (0, 1)
    )
    against = "import slack_bolt"
    return [
        Comparison(
            "segbot run until ready, CPU", f"{cpu:.2f} s", against, f"{cpu_imports:.2f} s",
            cpu / cpu_imports, READY_CPU,
        ),
        Comparison(
            "segbot run until ready, memory", f"{memory:.0f} MB", against,
            f"{memory_imports:.0f} MB", memory, READY_MEMORY,
        ),
    ]  # fmt: skip


def _bot(workspace: LocalWorkspace, folder: Path) -> tuple[float, float]:
    environment = dict(os.environ) | {
        "SLACK_API_URL": workspace.api_url,
        "SLACK_BOT_TOKEN": workspace.bot_token,
        "SLACK_APP_TOKEN": workspace.app_token,
        "SEGBOT_DIGEST_CHANNEL": "C01SEGMENTS",
        "SEGBOT_MODEL_DIR": str(folder / "model"),
        "SEGBOT_STORE_URL": f"sqlite:///{folder / 'segbot.db'}",
    }
    command = [sys.executable, "-m", "bot", "run"]
    with subprocess.Popen(command, env=environment, stderr=subprocess.PIPE, text=True) as process:
        assert process.stderr is not None
        for line in process.stderr:
            if "Segbot is ready" in line:
                break
        figures = _figures(process.pid)
        process.terminate()
        process.stderr.read()
    return figures


def _imports() -> tuple[float, float]:
    command = [sys.executable, "-c", _IMPORTS]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        process.stdout.readline()
        figures = _figures(process.pid)
        process.communicate(b"\n")
    return figures


def _figures(pid: int) -> tuple[float, float]:
    """CPU seconds used so far, and resident megabytes."""
    process = psutil.Process(pid)
    times = process.cpu_times()
    return times.user + times.system, process.memory_info().rss / 1e6
