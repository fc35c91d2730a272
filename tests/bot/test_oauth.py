"""Many workspaces: installed in a browser, kept apart, refused if not listed, forgotten if gone."""

import http.client
from collections.abc import Iterator, Sequence
from contextlib import closing
from dataclasses import replace
from datetime import UTC, timedelta
from functools import partial
from pathlib import Path
from urllib.parse import parse_qs, parse_qsl, urlencode, urlsplit

import pytest
from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError
from slack_sdk.oauth.installation_store import Installation

from bot.blocks import card
from bot.desk import Desk
from bot.http import http_app
from bot.installations import DEPARTURES, Installations
from bot.list_jobs import ListJobs
from bot.local_workspace import Driver, LocalWorkspace
from bot.manifest import manifest
from bot.many import Looks, looks_for_many
from bot.policy import BUILT_IN
from bot.run import Bot, clock, made_bot, made_looks
from bot.settings import Settings
from segmentation.model import SegmentModel
from segmentation.model_folder import save
from segmentation.portfolio import Portfolio
from segmentation.training import TrainedModel
from tests.bot.conftest import CHANNELS, LAST_WEEK, MEMBERS, THIS_WEEK
from tests.bot.serving import Address
from tests.conftest import NOON, Publish


@pytest.fixture(autouse=True)
def nothing_that_slack_would_refuse(workspace: LocalWorkspace) -> Iterator[None]:
    """Nothing but what is provoked here: a made-up code, a token that was given back."""
    yield
    provoked = {"oauth.v2.access: invalid_code", "auth.test: token_revoked"}
    assert set(workspace.problems) <= provoked


@pytest.fixture
def address() -> Iterator[Address]:
    made = Address()
    yield made
    made.listening.close()


@pytest.fixture
def workspace(address: Address) -> Iterator[LocalWorkspace]:
    made = manifest("https://bot.example.com", many=True)
    made["oauth_config"]["redirect_urls"] = [f"{address.url}/slack/oauth_redirect"]
    workspace = LocalWorkspace(
        made, members=MEMBERS, channels=CHANNELS, request_url=f"{address.url}/slack/events"
    )
    with workspace.running():
        yield workspace


@pytest.fixture
def settings(
    workspace: LocalWorkspace,
    tmp_path: Path,
    store_url: str,
    trained: TrainedModel,
    portfolio: Portfolio,
    publish_portfolio: Publish,
) -> Settings:
    publish_portfolio(portfolio, LAST_WEEK)
    save(trained, tmp_path / "model")
    return Settings(
        slack_api_url=workspace.api_url,
        slack_signing_secret=workspace.signing_secret,
        slack_client_id=workspace.client_id,
        slack_client_secret=workspace.client_secret,
        segbot_workspaces="many",
        segbot_teams="T0LOCAL, T0OTHER",
        segbot_model_dir=tmp_path / "model",
        segbot_store_url=store_url,
        segbot_policy=BUILT_IN,
    )


@pytest.fixture
def bot(settings: Settings, address: Address) -> Iterator[Bot]:
    made = made_bot(settings)
    with address.serving(http_app(made, settings)):
        yield made


@pytest.fixture
def installations(bot: Bot) -> Installations:
    assert bot.installations is not None
    return bot.installations


class Browser:
    """A browser that follows by hand, keeps the cookies that it is given, and fills in a form."""

    def __init__(self) -> None:
        self.cookie = ""

    def opens(self, url: str, form: dict[str, str] | None = None) -> tuple[int, str]:
        """The status, and where it leads or what the page says."""
        to = urlsplit(url)
        headers = {"Cookie": self.cookie, "Origin": f"http://{to.netloc}"}
        body = None if form is None else urlencode(form)
        with closing(http.client.HTTPConnection(to.netloc, timeout=10)) as connection:
            method = "GET" if form is None else "POST"
            connection.request(method, f"{to.path}?{to.query}", body, headers)
            response = connection.getresponse()
            if given := response.headers.get("Set-Cookie"):
                assert "HttpOnly" in given
                assert "Secure" in given
                self.cookie = given.split(";")[0]
            page = response.read().decode()
            return response.status, response.headers.get("Location") or page

    def agrees(self, address: Address) -> str:
        """From /slack/install to the consent, which is given; where that leads back to."""
        _, consent = self.opens(f"{address.url}/slack/install")
        asked = dict(parse_qsl(urlsplit(consent).query))
        to = urlsplit(consent)
        form = {**asked, "member": "U01ADA", "answer": "allow"}
        return self.opens(f"http://{to.netloc}/page/oauth", form)[1]

    def installs(self, address: Address) -> tuple[int, str]:
        """All the way; the last page."""
        return self.opens(self.agrees(address))


