"""The bot as it runs, in a local workspace: the real app, a real store, two weekly snapshots."""

import os
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import date, time, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import numpy as np
import pytest
from slack_bolt import BoltResponse
from slack_sdk import WebClient

from bot.__main__ import main
from bot.access import Access
from bot.answering import PATIENCE, Answering
from bot.app import identity, slack_app
from bot.audit import AuditTrail
from bot.desk import Desk, ModelShelf
from bot.digest import DigestDelivery
from bot.errands import Errands
from bot.feedback import Feedback
from bot.lease import Lease
from bot.ledger import Ledger
from bot.list_jobs import ListJobs
from bot.list_worker import Worker
from bot.lists import Lists
from bot.local_workspace import Channel, Driver, LocalWorkspace, Member
from bot.manifest import manifest
from bot.once import EventsTaken
from bot.policy import Policy, load_policy
from bot.recent import RecentLookUps
from bot.schedule import WeeklySlot
from bot.socket_mode import SocketMode
from bot.subscriptions import EVERYTHING, Part, Subscription, Subscriptions
from bot.watches import Watches
from segmentation.model import SegmentModel
from segmentation.model_folder import save
from segmentation.playbook import Playbook
from segmentation.portfolio import Portfolio
from segmentation.portfolio_scoring import scored_batches
from segmentation.publishing import publish
from segmentation.store import Store, open_store
from segmentation.synthetic import a_week_later, synthetic_portfolio
from segmentation.training import TrainedModel
from tests.conftest import NOON
from tests.databases import on_postgresql, store_url_in

LAST_WEEK, THIS_WEEK = date(2026, 11, 9), date(2026, 11, 16)
DIGEST_CHANNEL = Channel("C01SEGMENTS", "segments", "Weekly digest")
CHANNELS = (DIGEST_CHANNEL, Channel("C02RISK", "credit-risk", "Limits", bot_is_member=False))
MEMBERS = (
    Member("U01ADA", "Ada Okafor", "Credit risk"),
    Member("U02BEN", "Ben Ruiz", "Marketing"),
)
Segbot = Callable[..., str]
Middleware = Callable[..., BoltResponse]
OPEN = replace(load_policy(), a_minute=100_000)
WICKED = "<!channel>"  # the customer id of somebody who means harm


@pytest.fixture(scope="module")
def workspace() -> Iterator[LocalWorkspace]:
    made = LocalWorkspace(manifest(), members=MEMBERS, channels=CHANNELS)
    with made.running():
        yield made


@pytest.fixture(autouse=True)
def nothing_that_slack_would_refuse(request: pytest.FixtureRequest) -> Iterator[None]:
    wanted = "workspace" in request.fixturenames
    workspace = request.getfixturevalue("workspace") if wanted else None
    yield
    assert workspace is None or workspace.problems == ()


@pytest.fixture(scope="module")
def this_week(portfolio: Portfolio, model: SegmentModel) -> Portfolio:
    """The portfolio a week later: thirty customers turned to cash advances, one renamed."""
    values = portfolio.values.copy()
    values[:30] = model.typical(2)
    ids = np.array([*portfolio.ids[:-1], WICKED])
    return replace(portfolio, ids=ids, values=values)


@pytest.fixture(scope="module")
def desk(
    tmp_path_factory: pytest.TempPathFactory,
    trained: TrainedModel,
    playbook: Playbook,
    portfolio: Portfolio,
    this_week: Portfolio,
) -> Desk:
    folder = tmp_path_factory.mktemp("office")
    made = bare_desk(folder, trained, playbook)
    for scored, as_of in ((portfolio, LAST_WEEK), (this_week, THIS_WEEK)):
        publish(
            made.store,
            scored_batches(trained.model, scored),
            model=trained.model,
            as_of=as_of,
            source="portfolio.csv",
            started_at=NOON,
        )
    return made


def bare_desk(
    folder: Path, trained: TrainedModel, playbook: Playbook, policy: Policy = OPEN
) -> Desk:
    """A desk whose store has no snapshot yet."""
    save(trained, folder / "model")
    store = open_store(store_url_in(folder))
    audit = AuditTrail(store.engine, lambda: NOON)
    slot = WeeklySlot(0, time(9), ZoneInfo("Europe/Berlin"))
    return Desk(
        store=store,
        shelf=ModelShelf(folder / "model"),
        playbook=playbook,
        audit=audit,
        access=Access(policy, audit),
        watches=Watches(store.engine),
        feedback=Feedback(store.engine),
        events=EventsTaken(store.engine, lambda: NOON),
        recent=RecentLookUps(store.engine),
        subscriptions=Subscriptions(store.engine, Subscription(DIGEST_CHANNEL.id, slot)),
        ledger=Ledger(store.engine),
        links=None,
        slot=slot,
        label="Made-up customers",
        now=lambda: NOON,
        errands=Errands(),
        lists=lists_of(store, audit),
    )


