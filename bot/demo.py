"""The demo: a portfolio and snapshots made once and kept, then the local workspace and the bot."""

import hashlib
import os
import shutil
import signal
import subprocess
import sys
import webbrowser
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

from rich.console import Console

from bot.demo_cast import (
    CHANNELS,
    DIGEST_CHANNEL,
    LINKS,
    MEMBERS,
    POLICY,
    Examples,
    greeting,
    set_up,
    talk,
    typical_customers,
)
from bot.local_workspace import LocalWorkspace, PortInUse
from bot.manifest import manifest
from segmentation.errors import SegbotError
from segmentation.model_formats import FORMAT
from segmentation.portfolio_files import file_bytes
from segmentation.schema import SNAPSHOTS
from segmentation.store import open_store

_FOLDER: Final = Path(".segbot/demo")
_VERSION: Final = 1  # raised when the demo's data are made differently
_PROXIES: Final = ("HTTP_PROXY", "HTTPS_PROXY", "http_proxy", "https_proxy")
_READY_WITHIN: Final = 30  # seconds
_STOP_WITHIN: Final = 10  # seconds
_console = Console(stderr=True, highlight=False)


@dataclass(frozen=True, slots=True)
class Prepared:
    """A model folder and a store that are ready to be asked."""

    folder: Path
    label: str

    @property
    def model(self) -> Path:
        """The model folder."""
        return self.folder / "model"

    @property
    def store(self) -> Path:
        """The store's file, without what a bot wrote into it."""
        return self.folder / "segbot.db"


def run_demo(data: Path | None, port: int, *, browser: bool) -> None:
    """Show the bot in a local workspace until Ctrl-C; a busy port is replaced by a free one."""
    now = datetime.now(UTC)
    prepared = _prepared(data, now)
    kept = open_store(f"sqlite:///{prepared.store}")
    whose = f"The customers are those of {data.name}" if data else "Every customer in it is made up"
    examples = Examples(typical_customers(kept), whose)
    kept.engine.dispose()
    workspace = LocalWorkspace(
        manifest(links=LINKS), members=MEMBERS, channels=CHANNELS, greeting=greeting(examples)
    )
    for number in (signal.SIGINT, signal.SIGTERM):  # a script may have switched them off
        signal.signal(number, signal.default_int_handler)
    with ExitStack() as stack, suppress(KeyboardInterrupt):
        # A copy for this run: the workspace forgets its messages, so the ledger has to as well.
        folder = stack.enter_context(TemporaryDirectory(prefix="segbot-demo-"))
        store = Path(shutil.copy(prepared.store, folder))
        _set_up(store, now)
        url = _served(stack, workspace, port)
        bot = stack.enter_context(_bot(workspace, prepared, store))
        _wait_until_ready(workspace, bot)
        talk(workspace, examples)
        _console.print(f"\nSegbot is ready: [bold]{url}[/bold]\nCtrl-C stops it.")
        _console.print(f"Its store until then: SEGBOT_STORE_URL=sqlite:///{store}", soft_wrap=True)
        if browser and _has_display():
            webbrowser.open(url)
        bot.wait()
        raise SegbotError("The bot stopped by itself; its last lines above say why.")
    _console.print("Stopped.")


def _set_up(file: Path, now: datetime) -> None:
    store = open_store(f"sqlite:///{file}")
    set_up(store, now)
    store.engine.dispose()


def _served(stack: ExitStack, workspace: LocalWorkspace, port: int) -> str:
    try:
        return stack.enter_context(workspace.running(port))
    except PortInUse:
        _console.print(f"Port {port} is taken, so another one is used.")
        return stack.enter_context(workspace.running(0))


def _wait_until_ready(workspace: LocalWorkspace, bot: subprocess.Popen[bytes]) -> None:
    try:
        workspace.wait_for_bot(seconds=_READY_WITHIN)
    except TimeoutError:
        ended = bot.poll() is not None
        what = "ended" if ended else "did not connect in time"
        raise SegbotError(f"The bot {what}; its last lines above say why.") from None


@contextmanager
def _bot(
    workspace: LocalWorkspace, prepared: Prepared, store: Path
) -> Iterator[subprocess.Popen[bytes]]:
    """`segbot run` against the workspace, as it would run against Slack; ended on leaving."""
    environment = (
        dict(os.environ)
        | dict.fromkeys(_PROXIES, "")
        | {
            "SLACK_API_URL": workspace.api_url,
            "SLACK_BOT_TOKEN": workspace.bot_token,
            "SLACK_APP_TOKEN": workspace.app_token,
            "SEGBOT_DIGEST_CHANNEL": DIGEST_CHANNEL,
            "SEGBOT_CATCH_UP_HOURS": "168",  # so that the digest is there on any day of the week
            "SEGBOT_MODEL_DIR": str(prepared.model),
            "SEGBOT_STORE_URL": f"sqlite:///{store}",
            "SEGBOT_DATA_LABEL": prepared.label,
            "SEGBOT_POLICY": str(POLICY),
            "SEGBOT_UNFURL": LINKS.address,
        }
    )
    command = [sys.executable, "-m", "bot", "run"]
    process = subprocess.Popen(command, env=environment)  # noqa: S603 - our own command
    try:
        yield process
    finally:
        process.terminate()
        try:
            process.wait(_STOP_WITHIN)
        except subprocess.TimeoutExpired:
            process.kill()


def _has_display() -> bool:
    """Whether a browser can be opened that is not a text browser in this terminal."""
    return sys.platform in ("darwin", "win32") or any(
        os.environ.get(name) for name in ("DISPLAY", "WAYLAND_DISPLAY")
    )


def _prepared(data: Path | None, now: datetime) -> Prepared:
    """The demo's model and snapshots, from an earlier start where nothing has changed since."""
    label = "" if data else "Every customer here is made up"
    newest = now.date() if data else now.date() - timedelta(days=now.weekday())
    origin = hashlib.sha256(file_bytes(data)).hexdigest() if data else "made-up"
    key = hashlib.sha256(
        f"{_VERSION} {FORMAT} {SNAPSHOTS.newest} {newest} {origin}".encode()
    ).hexdigest()[:12]
    prepared = Prepared(_FOLDER / key, label)
    if not prepared.folder.exists():
        from bot.demo_data import prepare  # what trains takes a second to load

        for outdated in _FOLDER.glob("[0-9a-f]*"):
            shutil.rmtree(outdated)
        beside = Prepared(_FOLDER / f".{key}.new", label)
        shutil.rmtree(beside.folder, ignore_errors=True)
        prepare(data, newest, model_folder=beside.model, store_file=beside.store, now=now)
        beside.folder.rename(prepared.folder)
    return prepared
