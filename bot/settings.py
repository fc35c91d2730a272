"""Every setting, in one frozen record: the only reader of the environment and of `.env`."""

import re
from datetime import time
from pathlib import Path
from typing import Annotated, Any, Final, TypeVar
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import (
    BeforeValidator,
    Field,
    SecretStr,
    ValidationError,
    field_validator,
    model_validator,
)
from pydantic_settings import BaseSettings, SettingsConfigDict

from bot.link_pattern import LinkPattern
from bot.policy import BUILT_IN as BUILT_IN_POLICY
from bot.setting_types import Weekday, Workspaces, short_day, split_ids
from segmentation.errors import SegbotError
from segmentation.playbook import BUILT_IN
from segmentation.retention import Retention

_UNSET: Final = SecretStr("")


class PlaceSettings(BaseSettings):
    """Where things are kept; the batch side and the bot share these."""

    model_config = SettingsConfigDict(
        env_file=".env", env_ignore_empty=True, extra="ignore", frozen=True
    )

    segbot_model_dir: Path = Field(Path("model"), description="The model folder")
    segbot_store_url: str = Field(
        "sqlite:///.segbot/segbot.db", description="The store's database URL"
    )
    database_url: SecretStr = Field(
        _UNSET, description="The store's database URL where SEGBOT_STORE_URL is not set"
    )
    segbot_keep_days: int = Field(
        35, ge=1, le=40_000, description="Days for which every snapshot is kept"
    )
    segbot_keep_weeks: int = Field(
        53, ge=0, le=5_000, description="Weeks for which one snapshot a week is kept"
    )
    segbot_playbook: Path = Field(BUILT_IN, description="The playbook with the segments' texts")
    segbot_audit_key: SecretStr = Field(
        SecretStr(""), description="Key of the audit trail, 32 characters or more"
    )

    segbot_unfurl: str = Field(
        "", description="Links to customers, such as https://crm.example.com/customers/{id}"
    )

    @model_validator(mode="before")
    @classmethod
    def _store_as_platforms_name_it(cls, given: dict[str, Any]) -> dict[str, Any]:
        if "database_url" not in given:
            return given
        return {"segbot_store_url": given["database_url"]} | given

    @field_validator("segbot_unfurl")
    @classmethod
    def _names_a_customer(cls, address: str) -> str:
        if address and not re.fullmatch(r"https://[^/\s{}]+/[^\s{}]*\{id\}[^\s{}]*", address):
            raise ValueError("should be an address with {id} in it, and begin with https://")
        return address

    @property
    def retention(self) -> Retention:
        """For how long the store keeps snapshots."""
        return Retention(self.segbot_keep_days, self.segbot_keep_weeks)

    @property
    def links(self) -> LinkPattern | None:
        """How links name customers, where they are to be unfolded."""
        return LinkPattern(self.segbot_unfurl) if self.segbot_unfurl else None

    @field_validator("segbot_audit_key")
    @classmethod
    def _is_long_enough(cls, key: SecretStr) -> SecretStr:
        if 0 < len(key.get_secret_value()) < 32:
            raise ValueError("should have 32 characters or more")
        return key


