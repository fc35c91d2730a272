"""Every setting, in one frozen record: the only reader of the environment and of `.env`."""

import re
from datetime import time
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any, TypeVar
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import BeforeValidator, Field, SecretStr, ValidationError, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from bot.policy import BUILT_IN as BUILT_IN_POLICY
from segmentation.errors import SegbotError
from segmentation.playbook import BUILT_IN


class Weekday(StrEnum):
    """A day of the week as settings spell it, Monday first."""

    MON = "mon"
    TUE = "tue"
    WED = "wed"
    THU = "thu"
    FRI = "fri"
    SAT = "sat"
    SUN = "sun"

    @property
    def number(self) -> int:
        """0 for Monday to 6 for Sunday, as `date.weekday` counts."""
        return list(Weekday).index(self)


_DAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")


def _short_day(value: object) -> object:
    """“Monday” and “MON” as “mon”; anything else as it is."""
    day = value.strip().lower() if isinstance(value, str) else value
    return day[:3] if isinstance(day, str) and day in _DAYS else day


class PlaceSettings(BaseSettings):
    """Where things are kept; the batch side and the bot share these."""

    model_config = SettingsConfigDict(
        env_file=".env", env_ignore_empty=True, extra="ignore", frozen=True
    )

    segbot_model_dir: Path = Field(Path("model"), description="The model folder")
    segbot_store_url: str = Field(
        "sqlite:///.segbot/segbot.db", description="The store's database URL"
    )
    segbot_playbook: Path = Field(BUILT_IN, description="The playbook with the segments' texts")
    segbot_audit_key: SecretStr = Field(
        SecretStr(""), description="Key of the audit trail, 32 characters or more"
    )

    @field_validator("segbot_audit_key")
    @classmethod
    def _is_long_enough(cls, key: SecretStr) -> SecretStr:
        if 0 < len(key.get_secret_value()) < 32:
            raise ValueError("should have 32 characters or more")
        return key


class Settings(PlaceSettings):
    """All that `segbot run` needs; the first three have no default."""

    slack_bot_token: SecretStr = Field(description="Bot token, begins with xoxb-")
    slack_app_token: SecretStr = Field(description="App-level token, begins with xapp-")
    segbot_digest_channel: str = Field(description="Id of the digest's channel, begins with C")
    slack_api_url: str = Field("https://slack.com/api/", description="Base URL of Slack's Web API")
    segbot_digest_day: Annotated[Weekday, BeforeValidator(_short_day)] = Field(
        Weekday.MON, description="Day of the digest"
    )
    segbot_digest_time: time = Field(time(9), description="Time of the digest, HH:MM")
    segbot_time_zone: str = Field("UTC", description="Time zone of the digest, an IANA name")
    segbot_policy: Path = Field(BUILT_IN_POLICY, description="The policy: who may do what")
    segbot_listener_threads: int = Field(
        20, ge=1, le=200, description="How many requests are answered at once"
    )
    segbot_data_label: str = Field(
        "", max_length=150, description="A line under every answer, such as a warning"
    )

    @field_validator("slack_bot_token", "slack_app_token")
    @classmethod
    def _looks_like_a_token(cls, token: SecretStr, info: Any) -> SecretStr:  # noqa: ANN401
        start = {"slack_bot_token": "xoxb-", "slack_app_token": "xapp-"}[info.field_name]
        secret = token.get_secret_value()
        if not secret.startswith(start):
            raise ValueError(f"should begin with {start}")
        if not re.fullmatch(r"[A-Za-z0-9-]+", secret):
            raise ValueError("has characters that no token has")
        return token

    @field_validator("segbot_digest_channel")
    @classmethod
    def _is_a_channel_id(cls, channel: str) -> str:
        if not re.fullmatch(r"[CG][A-Z0-9]{2,}", channel):
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


def load_settings() -> Settings:
    """All settings of the bot; SegbotError names every one that is missing or wrong, at once."""
    return _loaded(Settings)


def load_places() -> PlaceSettings:
    """The settings of the batch side."""
    return _loaded(PlaceSettings)


Loaded = TypeVar("Loaded", bound=PlaceSettings)


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
