"""Where an answer to a button appears: beside its message, over its modal, or over Home."""

from typing import Any

from slack_bolt import Respond
from slack_sdk import WebClient

from bot.blocks.guide import sentence, told_view
from bot.blocks.parts import View


def open_over(client: WebClient, body: dict[str, Any], view: View) -> None:
    """Show a modal, over the one that the button is in if it is in one."""
    in_modal = body.get("view", {}).get("type") == "modal"
    show = client.views_push if in_modal else client.views_open
    show(trigger_id=body["trigger_id"], view=view)


def replace_shown(client: WebClient, body: dict[str, Any], view: View) -> None:
    """Show a view in place of the modal that the button is in."""
    shown = body["view"]
    client.views_update(view_id=shown["id"], hash=shown["hash"], view=view)


def tell(client: WebClient, body: dict[str, Any], respond: Respond, text: str) -> None:
    """Say a sentence to who pressed the button."""
    if "response_url" in body:
        respond(response_type="ephemeral", replace_original=False, **sentence(text).payload())
    else:
        open_over(client, body, told_view(text))