class Settings(PlaceSettings):
    """All that the bot can be told; `load_settings` says what it needs, the way it is run."""

    slack_bot_token: SecretStr = Field(_UNSET, description="Bot token, begins with xoxb-")
    slack_app_token: SecretStr = Field(_UNSET, description="App-level token, begins with xapp-")
    slack_signing_secret: SecretStr = Field(
        _UNSET, description="Signing secret, on the app's Basic Information page"
    )
    slack_client_id: str = Field("", description="Client ID, on the app's Basic Information page")
    slack_client_secret: SecretStr = Field(
        _UNSET, description="Client secret, on the app's Basic Information page"
    )
    segbot_workspaces: Workspaces = Field(
        Workspaces.ONE, description="one by a token, or many by OAuth"
    )
    segbot_teams: str = Field(
        "", description="Ids of the workspaces that may install it, with commas between"
    )
    segbot_http_host: str = Field("127.0.0.1", description="Address that HTTP listens on")
    segbot_http_port: int = Field(3000, ge=0, le=65_535, description="Port that HTTP listens on")
    segbot_digest_channel: str = Field(
        "", description="Id of a channel that gets the digest from the start, begins with C"
    )
    slack_api_url: str = Field("https://slack.com/api/", description="Base URL of Slack's Web API")
    segbot_digest_day: Annotated[Weekday, BeforeValidator(short_day)] = Field(
        Weekday.MON, description="Day of the digest"
    )
    segbot_digest_time: time = Field(time(9), description="Time of the digest, HH:MM")
    segbot_time_zone: str = Field("UTC", description="Time zone of the digest, an IANA name")
    segbot_catch_up_hours: int = Field(
        48, ge=1, le=168, description="Hours that a digest may be late and is posted still"
    )
    segbot_alert_share_points: float = Field(
        5, gt=0, le=100, description="Percentage points that a segment's share changes by"
    )
    segbot_alert_movement_percent: float = Field(
        5, gt=0, le=100, description="Percent of customers who change segment"
    )
    segbot_alert_cool_down_days: int = Field(
        7, ge=0, le=365, description="Days without another alert of the same kind in a channel"
    )
    segbot_policy: Path = Field(BUILT_IN_POLICY, description="The policy: who may do what")
    segbot_listener_threads: int = Field(
        20, ge=1, le=200, description="How many requests are answered at once"
    )
    segbot_largest_upload_mb: int = Field(
        50, ge=1, le=1_000, description="Size of the largest list that is scored, in MB"
    )
    segbot_data_label: str = Field(
        "", max_length=150, description="A line under every answer, such as a warning"
    )

    @field_validator("slack_bot_token", "slack_app_token")
    @classmethod
    def _looks_like_a_token(cls, token: SecretStr, info: Any) -> SecretStr:  # noqa: ANN401
        start = {"slack_bot_token": "xoxb-", "slack_app_token": "xapp-"}[info.field_name]
        secret = token.get_secret_value()
        if secret and not secret.startswith(start):
            raise ValueError(f"should begin with {start}")
        if not re.fullmatch(r"[A-Za-z0-9-]*", secret):
            raise ValueError("has characters that no token has")
        return token

    @field_validator("slack_signing_secret", "slack_client_secret")
    @classmethod
    def _looks_like_a_secret(cls, secret: SecretStr) -> SecretStr:
        if not re.fullmatch(r"([0-9a-zA-Z]{16,})?", secret.get_secret_value()):
            raise ValueError("should be the letters and digits that Slack shows")
        return secret

    @field_validator("segbot_teams")
    @classmethod
    def _are_teams(cls, teams: str) -> str:
        if not all(re.fullmatch(r"T[A-Z0-9]{2,}", team) for team in split_ids(teams)):
            raise ValueError("should be workspace ids such as T0123ABCD, with commas between")
        return teams

    @field_validator("segbot_digest_channel")
    @classmethod
    def _is_a_channel_id(cls, channel: str) -> str:
        if not re.fullmatch(r"([CG][A-Z0-9]{2,})?", channel):
            raise ValueError("should be a channel's id such as C0123ABCD, not its name")
        return channel

    @field_validator("segbot_time_zone")
    @classmethod
    def _is_a_time_zone(cls, name: str) -> str:
        try:
            ZoneInfo(name)
        except (ZoneInfoNotFoundError, ValueError, OSError):
            raise ValueError("should be an IANA time zone such as Europe/Berlin") from None
        return name

    @field_validator("segbot_digest_time", mode="before")
    @classmethod
    def _is_a_wall_clock_time(cls, value: object) -> object:
        if isinstance(value, str) and not re.fullmatch(r"\d\d:\d\d", value.strip()):
            raise ValueError("should be a time such as 09:00")
        return value

    @field_validator("slack_api_url")
    @classmethod
    def _is_an_address(cls, url: str) -> str:
        if not re.match(r"https?://[^/\s]+/", url):
            raise ValueError("should be an address such as https://slack.com/api/")
        return url if url.endswith("/") else f"{url}/"

    @property
    def time_zone(self) -> ZoneInfo:
        """The digest's time zone."""
        return ZoneInfo(self.segbot_time_zone)

    @property
    def teams(self) -> frozenset[str]:
        """The workspaces that may install the bot."""
        return frozenset(split_ids(self.segbot_teams))


