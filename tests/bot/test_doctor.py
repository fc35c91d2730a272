"""`segbot doctor`: it leads through an installation, finds what is wrong, and shows no secret."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from slack_sdk import WebClient
from slack_sdk.oauth.installation_store import Installation
from sqlalchemy import text, update

from bot.audit import AuditTrail
from bot.doctor import Greeting, Mark, Patient
from bot.doctor_here import STEPS, subscriptions
from bot.doctor_slack import clock, digest_channels
from bot.installations import Installations
from bot.local_workspace import Channel, LocalWorkspace
from bot.manifest import manifest
from bot.settings import Settings
from bot.tables import BOT
from segmentation.model_folder import save
from segmentation.portfolio import Portfolio
from segmentation.schema import published
from segmentation.store import Store
from segmentation.training import TrainedModel
from tests.bot.conftest import CHANNELS, MEMBERS, Segbot, bot_environment
from tests.conftest import NOON, Publish

KEY = "k" * 40
SHARED = Channel("C03SHARED", "with-acme", is_ext_shared=True)


@pytest.fixture(scope="module")
def workspace() -> Iterator[LocalWorkspace]:
    granted = manifest()
    granted["oauth_config"]["scopes"]["bot"].append("reactions:read")
    made = LocalWorkspace(granted, members=MEMBERS, channels=(*CHANNELS, SHARED))
    with made.running():
        yield made


@pytest.fixture(autouse=True)
def nothing_that_slack_would_refuse() -> None:
    """Here Slack refuses on purpose."""


@pytest.fixture
def set_up(
    workspace: LocalWorkspace,
    tmp_path: Path,
    trained: TrainedModel,
    portfolio: Portfolio,
    store_url: str,
    publish_portfolio: Publish,
    monkeypatch: pytest.MonkeyPatch,
) -> Callable[..., None]:
    """A bot that lacks nothing; what is given replaces a setting, "" takes it away."""
    save(trained, tmp_path / "model")
    publish_portfolio(portfolio, datetime.now(UTC).date())
    (tmp_path / "policy.toml").write_text('admins = ["U01ADA"]', encoding="utf-8")
    whole = bot_environment(workspace, tmp_path / "model", store_url) | {
        "SEGBOT_AUDIT_KEY": KEY,
        "SEGBOT_POLICY": str(tmp_path / "policy.toml"),
        "SEGBOT_TIME_ZONE": "Europe/Berlin",
        "SLACK_SIGNING_SECRET": workspace.signing_secret,
    }

    def made(**changes: str) -> None:
        for name, value in (whole | changes).items():
            monkeypatch.setenv(name, value)

    return made


def test_with_nothing_configured_it_says_which_step_comes_first_and_where_to_click(
    segbot: Segbot, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    for name in Settings.model_fields:
        monkeypatch.delenv(name.upper(), raising=False)
    monkeypatch.setenv("SLACK_API_URL", "http://127.0.0.1:9/")
    told = segbot("doctor", code=1)
    assert told.startswith("✗ Settings: SLACK_BOT_TOKEN is not set → At api.slack.com/apps")
    assert "Do this first. Settings: At api.slack.com/apps: Create New App" in told
    assert "✗ Slack: no answer from http://127.0.0.1:9/" in told
    assert "✗ Snapshot: no portfolio has been scored yet" in told
    (tmp_path / ".env").write_text("SLACK_BOT_TOKEN=xoxb-1\n")
    assert "Do this first. Settings: In your app: Basic Information" in segbot("doctor", code=1)


def test_a_bot_that_lacks_nothing_is_told_so_a_line_a_check(
    segbot: Segbot, set_up: Callable[..., None]
) -> None:
    set_up()
    lines = segbot("doctor").splitlines()
    assert lines[-1] == "All is well: segbot run"
    assert [line.split(":")[0] for line in lines[:-2]] == [
        "✓ Settings", "✓ Slack", "✓ Bot token", "! Scopes", "✓ App token", "✓ Digest channel",
        "✓ Model", "✓ Playbook", "✓ Store", "✓ Snapshot", "✓ Policy", "✓ Audit trail", "✓ Clock",
        "✓ Next digest",
    ]  # fmt: skip
    assert "more than needed: reactions:read" in lines[3]


def test_http_needs_no_app_token(segbot: Segbot, set_up: Callable[..., None]) -> None:
    set_up(SLACK_APP_TOKEN="")
    told = segbot("doctor", "--http")
    assert "App token" not in told
    assert told.endswith("All is well: segbot run --http\n")
    set_up(SLACK_APP_TOKEN="", SLACK_SIGNING_SECRET="")
    assert "✗ Settings: SLACK_SIGNING_SECRET is not set" in segbot("doctor", "--http", code=1)


def test_in_many_workspaces_it_asks_for_their_list_and_says_who_installed_the_bot(
    segbot: Segbot, set_up: Callable[..., None], workspace: LocalWorkspace, store: Store
) -> None:
    many = {
        "SEGBOT_WORKSPACES": "many",
        "SLACK_BOT_TOKEN": "",
        "SLACK_APP_TOKEN": "",
        "SLACK_CLIENT_ID": workspace.client_id,
        "SLACK_CLIENT_SECRET": workspace.client_secret,
    }
    set_up(**many)
    assert "Do this first. Settings: List the workspaces" in segbot("doctor", "--http", code=1)
    set_up(**many, SEGBOT_TEAMS="T0LOCAL,T0OTHER")
    told = segbot("doctor", "--http")
    assert "! Workspaces: 0 of the 2 listed have installed the bot → Once it runs" in told
    token = workspace.bot_token
    Installations(store.engine, workspace.client_id, frozenset(), WebClient()).keep(
        Installation(app_id="A1", team_id="T0LOCAL", bot_token=token, user_id="U01ADA")
    )
    told = segbot("doctor", "--http")
    assert "✓ Workspaces: 1 of the 2 listed have installed the bot: T0LOCAL" in told
    assert workspace.client_secret not in told


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"SLACK_BOT_TOKEN": "xoxb-wrong"}, "✗ Bot token: Slack refuses it (invalid_auth) → At"),
        ({"SLACK_APP_TOKEN": "xapp-wrong"}, "✗ App token: Slack opens no socket (invalid_auth)"),
        ({"SLACK_APP_TOKEN": "xoxb-1"}, "SLACK_APP_TOKEN should begin with xapp-"),
        ({"SEGBOT_DIGEST_CHANNEL": "C02RISK"}, "the bot is not in #credit-risk → In Slack, in"),
        ({"SEGBOT_DIGEST_CHANNEL": "C09NONE"}, "C09NONE cannot be seen (channel_not_found)"),
        ({"SEGBOT_MODEL_DIR": "nowhere"}, "✗ Model: There is no model in nowhere"),
        ({"SEGBOT_PLAYBOOK": "nowhere.toml"}, "✗ Playbook: The playbook nowhere.toml"),
        ({"SEGBOT_POLICY": "nowhere.toml"}, "✗ Policy: The policy nowhere.toml cannot be read"),
        ({"SEGBOT_STORE_URL": "sqlite:////proc/a.db"}, "✗ Store: The store at sqlite"),
        ({"SEGBOT_TIME_ZONE": "Middle/Earth"}, "SEGBOT_TIME_ZONE should be an IANA time zone"),
        ({"SLACK_API_URL": "http://127.0.0.1:9/"}, "✗ Slack: no answer from http://127.0.0.1:9/"),
        ({"SEGBOT_WORKSPACES": "many"}, "SEGBOT_WORKSPACES=many needs signed HTTP"),
    ],
)
def test_what_keeps_the_bot_from_running_is_a_line_and_exit_code_1(
    segbot: Segbot,
    set_up: Callable[..., None],
    workspace: LocalWorkspace,
    changes: dict[str, str],
    told: str,
) -> None:
    set_up(**changes)
    printed = segbot("doctor", code=1)
    assert told in printed
    assert "Do this first." in printed
    secrets = (workspace.bot_token, workspace.app_token, workspace.signing_secret, KEY)
    assert not any(secret in printed for secret in secrets)


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"SEGBOT_DIGEST_CHANNEL": SHARED.id}, "! Digest channel: people of other companies"),
        ({"SEGBOT_DIGEST_CHANNEL": ""}, "! Digest channel: no channel gets the digest yet → In"),
        ({"SEGBOT_AUDIT_KEY": ""}, "! Audit trail: 0 records, whole; its key is in the store"),
        ({"SEGBOT_POLICY": ""}, "! Policy: policy.toml names no admin"),
        ({"SEGBOT_TIME_ZONE": ""}, "09:00, UTC → Yours is another zone?"),
    ],
)
def test_what_somebody_should_know_is_a_line_and_no_failure(
    segbot: Segbot, set_up: Callable[..., None], changes: dict[str, str], told: str
) -> None:
    set_up(**changes)
    assert told in segbot("doctor")


def test_a_missing_scope_is_named_with_what_it_is_for(
    segbot: Segbot, set_up: Callable[..., None]
) -> None:
    granted = manifest()
    granted["oauth_config"]["scopes"]["bot"].remove("files:write")
    with (poor := LocalWorkspace(granted, channels=CHANNELS)).running():
        set_up(
            SLACK_API_URL=poor.api_url,
            SLACK_BOT_TOKEN=poor.bot_token,
            SLACK_APP_TOKEN=poor.app_token,
        )
        printed = segbot("doctor", code=1)
    assert "✗ Scopes: missing: files:write (to attach the digest's chart and its CSV" in printed
    assert "→ In your app: App Manifest" in printed


def test_an_old_snapshot_and_a_stray_model_file_are_noticed(
    segbot: Segbot,
    set_up: Callable[..., None],
    store: Store,
    tmp_path: Path,
) -> None:
    set_up()
    old = datetime.now(UTC).date() - timedelta(days=30)
    with store.engine.begin() as connection:
        connection.execute(update(published).values(as_of=old))
    (tmp_path / "model" / "scaler.joblib").write_bytes(b"another")
    printed = segbot("doctor")
    assert "30 days old → Score the newest portfolio" in printed
    assert "not of that training: scaler.joblib" in printed


def test_a_trail_that_was_tampered_with_is_found(
    segbot: Segbot, set_up: Callable[..., None], store: Store
) -> None:
    set_up()
    AuditTrail(store.engine, lambda: NOON, KEY).record("U01ADA", "", "home", [("", "shown")])
    with store.engine.begin() as connection:
        connection.execute(text("update audit set member = 'U09MAL'"))
    assert "✗ Audit trail: Record 1 of 2026-11-18" in segbot("doctor", code=1)


def test_a_store_of_an_earlier_version_is_found(
    segbot: Segbot, set_up: Callable[..., None], store: Store
) -> None:
    set_up()
    AuditTrail(store.engine, lambda: NOON, KEY)
    with store.engine.begin() as connection:
        BOT.version.drop(connection)
    told = segbot("doctor", code=1)
    assert "✗ Store: The store at" in told
    assert "run `segbot store migrate`" in told
    assert "Check SEGBOT_STORE_URL" not in told


def patient(workspace: LocalWorkspace, channel: str = "") -> Patient:
    client = WebClient(workspace.bot_token, base_url=workspace.api_url)
    settings = Settings(segbot_digest_channel=channel, segbot_store_url="sqlite://")
    return Patient(settings, False, client, Greeting(at=NOON), NOON, subscriptions(settings))


@pytest.mark.parametrize(
    ("off", "mark", "told"),
    [
        (0, Mark.FINE, "as Slack's"),
        (-59, Mark.FINE, "as Slack's"),
        (400, Mark.WRONG, "400 s ahead of Slack's"),
        (-61, Mark.WRONG, "61 s behind Slack's"),
    ],
)
def test_a_clock_that_would_make_signatures_fail_is_found(
    workspace: LocalWorkspace, off: int, mark: Mark, told: str
) -> None:
    (finding,) = clock(replace(patient(workspace), now=NOON + timedelta(seconds=off)))
    assert finding.mark is mark
    assert told in finding.what


def test_slack_breaking_on_the_way_is_told_by_name(workspace: LocalWorkspace) -> None:
    workspace.break_method("conversations.info", "internal_error")
    (finding,) = digest_channels(patient(workspace, "C01SEGMENTS"))
    workspace.mend_method("conversations.info")
    assert "C01SEGMENTS cannot be seen (internal_error)" in str(finding)


def test_the_readme_leads_along_the_same_steps() -> None:
    readme = (Path(__file__).parents[2] / "README.md").read_text(encoding="utf-8")
    steps = readme.split("## Connect your Slack")[1].split("\n## ")[0]
    needed = ("slack_bot_token", "slack_app_token")
    for place in ("Create New App", "Install App", "App-Level Tokens"):
        assert place in steps
        assert any(place in STEPS[name] for name in needed)
