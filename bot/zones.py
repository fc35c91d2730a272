"""Time zones: the common ones to choose from, and any other by its IANA name."""

from difflib import get_close_matches
from functools import cache
from typing import Final
from zoneinfo import ZoneInfo, available_timezones

from segmentation.errors import SegbotError
from segmentation.wording import quoted

COMMON: Final = (
    "UTC",
    "Europe/London",
    "Europe/Lisbon",
    "Europe/Berlin",
    "Europe/Paris",
    "Europe/Madrid",
    "Europe/Warsaw",
    "Europe/Helsinki",
    "Europe/Athens",
    "Europe/Istanbul",
    "Africa/Lagos",
    "Africa/Cairo",
    "Africa/Johannesburg",
    "Africa/Nairobi",
    "Asia/Jerusalem",
    "Asia/Dubai",
    "Asia/Karachi",
    "Asia/Kolkata",
    "Asia/Dhaka",
    "Asia/Bangkok",
    "Asia/Jakarta",
    "Asia/Singapore",
    "Asia/Manila",
    "Asia/Shanghai",
    "Asia/Tokyo",
    "Asia/Seoul",
    "Australia/Perth",
    "Australia/Sydney",
    "Pacific/Auckland",
    "America/Sao_Paulo",
    "America/Argentina/Buenos_Aires",
    "America/Bogota",
    "America/Mexico_City",
    "America/New_York",
    "America/Toronto",
    "America/Chicago",
    "America/Denver",
    "America/Phoenix",
    "America/Los_Angeles",
    "Pacific/Honolulu",
)


class ZoneError(SegbotError):
    """A name that no time zone has; the message offers the nearest."""


def zone_named(name: str) -> ZoneInfo:
    """The zone with an IANA name, in whatever case; raises ZoneError."""
    known = _by_lower_name()
    wanted = "_".join(name.lower().split())
    if wanted in known:
        return ZoneInfo(known[wanted])
    places = {lower.rpartition("/")[2]: full for lower, full in known.items()}
    close = [known[lower] for lower in get_close_matches(wanted, known, n=2)]
    close = close or [places[place] for place in get_close_matches(wanted, places, n=2)]
    told = f"did you mean {' or '.join(close)}?" if close else "write one such as Europe/Berlin."
    raise ZoneError(f"No time zone is called {quoted(name)}: {told}")


def choices(first: str) -> list[str]:
    """The zones to choose from, with `first` among them where there is such a zone."""
    known = first.lower() in _by_lower_name()
    return [*([first] if known and first not in COMMON else []), *COMMON]


@cache
def _by_lower_name() -> dict[str, str]:
    return {name.lower(): name for name in sorted(available_timezones())}
