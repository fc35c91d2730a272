"""What Slack is told while a listener takes its time, and how what it answers comes after all."""

import json
import logging
from http.client import HTTPException
from typing import Any, Final

from slack_bolt import BoltRequest, BoltResponse
from slack_sdk.errors import SlackApiError
from slack_sdk.webhook import WebhookClient

from bot.blocks.guide import sentence, told_view
from bot.blocks.parts import View

_SLOW: Final = "This takes longer than usual. The answer comes here."
_MEND: Final = "Close this to mend it."
_DONE: Final = "It is done. You can close this."
_log = logging.getLogger(__name__)


def said_meanwhile(asked: BoltRequest, text: str = _SLOW) -> BoltResponse:
    """What is acknowledged in a listener's place: a sentence to whom one can be shown there.

    A form that was submitted stays beneath it, with what was typed.
    """
    body = asked.body
    if body.get("type") == "view_submission":
        view = told_view(text) | {"external_id": _waiting(body)}
        return BoltResponse(status=200, body={"response_action": "push", "view": view})
    if "command" in body:
        said = {"response_type": "ephemeral", **sentence(text).payload()}
        return BoltResponse(status=200, body=said)
    return BoltResponse(status=200, body="")


def tell_late(asked: BoltRequest, answer: BoltResponse) -> None:
    """Bring an answer that can be the acknowledgement no more to where the member waits for it."""
    body = asked.body
    try:
        if body.get("type") == "view_submission":
            view = _view_instead(body["view"], _payload(answer)) | {"external_id": _waiting(body)}
            asked.context.client.views_update(external_id=_waiting(body), view=view)
        elif "command" in body and answer.body:
            WebhookClient(body["response_url"]).send_dict(_payload(answer))
    except (SlackApiError, OSError, HTTPException):
        _log.exception("An answer that came late could not be told")


def _payload(answer: BoltResponse) -> dict[str, Any]:
    if not answer.body.startswith("{"):
        return {"text": answer.body}
    payload: dict[str, Any] = json.loads(answer.body)
    return payload


def _view_instead(sent: View, answer: dict[str, Any]) -> View:
    """What stands in the waiting view's place: the view that was meant, or what else was said."""
    if "view" in answer:
        view: View = answer["view"]
        return view
    labels = {each["block_id"]: each["label"]["text"] for each in sent["blocks"] if "label" in each}
    faults = [f"{labels[block]}: {fault}" for block, fault in answer.get("errors", {}).items()]
    return told_view("\n".join([*faults, _MEND]) if faults else _DONE)


def _waiting(body: dict[str, Any]) -> str:
    """The name under which the waiting view is found again: one for each time a form was sent."""
    view = body["view"]
    return f"late {view['id']} {view['hash']}"