@pytest.fixture
def ada(workspace: LocalWorkspace, bot: Bot) -> Driver:
    assert bot.app
    return workspace.member("Ada Okafor")


def test_a_workspace_installs_the_bot_in_a_browser_and_is_answered(
    ada: Driver, address: Address, portfolio: Portfolio, installations: Installations
) -> None:
    ada.types(f"/segment {portfolio.ids[0]}", channel="segments")
    assert "Segbot is not installed in this workspace" in ada.sees("segments")[-1]["text"]
    status, page = Browser().installs(address)
    assert (status, "Segbot is installed in" in page) == (200, True)
    assert installations.installed() == ["T0LOCAL"]
    ada.types(f"/segment {portfolio.ids[0]}", channel="segments")
    assert ada.wait_for_message("segments", containing=f"Customer {portfolio.ids[0]}")
    assert "customers" in str(ada.opens_home())


def test_a_workspace_that_is_not_listed_gets_no_further_and_its_token_is_given_back(
    settings: Settings, workspace: LocalWorkspace, address: Address
) -> None:
    other = settings.model_copy(update={"segbot_teams": "T0OTHER"})
    made = made_bot(other)
    with address.serving(http_app(made, other)):
        status, page = Browser().installs(address)
    assert status == 403
    assert "T0LOCAL" in page
    assert "SEGBOT_TEAMS" in page
    assert made.installations is not None
    assert made.installations.installed() == []
    with pytest.raises(SlackApiError, match=r"invalid_auth|token_revoked|account_inactive"):
        WebClient(workspace.bot_token, base_url=workspace.api_url).auth_test()


def test_a_workspace_taken_off_the_list_is_answered_no_more(
    ada: Driver, address: Address, installations: Installations
) -> None:
    Browser().installs(address)
    installations.teams = frozenset({"T0OTHER"})
    ada.types("/segment help", channel="segments")
    assert "is not installed in this workspace, or may not be" in ada.sees("segments")[-1]["text"]


def test_an_installation_is_only_finished_by_the_browser_that_began_it_and_once(
    bot: Bot, address: Address, installations: Installations
) -> None:
    assert bot.app
    browser = Browser()
    back = browser.agrees(address)
    assert Browser().opens(back)[0] == 400
    assert browser.opens(back.replace("state=", "state=x"))[0] == 400
    assert installations.installed() == []
    assert browser.opens(back)[0] == 200
    status, page = browser.opens(back)
    assert (status, "too old, or of another browser" in page) == (400, True)


def test_what_slack_refuses_is_told_on_the_page(bot: Bot, address: Address) -> None:
    assert bot.app
    browser = Browser()
    there = f"{address.url}/slack/oauth_redirect"
    status, page = browser.opens(f"{there}?error=<b>access_denied</b>")
    assert (status, "<b>access" in page, "nothing was installed" in page) == (400, False, True)
    _, consent = browser.opens(f"{address.url}/slack/install")
    state = parse_qs(urlsplit(consent).query)["state"][0]
    status, page = browser.opens(f"{there}?code=made-up&state={state}")
    assert (status, "does not take this code" in page) == (400, True)


def test_the_bot_asks_for_the_scopes_of_its_manifest(bot: Bot, address: Address) -> None:
    assert bot.app
    _, consent = Browser().opens(f"{address.url}/slack/install")
    asked = parse_qs(urlsplit(consent).query)["scope"][0].split(",")
    assert asked == manifest()["oauth_config"]["scopes"]["bot"]


