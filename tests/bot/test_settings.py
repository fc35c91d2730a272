"""Settings: one place, every fault told at once, and an example file that names them all."""

from pathlib import Path

import pytest

from bot.settings import Settings, load_places, load_settings
from segmentation.errors import SegbotError

NEEDED = {
    "SLACK_BOT_TOKEN": "xoxb-1",
    "SLACK_APP_TOKEN": "xapp-1",
}


@pytest.fixture(autouse=True)
def bare_environment(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for name in Settings.model_fields:
        monkeypatch.delenv(name.upper(), raising=False)
    monkeypatch.chdir(tmp_path)


def test_all_missing_settings_are_named_at_once() -> None:
    with pytest.raises(SegbotError) as told:
        load_settings()
    assert all(name in str(told.value) for name in NEEDED)
    assert ".env.example" in str(told.value)


def test_the_needed_settings_are_enough(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in NEEDED.items():
        monkeypatch.setenv(name, value)
    settings = load_settings()
    assert settings.segbot_digest_day.number == 0
    assert settings.time_zone.key == "UTC"
    assert settings.segbot_digest_channel == ""


def test_settings_come_from_a_file_and_the_environment_wins(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    lines = [f"{name}={value}" for name, value in NEEDED.items()]
    Path(".env").write_text("\n".join([*lines, "SEGBOT_DIGEST_DAY=Friday", "SEGBOT_PLAYBOOK="]))
    monkeypatch.setenv("SLACK_BOT_TOKEN", "xoxb-2")
    settings = load_settings()
    assert settings.segbot_digest_day.number == 4
    assert settings.slack_bot_token.get_secret_value() == "xoxb-2"
    assert settings.segbot_playbook.name == "playbook.toml"


@pytest.mark.parametrize(
    ("name", "value", "told"),
    [
        ("SLACK_BOT_TOKEN", "xapp-1", "should begin with xoxb-"),
        ("SLACK_APP_TOKEN", "hunter2", "should begin with xapp-"),
        ("SLACK_BOT_TOKEN", "xoxb-…", "characters that no token has"),
        ("SLACK_API_URL", "slack.com/api", "should be an address"),
        ("SEGBOT_TIME_ZONE", "Europe", "should be an IANA time zone"),
        ("SEGBOT_DIGEST_TIME", "09:00+05:00", "should be a time such as 09:00"),
        ("SEGBOT_DIGEST_DAY", "monkey", "SEGBOT_DIGEST_DAY should be"),
        ("SEGBOT_DIGEST_CHANNEL", "#segments", "not its name"),
        ("SEGBOT_TIME_ZONE", "Middle/Earth", "should be an IANA time zone"),
        ("SEGBOT_DIGEST_DAY", "someday", "SEGBOT_DIGEST_DAY"),
        ("SEGBOT_DIGEST_TIME", "nine", "SEGBOT_DIGEST_TIME"),
        ("SEGBOT_TEAMS", "acme", "workspace ids such as T0123ABCD"),
        ("SLACK_SIGNING_SECRET", "••••••", "letters and digits that Slack shows"),
        ("SEGBOT_HTTP_PORT", "70000", "SEGBOT_HTTP_PORT"),
        ("SEGBOT_LISTENER_THREADS", "0", "SEGBOT_LISTENER_THREADS"),
        ("SEGBOT_CATCH_UP_HOURS", "200", "SEGBOT_CATCH_UP_HOURS"),
    ],
)
def test_a_wrong_setting_is_told_by_name_and_never_shows_a_token(
    monkeypatch: pytest.MonkeyPatch, name: str, value: str, told: str
) -> None:
    for needed, good in NEEDED.items():
        monkeypatch.setenv(needed, good)
    monkeypatch.setenv(name, value)
    with pytest.raises(SegbotError, match=told) as error:
        load_settings()
    assert name in str(error.value)
    assert "hunter2" not in str(error.value)


def test_a_settings_file_that_is_no_text_says_so() -> None:
    Path(".env").write_bytes(b"SLACK_BOT_TOKEN=\xff\xfe")
    with pytest.raises(SegbotError, match=r"\.env is not UTF-8"):
        load_settings()


def test_http_needs_the_signing_secret_and_no_app_token(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(SegbotError) as told:
        load_settings(http=True)
    assert "SLACK_SIGNING_SECRET is missing" in str(told.value)
    assert "SLACK_BOT_TOKEN is missing" in str(told.value)
    assert "SLACK_APP_TOKEN" not in str(told.value)
    assert "SLACK_CLIENT_ID" not in str(told.value)
    monkeypatch.setenv("SLACK_BOT_TOKEN", NEEDED["SLACK_BOT_TOKEN"])
    monkeypatch.setenv("SLACK_SIGNING_SECRET", "0123456789abcdef")
    assert load_settings(http=True).segbot_http_port == 3000


def test_many_workspaces_need_client_secrets_and_a_list_and_no_bot_token(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("SEGBOT_WORKSPACES", "many")
    with pytest.raises(SegbotError) as told:
        load_settings(http=True)
    needed = ("SLACK_SIGNING_SECRET", "SLACK_CLIENT_ID", "SLACK_CLIENT_SECRET", "SEGBOT_TEAMS")
    assert all(f"{name} is missing" in str(told.value) for name in needed)
    assert "SLACK_BOT_TOKEN" not in str(told.value)
    with pytest.raises(SegbotError, match="needs signed HTTP"):
        load_settings()


def test_client_secrets_alone_do_not_switch_to_many_workspaces(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    for name, value in NEEDED.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setenv("SLACK_CLIENT_ID", "1.2")
    monkeypatch.setenv("SLACK_CLIENT_SECRET", "0123456789abcdef")
    assert load_settings().slack_bot_token.get_secret_value() == "xoxb-1"


def test_the_batch_side_needs_no_slack_settings() -> None:
    assert load_places().segbot_store_url == "sqlite:///.segbot/segbot.db"


def test_the_store_may_be_named_as_hosting_platforms_do(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DATABASE_URL", "postgres://host/segbot")
    monkeypatch.setenv("SEGBOT_STORE_URL", "")
    assert load_places().segbot_store_url == "postgres://host/segbot"
    Path(".env").write_text("SEGBOT_STORE_URL=sqlite:///own.db")
    assert load_places().segbot_store_url == "sqlite:///own.db"
    monkeypatch.setenv("SEGBOT_STORE_URL", "sqlite:///other.db")
    assert load_places().segbot_store_url == "sqlite:///other.db"


def test_the_example_file_explains_every_setting() -> None:
    example = (Path(__file__).parents[2] / ".env.example").read_text(encoding="utf-8")
    named = {line.lstrip("# ").split("=")[0] for line in example.splitlines() if "=" in line}
    assert {name.upper() for name in Settings.model_fields} <= named
