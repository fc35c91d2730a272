"""The kinds of values that settings have, and how people may write them."""

import re
from enum import StrEnum
from typing import Final

_DAYS: Final = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")


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


class Workspaces(StrEnum):
    """Whether the bot is in one workspace, by a token, or in many that install it by OAuth."""

    ONE = "one"
    MANY = "many"


def split_ids(text: str) -> list[str]:
    """The ids in a text that has commas or blanks between them."""
    return [each for each in re.split(r"[,\s]+", text) if each]


def short_day(value: object) -> object:
    """“Monday” and “MON” as “mon”; anything else as it is."""
    day = value.strip().lower() if isinstance(value, str) else value
    return day[:3] if isinstance(day, str) and day in _DAYS else day
