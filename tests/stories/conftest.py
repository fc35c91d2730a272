"""What every story starts from: the office, once over Socket Mode and once over signed HTTP."""

from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path

import pytest

from bot.local_workspace import Driver, LocalWorkspace
from bot.manifest import manifest
from bot.run import made_desk, made_looks
from bot.settings import Settings
from segmentation.model_folder import save
from segmentation.portfolio import Portfolio
from segmentation.portfolio_scoring import scored_batches
from segmentation.publishing import publish
from segmentation.training import TrainedModel
from tests.bot.conftest import connected, segbot
from tests.bot.serving import Address, connected_over_http
from tests.conftest import NOON
from tests.databases import store_url_in
from tests.stories.office import (
    CHANNELS,
    GROUPS,
    LAST_WEEK,
    LINKS,
    MEMBERS,
    POLICY,
    STANDING,
    THIS_WEEK,
    Clock,
    Doorkeeper,
    Office,
    upset,
)

__all__ = ["segbot"]
KEY = "a key of thirty-two characters!!"


@pytest.fixture(scope="module", params=["Socket Mode", "signed HTTP"])
def office(
    request: pytest.FixtureRequest,
    tmp_path_factory: pytest.TempPathFactory,
    trained: TrainedModel,
    portfolio: Portfolio,
) -> Iterator[Office]:
    """Two weekly snapshots, thirty customers moved in between; events come twice, as they may."""
    folder, clock = tmp_path_factory.mktemp("office"), Clock()
    http = request.param == "signed HTTP"
    with ExitStack() as closing:
        address = Address() if http else None
        workspace = LocalWorkspace(
            manifest("https://bot.example.com" if http else "", links=LINKS),
            members=MEMBERS,
            channels=CHANNELS,
            user_groups=GROUPS,
            request_url=f"{address.url}/slack/events" if address else None,
            clock=lambda: clock().timestamp(),
            rate_limits=True,
            redeliver=True,
        )
        closing.enter_context(workspace.running())
        settings = furnished(folder, trained)
        desk = replace(made_desk(settings), now=clock)
        for week, scored in (
            (LAST_WEEK, portfolio),
            (THIS_WEEK, upset(portfolio, trained.model, slice(30))),
        ):
            batches = scored_batches(trained.model, scored)
            publish(
                desk.store,
                batches,
                model=trained.model,
                as_of=week,
                source="portfolio.csv",
                started_at=NOON,
            )
        door = Doorkeeper(clock, set())
        client = closing.enter_context(
            connected_over_http(workspace, desk, address, door.middleware())
            if address
            else connected(workspace, desk, door.middleware())
        )
        closing.callback(desk.lists.close)
        closing.callback(desk.errands.close)
        environment = {"SEGBOT_STORE_URL": settings.segbot_store_url, "SEGBOT_AUDIT_KEY": KEY}
        rooms = (channel.name for channel in CHANNELS if channel.name.startswith("story"))
        looks = made_looks(settings, desk, client)
        yield Office(workspace, desk, door, looks, environment, rooms)


def furnished(folder: Path, trained: TrainedModel, **more: str) -> Settings:
    """The settings of an office, whose model and policy are in place; `more` wins."""
    save(trained, folder / "model")
    (folder / "policy.toml").write_text(POLICY, encoding="utf-8")
    usual = {
        "segbot_model_dir": folder / "model",
        "segbot_store_url": store_url_in(folder),
        "segbot_audit_key": KEY,
        "segbot_unfurl": LINKS.address,
        "segbot_policy": folder / "policy.toml",
        "segbot_digest_channel": STANDING.id,
        "segbot_time_zone": "Europe/Berlin",
        "segbot_catch_up_hours": 168,
        "segbot_data_label": "Made-up customers",
    }
    return Settings.model_validate(usual | more)


@pytest.fixture
def forgiven() -> list[str]:
    """What Slack may have refused by the end of a story that is about just that."""
    return []


@pytest.fixture
def workspace(office: Office, forgiven: list[str]) -> Iterator[LocalWorkspace]:
    """The workspace on a quiet minute; at the end nothing was said that Slack would refuse."""
    office.clock.passes(minutes=1)
    before = office.workspace.problems
    yield office.workspace
    for member in map(office.workspace.member, (member.id for member in MEMBERS)):
        if member.modal is not None:
            member.closes_modal(everything=True)
    assert office.workspace.problems == (*before, *forgiven)


@pytest.fixture
def room(office: Office) -> str:
    """A channel that no other story uses."""
    return next(office.rooms)


@pytest.fixture
def ada(workspace: LocalWorkspace) -> Driver:
    """The risk analyst."""
    return workspace.member("Ada Okafor")


@pytest.fixture
def ben(workspace: LocalWorkspace) -> Driver:
    """The marketer."""
    return workspace.member("Ben Ruiz")


@pytest.fixture
def pia(workspace: LocalWorkspace) -> Driver:
    """The product manager."""
    return workspace.member("Pia Lang")


@pytest.fixture
def nia(workspace: LocalWorkspace) -> Driver:
    """The administrator."""
    return workspace.member("Nia Mensah")


@pytest.fixture
def gus(workspace: LocalWorkspace) -> Driver:
    """The guest."""
    return workspace.member("Gus Gale")


@pytest.fixture
def otto(workspace: LocalWorkspace) -> Driver:
    """Somebody of another company."""
    return workspace.member("Otto Oort")


@pytest.fixture
def rae(workspace: LocalWorkspace) -> Driver:
    """Somebody in a hurry."""
    return workspace.member("Rae Quick")


@pytest.fixture
def customers(portfolio: Portfolio) -> list[str]:
    """The ids of the portfolio; the first thirty turned to cash advances this week."""
    return [str(customer) for customer in portfolio.ids]
