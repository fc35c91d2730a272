"""`segbot run --http --workers`: processes that share a port, of which any may die."""

import http.client
import signal
import socket
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import psutil
import pytest

from bot.local_workspace import LocalWorkspace
from bot.manifest import manifest
from segmentation.model_folder import save
from segmentation.portfolio import Portfolio
from segmentation.training import TrainedModel
from tests.bot.conftest import CHANNELS, LAST_WEEK, MEMBERS, Segbot, bot_environment
from tests.conftest import Publish


def lines_until(process: "subprocess.Popen[str]", words: str) -> list[str]:
    assert process.stderr is not None
    read: list[str] = []
    while not any(words in line for line in read):
        read.append(process.stderr.readline())
        assert read[-1], "".join(read)
    return read


@pytest.mark.slow
def test_two_workers_answer_on_one_port_one_dies_and_all_stop_when_told(
    tmp_path: Path,
    store_url: str,
    trained: TrainedModel,
    portfolio: Portfolio,
    publish_portfolio: Publish,
) -> None:
    publish_portfolio(portfolio, LAST_WEEK)
    save(trained, tmp_path / "model")
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    workspace = LocalWorkspace(
        manifest("https://bot.example.com"), members=MEMBERS, channels=CHANNELS,
        request_url=f"http://127.0.0.1:{port}/slack/events",
    )  # fmt: skip
    ada = workspace.member("Ada Okafor")
    with workspace.running():
        environment = bot_environment(workspace, tmp_path / "model", store_url) | {
            "SLACK_SIGNING_SECRET": workspace.signing_secret,
            "SEGBOT_HTTP_PORT": str(port),
        }
        process = subprocess.Popen(
            [sys.executable, "-m", "bot", "run", "--http", "--workers", "2"],
            env=environment, stderr=subprocess.PIPE, text=True,
        )  # fmt: skip
        try:
            log = lines_until(process, "Segbot is ready, in 2 processes")
            assert sum("is ready" in line for line in log) == 1
            workers = psutil.Process(process.pid).children()
            assert len(workers) == 2
            workers[0].kill()
            lines_until(process, "another one takes its place")
            for customer in portfolio.ids[:6]:
                assert ada.types(f"/segment {customer}", channel="segments").error is None
                ada.wait_for_message("segments", containing=str(customer))
            with closing(http.client.HTTPConnection("127.0.0.1", port, timeout=10)) as asking:
                asking.request("GET", "/readyz")
                assert asking.getresponse().status == 200
            workers = psutil.Process(process.pid).children()
            process.send_signal(signal.SIGTERM)
            told = process.communicate(timeout=40)[1]
        finally:
            process.kill()
            process.wait()
    assert process.returncode == 0
    assert "Segbot has stopped" in told
    assert "Traceback" not in told
    assert not any(worker.is_running() for worker in workers)


def test_workers_without_http_are_refused_in_words(segbot: Segbot) -> None:
    assert "segbot run --http --workers N" in segbot("run", "--workers", "2", code=1)
