"""An installer is led from an empty folder to a bot that answers; a workspace comes and goes."""

import json
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from bot.answering import Answering
from bot.blocks import card
from bot.http import http_app
from bot.installations import DEPARTURES
from bot.local_workspace import Driver, LocalWorkspace
from bot.manifest import manifest
from bot.run import Bot, made_bot
from bot.settings import Settings, load_settings
from bot.socket_mode import SocketMode
from segmentation.portfolio import Portfolio
from segmentation.training import TrainedModel
from tests.bot.conftest import LAST_WEEK, Segbot, portfolio_file
from tests.bot.serving import Address
from tests.bot.test_oauth import Browser
from tests.conftest import Publish
from tests.stories.conftest import furnished
from tests.stories.office import CHANNELS, MEMBERS, Clock, Doorkeeper, asks

__all__ = ["portfolio_file"]
DRIVES = set(DEPARTURES)


@pytest.fixture
def in_an_empty_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., None]:
    """Nothing is set; what is given is written into .env, as an installer does."""
    monkeypatch.chdir(tmp_path)
    for name in Settings.model_fields:
        monkeypatch.delenv(name.upper(), raising=False)

    def write(**lines: str) -> None:
        with (tmp_path / ".env").open("a", encoding="utf-8") as file:
            file.writelines(f"{name}={value}\n" for name, value in lines.items())

    return write


@contextmanager
def at_work(bot: Bot, settings: Settings, address: Address | None) -> Iterator[None]:
    """The bot connected as `segbot run` or `segbot run --http` connects it."""
    if address is not None:
        with address.serving(http_app(bot, settings)):
            yield
        return
    answering = Answering(bot.app, settings.segbot_listener_threads)
    handler = SocketMode(bot.app, settings.slack_app_token.get_secret_value(), answering)
    greeted = threading.Event()
    handler.client.on_message_listeners.append(lambda _hello: greeted.set())
    handler.connect()
    assert greeted.wait(20)
    try:
        yield
    finally:
        answering.close()
        handler.close()
        bot.desk.errands.close()
        bot.desk.lists.close()


@pytest.mark.usefixtures("portfolio_file")
@pytest.mark.parametrize("flags", [(), ("--http",)], ids=["Socket Mode", "signed HTTP"])
def test_an_installer_is_led_by_the_doctor_to_a_bot_that_answers(
    flags: tuple[str, ...], segbot: Segbot, in_an_empty_folder: Callable[..., None]
) -> None:
    address = Address() if flags else None
    where = ("--http", "https://bot.example.com") if flags else ()
    workspace = LocalWorkspace(
        json.loads(segbot("manifest", *where)),
        members=MEMBERS,
        channels=CHANNELS,
        request_url=f"{address.url}/slack/events" if address else None,
    )
    with workspace.running():
        in_an_empty_folder(SLACK_API_URL=workspace.api_url)
        assert "Do this first. Settings: At api.slack.com/apps" in segbot("doctor", *flags, code=1)
        in_an_empty_folder(SLACK_BOT_TOKEN=workspace.bot_token)
        assert "Do this first. Settings: In your app" in segbot("doctor", *flags, code=1)
        in_an_empty_folder(
            SLACK_APP_TOKEN=workspace.app_token, SLACK_SIGNING_SECRET=workspace.signing_secret
        )
        assert "✗ Model: There is no model in model" in segbot("doctor", *flags, code=1)
        segbot("train", "portfolio.csv", "--resamples", "2")
        assert "no portfolio has been scored yet" in segbot("doctor", *flags, code=1)
        segbot("score", "portfolio.csv")
        run = " ".join(("segbot run", *flags))
        assert segbot("doctor", *flags).endswith(f"All is well: {run}\n")
        settings = load_settings(http=bool(flags))
        with at_work(made_bot(settings), settings, address):
            ada = workspace.member("Ada Okafor")
            assert "*Customer C10001*" in asks(ada, "/segment C10001", "segments")["text"]
    assert set(workspace.problems) == {"auth.test: not_authed"}  # the doctor's, without a token


@pytest.fixture
def address() -> Iterator[Address]:
    made = Address()
    yield made
    made.listening.close()


@pytest.fixture
def others_workspace(address: Address) -> Iterator[LocalWorkspace]:
    """A workspace that has not installed the bot yet."""
    made = manifest("https://bot.example.com", many=True)
    made["oauth_config"]["redirect_urls"] = [f"{address.url}/slack/oauth_redirect"]
    workspace = LocalWorkspace(
        made, members=MEMBERS, channels=CHANNELS, request_url=f"{address.url}/slack/events"
    )
    with workspace.running():
        yield workspace
    assert set(workspace.problems) <= {"auth.test: token_revoked"}


@pytest.fixture
def for_many(
    others_workspace: LocalWorkspace,
    tmp_path: Path,
    trained: TrainedModel,
    portfolio: Portfolio,
    publish_portfolio: Publish,
) -> Settings:
    """The settings of a bot that many workspaces may install."""
    publish_portfolio(portfolio, LAST_WEEK)
    return furnished(
        tmp_path,
        trained,
        slack_api_url=others_workspace.api_url,
        slack_signing_secret=others_workspace.signing_secret,
        slack_client_id=others_workspace.client_id,
        slack_client_secret=others_workspace.client_secret,
        segbot_workspaces="many",
        segbot_teams=others_workspace.team_id,
        segbot_unfurl="",
        segbot_digest_channel="",
    )


def test_a_workspace_installs_the_bot_uses_it_and_removes_it_without_a_trace(
    others_workspace: LocalWorkspace, for_many: Settings, address: Address, portfolio: Portfolio
) -> None:
    bot, door = made_bot(for_many), Doorkeeper(Clock(), set())
    bot.app.use(door.middleware())
    ada: Driver = others_workspace.member("Ada Okafor")
    with address.serving(http_app(bot, for_many)):
        assert "not installed in this workspace" in asks(ada, "/segment help", "segments")["text"]
        status, page = Browser().installs(address)
        assert (status, "Segbot is installed in" in page) == (200, True)
        asks(ada, f"/segment {portfolio.ids[0]}", "segments")
        ada.presses(card.WATCH)
        ada.wait_for_message("segments", containing="You get a direct message when customer")
        others_workspace.uninstall()
        assert "not installed in this workspace" in asks(ada, "/segment help", "segments")["text"]
    assert bot.installations is not None
    assert bot.installations.installed() == []
    assert bot.desk.watches.of(ada.member.id) == []
    assert door.driven >= DRIVES
