"""The Home tab's listener."""

from typing import Any, Final

from slack_sdk import WebClient

from bot.blocks.home import Dashboard, home_view
from bot.blocks.subscriptions import subscription_lines
from bot.commands import USAGES, watched
from bot.desk import Desk
from bot.policy import Action
from bot.subscribing import listed_subscriptions
from segmentation.wording import counted

DIGESTS_SHOWN: Final = 5


def home_opened(desk: Desk, event: dict[str, Any], client: WebClient) -> None:
    """Show a member the portfolio as it is now."""
    if event.get("tab") == "home":
        desk.access.check(client, event["user"], "", Action.LOOK_UP)
        desk.audit.record(event["user"], "", "home", [("", "shown")])
        show_home(desk, client, event["user"])


def show_home(desk: Desk, client: WebClient, member: str) -> None:
    """Draw a member's Home anew."""
    shown = Dashboard(
        book=desk.book(),
        model=desk.shelf.current(),
        today=desk.today(),
        recent=desk.recent.of(member),
        watched=watched(desk, member),
        digests=_digests(desk, member),
        usages=USAGES,
        label=desk.label,
    )
    client.views_publish(user_id=member, view=home_view(shown))


def _digests(desk: Desk, member: str) -> list[str]:
    lines = subscription_lines(listed_subscriptions(desk, member))
    more = len(lines) - DIGESTS_SHOWN
    rest = [f"And {counted(more, 'channel')} more: `/segment status`"] if more > 0 else []
    return [*lines[:DIGESTS_SHOWN], *rest] or [desk.next_post(member)]
