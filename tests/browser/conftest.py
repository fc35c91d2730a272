"""The demo as a newcomer starts it, and a browser that keeps screenshots in artifacts/."""

import re
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Locator, Page, sync_playwright

ROOT = Path(__file__).parents[2]
ARTIFACTS = ROOT / "artifacts"
CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or "chromium"
FLAGS = ("--no-sandbox", "--disable-gpu", "--disable-background-networking", "--no-first-run")
Keep = Callable[[Page | Locator, str], None]


@contextmanager
def demo(folder: Path, *options: str) -> Iterator[str]:
    """`segbot demo` in a folder of its own; the address it prints."""
    shutil.copytree(ROOT / "model", folder / "model")
    command = [sys.executable, "-m", "bot", "demo", "--no-browser", "--port", "0", *options]
    process = subprocess.Popen(command, cwd=folder, stderr=subprocess.PIPE, text=True)
    try:
        yield _address(process)
    finally:
        process.send_signal(signal.SIGINT)
        told = process.communicate(timeout=30)[1]
    assert process.returncode == 0, told
    assert told.rstrip().endswith("Stopped.")
    assert "Traceback" not in told


def _address(process: subprocess.Popen[str]) -> str:
    assert process.stderr is not None
    log, address = "", ""
    while "Posted the digest" not in log or not address:
        line = process.stderr.readline()
        assert line, f"the demo ended early:\n{log}"
        log += line
        if found := re.search(r"ready: (http://\S+)", line):
            address = found[1]
    return address


@pytest.fixture(scope="session")
def made_up_demo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with demo(tmp_path_factory.mktemp("demo")) as address:
        yield address


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        launched = playwright.chromium.launch(executable_path=CHROMIUM, args=list(FLAGS))
        yield launched
        launched.close()


@pytest.fixture
def open_page(browser: Browser) -> Iterator[Callable[..., Page]]:
    """Opens pages; afterwards none may have complained, or asked anything of another machine."""
    complaints: list[str] = []
    pages: list[Page] = []

    def opened(address: str, width: int = 1280, height: int = 900, **options: object) -> Page:
        page = browser.new_page(
            viewport={"width": width, "height": height},
            device_scale_factor=2,
            **options,  # type: ignore[arg-type]
        )
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.on(
            "console",
            lambda told: complaints.append(told.text) if told.type == "error" else None,
        )
        page.on(
            "request",
            lambda request: (
                None
                if request.url.startswith((re.split("[?#]", address)[0], "data:", "blob:"))
                else complaints.append(request.url)
            ),
        )
        page.goto(address)
        pages.append(page)
        return page

    yield opened
    for page in pages:
        assert page.locator(".unknown-block").count() == 0
        page.close()
    assert complaints == []


@pytest.fixture
def keep() -> Keep:
    """Keeps a screenshot under a name in artifacts/."""
    ARTIFACTS.mkdir(exist_ok=True)

    def kept(shown: Page | Locator, name: str) -> None:
        shown.screenshot(path=ARTIFACTS / f"{name}.png", animations="disabled")

    return kept