def _needed(name: str) -> Any:  # noqa: ANN401 - a field of any type
    """A setting as described above, without a default."""
    return Field(description=Settings.model_fields[name].description)


class SocketSettings(Settings):
    """What Socket Mode needs."""

    slack_bot_token: SecretStr = _needed("slack_bot_token")
    slack_app_token: SecretStr = _needed("slack_app_token")


class HttpSettings(Settings):
    """What signed HTTP needs, in one workspace."""

    slack_bot_token: SecretStr = _needed("slack_bot_token")
    slack_signing_secret: SecretStr = _needed("slack_signing_secret")


class OAuthSettings(Settings):
    """What signed HTTP needs in many workspaces; their tokens stand in the store."""

    slack_signing_secret: SecretStr = _needed("slack_signing_secret")
    slack_client_id: str = _needed("slack_client_id")
    slack_client_secret: SecretStr = _needed("slack_client_secret")
    segbot_teams: str = _needed("segbot_teams")


class _WorkspacesSetting(BaseSettings):
    """The one setting that says which others are needed."""

    model_config = PlaceSettings.model_config
    segbot_workspaces: Workspaces = Workspaces.ONE


def load_settings(*, http: bool = False) -> Settings:
    """All settings of the bot, over Socket Mode unless `http`.

    Raises SegbotError that names every one that is missing or wrong, at once.
    """
    return _loaded(needed_settings(http=http))


def needed_settings(*, http: bool) -> type[Settings]:
    """Which settings are needed, the way the bot is run; SegbotError where that is impossible."""
    many = load_workspaces() is Workspaces.MANY
    if many and not http:
        raise SegbotError(
            "SEGBOT_WORKSPACES=many needs signed HTTP, because people install the bot in a "
            "browser: segbot run --http. For one workspace leave SEGBOT_WORKSPACES out."
        )
    return (OAuthSettings if many else HttpSettings) if http else SocketSettings


def loose_settings() -> Settings:
    """The settings as far as there are any; SegbotError names those that are wrong."""
    return _loaded(Settings)


def load_workspaces() -> Workspaces:
    """Whether the bot is in one workspace or in many."""
    return _loaded(_WorkspacesSetting).segbot_workspaces


def load_places() -> PlaceSettings:
    """The settings of the batch side."""
    return _loaded(PlaceSettings)


Loaded = TypeVar("Loaded", bound=BaseSettings)


def _loaded(settings: type[Loaded]) -> Loaded:
    try:
        return settings()
    except ValidationError as error:
        raise _told(error) from None
    except UnicodeDecodeError:
        raise SegbotError("The file .env is not UTF-8 text: save it as UTF-8.") from None


def _told(error: ValidationError) -> SegbotError:
    problems = "\n".join(f"  {_problem(fault)}" for fault in error.errors())
    return SegbotError(
        f"Some settings are missing or wrong:\n{problems}\n"
        "Set them in the environment or in .env; .env.example explains each."
    )


def _problem(fault: Any) -> str:  # noqa: ANN401 - pydantic's own record
    name = str(fault["loc"][0])
    description = (Settings.model_fields[name].description or name).rstrip(".")
    if fault["type"] == "missing":
        return f"{name.upper()} is missing: {description}."
    message = fault["msg"].removeprefix("Value error, ")
    message = message.replace("Input should", "should").replace("String should", "should")
    return f"{name.upper()} {message}. ({description})"
