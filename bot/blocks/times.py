"""How moments read: in the reader's own time zone, and as text in the zone that was chosen."""

from datetime import datetime
from zoneinfo import ZoneInfo

from segmentation.wording import day


def told_moment(moment: datetime, zone: ZoneInfo) -> str:
    """A moment that each reader sees in their own time; in `zone` where Slack cannot do that."""
    local = moment.astimezone(zone)
    fallback = f"{local:%a} {day(local)} {local:%H:%M} {zone.key}"
    stamp = int(moment.timestamp())
    return f"<!date^{stamp}^{{date_short_pretty}} at {{time}} (your time)|{fallback}>"


def told_in_both(moment: datetime, zone: ZoneInfo) -> str:
    """A moment in the reader's own time and in the zone that was chosen."""
    local = moment.astimezone(zone)
    return (
        f"{told_moment(moment, zone)}, which is {local:%a} {day(local)} {local:%H:%M} in {zone.key}"
    )