def kept_other(installations: Installations, desk: Desk) -> None:
    """Another workspace, with a member who watches and has said something."""
    token = "xoxb-other"  # noqa: S105 - of no workspace
    installations.keep(
        Installation(
            app_id="A0LOCALAPP", team_id="T0OTHER", enterprise_id="E0GRID", bot_token=token,
            bot_id="B1", bot_user_id="U1", user_id="U9ZOE",
        )
    )  # fmt: skip
    installations.note_home("T0OTHER", ["U9ZOE", "C9OTHER"])
    assert desk.watches.of("U9ZOE") == []


def test_each_workspace_is_served_with_its_own_token(
    ada: Driver, address: Address, bot: Bot, installations: Installations, workspace: LocalWorkspace
) -> None:
    Browser().installs(address)
    kept_other(installations, bot.desk)
    ada.types("/segment help", channel="segments")
    assert installations.installed() == ["T0LOCAL", "T0OTHER"]
    clients = {team: installations.client_for(team) for team in ("T0LOCAL", "T0OTHER", "T0NONE")}
    tokens = {team: client and client.token for team, client in clients.items()}
    assert tokens == {
        "T0LOCAL": installed_token(workspace),
        "T0OTHER": "xoxb-other",
        "T0NONE": None,
    }
    assert installations.is_at_home("T0LOCAL", ada.member.id)
    assert installations.is_at_home("T0OTHER", "U9ZOE")
    assert not installations.is_at_home("T0LOCAL", "U9ZOE")
    assert not installations.is_at_home("T0LOCAL", "U0UNSEEN")


def installed_token(workspace: LocalWorkspace) -> str | None:
    return workspace._state.bot_token


def test_a_workspace_that_takes_the_bot_off_is_forgotten_and_no_other(
    ada: Driver, address: Address, bot: Bot, portfolio: Portfolio, workspace: LocalWorkspace
) -> None:
    assert bot.installations is not None
    Browser().installs(address)
    kept_other(bot.installations, bot.desk)
    ada.types(f"/segment {portfolio.ids[0]}", channel="segments")
    ada.presses(card.WATCH)
    ada.presses(card.MORE, f"{card.RIGHT} {portfolio.ids[0]}")
    assert len(bot.desk.watches.of(ada.member.id)) == 1
    jobs = ListJobs(bot.desk.store.engine)
    job = "upload F1", ada.member.id, "list.csv", NOON
    jobs.add(*job)
    records = len(bot.desk.audit.records())
    workspace.uninstall()
    assert bot.installations.installed() == ["T0OTHER"]
    assert not bot.installations.is_at_home("T0LOCAL", ada.member.id)
    assert bot.desk.watches.of(ada.member.id) == []
    assert [row["member"] for row in bot.desk.feedback.all()] == [""]
    assert jobs.add(*job) is not None  # as if it had never been
    assert len(bot.desk.audit.records()) == records  # the trail stays
    ada.types("/segment help", channel="segments")
    assert "is not installed" in ada.sees("segments")[-1]["text"]
    Browser().installs(address)
    ada.types("/segment help", channel="segments")
    assert "what to do" in ada.wait_for_message("segments", containing="/segment")["text"]


def test_replicas_agree_on_where_a_member_is_at_home(bot: Bot) -> None:
    engine, teams = bot.desk.store.engine, frozenset({"T0LOCAL", "T0OTHER"})
    first, second = (Installations(engine, "1.1", teams, WebClient()) for _ in range(2))
    first.note_home("T0LOCAL", ["U8BOTH"])
    second.note_home("T0OTHER", ["U8BOTH"])
    assert (first.home("U8BOTH"), second.home("U8BOTH")) == ("T0LOCAL", "T0LOCAL")


def test_a_departure_that_is_cut_short_is_finished_the_next_time(bot: Bot) -> None:
    forgotten = []

    def forget(ids: Sequence[str]) -> None:
        forgotten.append(sorted(ids))
        if len(forgotten) == 1:
            raise OSError

    engine, teams = bot.desk.store.engine, frozenset({"T0OTHER"})
    installations = Installations(engine, "1.1", teams, WebClient(), [forget])
    kept_other(installations, bot.desk)
    with pytest.raises(OSError):
        installations.uninstalled("T0OTHER")
    installations.uninstalled("T0OTHER")
    assert forgotten == [["C9OTHER", "T0OTHER", "U9ZOE"]] * 2
    assert installations.installed() == []
    assert installations.home("U9ZOE") is None


