"""Which snapshots are kept as they grow old: all of them, then one a week, then one a month.

A week belongs to the month that its Thursday is in (as ISO 8601 gives it a year), so that weeks lie
within months. The last snapshot of a month is then the last of its week too, and thinning week by
week keeps what thinning all at once would keep: it does not matter how often or when it is done.
"""

from collections.abc import Callable, Collection
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

_COMPARED: Final = 2  # the newest, and the one that its movement is against


@dataclass(frozen=True, slots=True)
class Retention:
    """For how long: every snapshot for `days`, then one a week for `weeks`; one a month for ever.

    Both reckon back from the newest snapshot, not from today: a store that nobody loads into loses
    nothing.
    """

    days: int = 35
    weeks: int = 53


def dropped(dates: Collection[date], retention: Retention) -> list[date]:
    """The dates whose snapshots are kept no longer, in order.

    Kept are the newest two, whatever their age, all that is younger than `days`, the last one of
    each week that is younger than `weeks`, and the last one of each month.
    """
    if not dates:
        return []
    inorder = sorted(set(dates))
    newest = inorder[-1]
    since = newest - timedelta(days=retention.days)
    weekly_since = newest - timedelta(weeks=retention.weeks)
    kept = set(inorder[-_COMPARED:]) | {each for each in inorder if each > since}
    kept |= {each for each in _last_of_each(inorder, _thursday) if each > weekly_since}
    kept |= _last_of_each(inorder, _month)
    return [each for each in inorder if each not in kept]


def _last_of_each(inorder: Collection[date], period: Callable[[date], date]) -> set[date]:
    return set({period(each): each for each in inorder}.values())


def _thursday(day: date) -> date:
    """The week of a date, named by its Thursday."""
    return date.fromordinal(day.toordinal() - day.weekday() + 3)


def _month(day: date) -> date:
    """The month of a date's week, named by its first day."""
    return _thursday(day).replace(day=1)