def lists_of(
    store: Store,
    audit: AuditTrail,
    seconds: float = 60,
    most_mb: int = 50,
    update_every: float = 2,
) -> Lists:
    """What scores lists, with the real process."""
    url = store.engine.url.render_as_string(hide_password=False)
    return Lists(
        ListJobs(store.engine),
        audit,
        Worker({"SEGBOT_STORE_URL": url}, seconds, most_ids=1_000),
        lambda: NOON,
        "Made-up customers",
        most_mb,
        update_every=update_every,
    )


def for_channel(
    desk: Desk, channel: str, *, owner: str = "", parts: frozenset[Part] = EVERYTHING
) -> Desk:
    """The same desk, whose standing subscription is that of a channel."""
    one = Subscription(channel, desk.slot, parts, owner)
    return replace(desk, subscriptions=Subscriptions(desk.store.engine, one))


def deliver(desk: Desk, client: WebClient, catch_up: timedelta = timedelta(days=7)) -> None:
    """Look once whether a digest is due."""
    DigestDelivery(desk, client, Lease(desk.store.engine, "digests"), catch_up)()


def bot_environment(workspace: LocalWorkspace, model: Path, store_url: str) -> dict[str, str]:
    """The environment of a `segbot run` that talks to the workspace."""
    proxies = ("HTTP_PROXY", "HTTPS_PROXY", "http_proxy", "https_proxy")
    settings = {
        "SLACK_API_URL": workspace.api_url,
        "SLACK_BOT_TOKEN": workspace.bot_token,
        "SLACK_APP_TOKEN": workspace.app_token,
        "SEGBOT_DIGEST_CHANNEL": DIGEST_CHANNEL.id,
        "SEGBOT_CATCH_UP_HOURS": "168",  # whatever day of the week it is
        "SEGBOT_MODEL_DIR": str(model),
        "SEGBOT_STORE_URL": store_url,
    }
    return dict(os.environ) | dict.fromkeys(proxies, "") | settings


@contextmanager
def connected(
    workspace: LocalWorkspace, desk: Desk, *middleware: Middleware, patience: float = PATIENCE
) -> Iterator[WebClient]:
    """The bot at work in the workspace, beside others that may be there already.

    `middleware` sees every request before its listener does.
    """
    client = WebClient(workspace.bot_token, base_url=workspace.api_url)
    app = slack_app(desk, client, identity(client))
    for each in middleware:
        app.use(each)
    answering = Answering(app, 20, patience)
    handler = SocketMode(app, workspace.app_token, answering)
    greeted = threading.Event()
    handler.client.on_message_listeners.append(lambda _hello: greeted.set())
    handler.connect()
    assert greeted.wait(20)  # a socket closed before it listens would never stop
    try:
        yield client
    finally:
        answering.close()
        handler.close()


@pytest.fixture(scope="module")
def bot(workspace: LocalWorkspace, desk: Desk) -> Iterator[WebClient]:
    with connected(workspace, desk) as client:
        yield client


@pytest.fixture
def ada(workspace: LocalWorkspace, bot: WebClient) -> Driver:
    assert bot.token
    return workspace.member("Ada Okafor")


@pytest.fixture
def ben(workspace: LocalWorkspace, bot: WebClient) -> Driver:
    assert bot.token
    return workspace.member("Ben Ruiz")


@pytest.fixture
def segbot(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Segbot:
    """Runs `segbot` in an empty folder; what it printed, errors included."""
    monkeypatch.chdir(tmp_path)
    if on_postgresql():
        monkeypatch.setenv("DATABASE_URL", store_url_in(tmp_path))
    monkeypatch.setenv("COLUMNS", "200")

    def run(*words: str, code: int = 0) -> str:
        monkeypatch.setattr("sys.argv", ["segbot", *words])
        with pytest.raises(SystemExit) as ended:
            main()
        printed = capsys.readouterr()
        assert ended.value.code == code, printed.err
        return printed.out + printed.err

    return run


@pytest.fixture
def portfolio_file(tmp_path: Path) -> Path:
    rng = np.random.default_rng(3)
    frame = synthetic_portfolio(1_500, rng)
    frame.to_csv(tmp_path / "portfolio.csv", index=False)
    a_week_later(frame, rng).to_parquet(tmp_path / "later.parquet", index=False)
    return tmp_path / "portfolio.csv"