def test_a_watcher_is_told_by_the_token_of_the_own_workspace(
    ada: Driver,
    address: Address,
    bot: Bot,
    portfolio: Portfolio,
    this_week: Portfolio,
    publish_portfolio: Publish,
    installations: Installations,
    model: SegmentModel,
) -> None:
    Browser().installs(address)
    kept_other(installations, bot.desk)
    installations.teams = frozenset({"T0LOCAL"})
    before = model.assign(portfolio.values[:30]).segment.tolist()
    moved = next(place for place, segment in enumerate(before) if segment != 2)
    customer = str(portfolio.ids[moved])
    ada.types(f"/segment {customer}", channel="segments")
    ada.presses(card.WATCH)
    watch = bot.desk.watches.of(ada.member.id)[0]
    bot.desk.watches.add(replace(watch, member="U9ZOE"))
    publish_portfolio(this_week, THIS_WEEK)
    bot.looks["watches"]()
    assert customer in str(ada.wait_for_message("app", containing="is now"))
    assert bot.desk.watches.of("U9ZOE")[0].as_of == LAST_WEEK  # not with another's token


def test_a_member_of_two_workspaces_gets_the_digest_in_the_one_that_they_subscribed_in(
    ada: Driver,
    address: Address,
    bot: Bot,
    settings: Settings,
    installations: Installations,
) -> None:
    Browser().installs(address)
    kept_other(installations, bot.desk)
    installations.note_home("T0OTHER", [ada.member.id])
    ada.types("/segment subscribe", channel="segments")
    assert ada.submits() == {}
    ada.closes_modal()
    (one,) = bot.desk.subscriptions.all()
    due = one.slot.next_after(clock()).astimezone(UTC)
    then = replace(bot.desk, now=lambda: due)
    looks = looks_for_many(partial(made_looks, settings), then, installations)
    looks["digests"]()
    assert ada.wait_for_message("segments", containing="customers")
    installations.uninstalled("T0OTHER")
    assert [one.channel for one in bot.desk.subscriptions.all()] == ["C01SEGMENTS"]
    installations.uninstalled("T0LOCAL")
    assert bot.desk.subscriptions.all() == []


def test_what_breaks_in_one_workspace_holds_up_no_other(
    address: Address, bot: Bot, installations: Installations, caplog: pytest.LogCaptureFixture
) -> None:
    Browser().installs(address)
    kept_other(installations, bot.desk)
    looked_at = []

    def looks(_desk: Desk, _client: WebClient, team: str) -> Looks:
        def look() -> None:
            looked_at.append(team)
            raise ValueError(team)

        return {"digests": look}

    looks_for_many(looks, bot.desk, installations)["digests"]()
    assert looked_at == ["T0LOCAL", "T0OTHER"]
    assert "The digests of the workspace T0LOCAL failed" in caplog.text


def test_what_was_taken_is_forgotten_in_many_workspaces_too(bot: Bot) -> None:
    jobs = ListJobs(bot.desk.store.engine)
    job = jobs.add("taken", "U01ADA", "list.csv", bot.desk.now() - timedelta(days=2))
    assert job is not None
    jobs.close(job, "done")
    bot.looks["old records"]()
    assert jobs.add("taken", "U01ADA", "list.csv", bot.desk.now()) is not None


def test_the_manifest_for_many_subscribes_to_departures_and_names_the_way_back() -> None:
    made = manifest("https://bot.example.com", many=True)
    assert made["oauth_config"]["redirect_urls"] == ["https://bot.example.com/slack/oauth_redirect"]
    assert set(DEPARTURES) <= set(made["settings"]["event_subscriptions"]["bot_events"])
    assert not set(DEPARTURES) & set(manifest()["settings"]["event_subscriptions"]["bot_events"])
