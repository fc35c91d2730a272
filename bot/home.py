"""The Home tab's listener."""

from typing import Any

from slack_sdk import WebClient

from bot.blocks.home import home_view
from bot.commands import USAGES
from bot.desk import Desk
from bot.policy import Action


def home_opened(desk: Desk, event: dict[str, Any], client: WebClient) -> None:
    """Show a member the portfolio as it is now."""
    if event.get("tab") == "home":
        desk.access.check(client, event["user"], "", Action.LOOK_UP)
        view = home_view(desk.book(), desk.shelf.current(), USAGES, desk.next_post(), desk.label)
        desk.audit.record(event["user"], "", "home", [("", "shown")])
        client.views_publish(user_id=event["user"], view=view)
