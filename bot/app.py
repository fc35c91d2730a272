"""The Bolt app: the route table, and the one error handler."""

import json
import logging
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any, Final

from slack_bolt import App, BoltResponse
from slack_bolt.authorization import AuthorizeResult
from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError
from slack_sdk.webhook import WebhookClient

from bot import actions, digest_buttons, shortcuts, uploads
from bot import subscribing as subscribing_listeners
from bot.blocks import card, card_views, form_result, found, lists, subscribing, watching
from bot.blocks import form as form_blocks
from bot.blocks import shortcuts as shortcut_blocks
from bot.blocks.guide import sentence, told_view, trouble_home
from bot.commands import COMMAND, answer_command
from bot.desk import Desk
from bot.direct_messages import message_received
from bot.form import (
    form_edited,
    form_filled,
    form_submitted,
    form_tried,
    form_wanted,
    form_widened,
)
from bot.home import home_opened
from bot.lookup import look_up_pressed
from bot.once import RepeatedEvents
from bot.steps import FUNCTIONS
from bot.trouble import told
from bot.unfurling import links_shared
from segmentation.errors import SegbotError

Listener = Callable[..., None]
Authorize = Callable[[str | None], AuthorizeResult | None]
NOT_INSTALLED: Final = (
    "Segbot is not installed in this workspace, or may not be. Ask whoever runs Segbot."
)

COMMANDS: Final[dict[str, Listener]] = {COMMAND: answer_command}
VIEWS: Final[dict[str, Listener]] = {
    form_blocks.SUBMITTED: form_submitted,
    card_views.WRONG_SUBMITTED: actions.wrong_submitted,
    subscribing.SUBMITTED: subscribing_listeners.subscribe_submitted,
    lists.SUBMITTED: uploads.list_submitted,
    shortcut_blocks.SUBMITTED: shortcuts.look_up_submitted,
}
ACTIONS: Final[dict[str, Listener]] = {
    form_blocks.OPEN: form_wanted,
    shortcut_blocks.OPEN: shortcuts.look_up_wanted,
    lists.OPEN: uploads.list_wanted,
    form_blocks.FILL: form_filled,
    form_blocks.WIDEN: form_widened,
    form_blocks.TRY: form_tried,
    form_result.EDIT: form_edited,
    card.SHARE: actions.card_shared,
    card.WHY: actions.why_asked,
    card.WHAT_IF: actions.what_if_asked,
    card.WATCH: actions.watch_wanted,
    card.MORE: actions.more_chosen,
    found.SHARE: actions.several_shared,
    **dict.fromkeys(found.LOOK_UPS, look_up_pressed),
    watching.UNWATCH: actions.unwatch_wanted,
    subscribing.OPEN: subscribing_listeners.subscribe_wanted,
    subscribing.EDIT: subscribing_listeners.edit_wanted,
    subscribing.UNSUBSCRIBE: subscribing_listeners.unsubscribe_wanted,
    subscribing.SEND_NOW: digest_buttons.send_now_wanted,
    subscribing.PREVIEW: digest_buttons.preview_wanted,
}
# As the manifest names them; those of direct messages come as plain messages.
EVENTS: Final[dict[str, Listener]] = {
    "app_home_opened": home_opened,
    "message.im": message_received,
    "link_shared": links_shared,
}


@dataclass(frozen=True, slots=True)
class Shortcut:
    """A shortcut in Slack's menus, of 24 characters at most; `type` is message or global."""

    listener: Listener
    name: str
    description: str
    type: str


SHORTCUTS: Final[dict[str, Shortcut]] = {
    shortcuts.LOOK_UP_ONE: Shortcut(
        shortcuts.look_up_wanted,
        "Look up a customer",
        "Which segment a customer is in, why, and what to do",
        "global",
    ),
    shortcuts.LOOK_UP_NAMED: Shortcut(
        shortcuts.named_looked_up,
        "Look up customers",
        "The segments of the customers that this message names",
        "message",
    ),
    lists.SCORE: Shortcut(
        uploads.list_pointed_at,
        "Score this list",
        "Tell the segment of every customer in this message's file",
        "message",
    ),
}


def slack_app(desk: Desk, client: WebClient, identity: AuthorizeResult | Authorize) -> App:
    """The app with every route; it answers when a listener is done, on the thread that asks.

    `identity` is who the bot is, or a function that tells it for a `team_id`, None for nobody.
    `bot.answering` sees to it that Slack does not wait too long.
    """
    who: Callable[..., Any] = identity if callable(identity) else lambda: identity
    slack_log = logging.getLogger("slack")
    slack_log.setLevel(logging.ERROR)  # Bolt would warn that SLACK_BOT_TOKEN is read elsewhere
    app = App(
        name="segbot",  # else Bolt looks through every module for the one that calls it
        logger=slack_log,
        client=client,
        # Named here, so that SLACK_CLIENT_ID in the environment cannot switch Bolt to OAuth.
        authorize=who,
        user_facing_authorize_error_message=NOT_INSTALLED,
        process_before_response=True,
        request_verification_enabled=False,  # bot.http does that, before it reads the body
    )
    app.use(RepeatedEvents(desk.events))
    for register, listeners in (
        (app.command, COMMANDS),
        (app.view, VIEWS),
        (app.action, ACTIONS),
        (app.event, {event.partition(".")[0]: each for event, each in EVENTS.items()}),
        (app.shortcut, {name: shortcut.listener for name, shortcut in SHORTCUTS.items()}),
        (app.function, {name: step.listener for name, step in FUNCTIONS.items()}),
    ):
        for name, listener in listeners.items():
            register(name)(partial(listener, desk))  # Bolt fills in the rest by name
    app.error(_answer_error)
    slack_log.setLevel(logging.WARNING)
    return app


def identity(client: WebClient) -> AuthorizeResult:
    """Who the bot is in its workspace; SegbotError when Slack does not accept the token."""
    try:
        answer = client.auth_test()
    except SlackApiError as error:
        raise SegbotError(
            f"Slack refused SLACK_BOT_TOKEN ({error.response['error']}). "
            "Copy the Bot User OAuth Token anew from the app's OAuth & Permissions page."
        ) from None
    except (OSError, ValueError) as error:
        raise SegbotError(
            f"Slack cannot be reached at {client.base_url} ({error}). "
            "Check the network, the proxy and SLACK_API_URL."
        ) from None
    return AuthorizeResult.from_auth_test_response(
        auth_test_response=answer, bot_token=client.token
    )


def _answer_error(error: Exception, body: dict[str, Any], client: WebClient) -> BoltResponse:
    """A sentence and a reference for the person; the traceback under that reference for the log.

    The sentence appears where the person is looking: over the form, which keeps its figures, in
    the modal, in the channel, on Home.
    """
    text = told(error)
    if body.get("type") == "view_submission":
        return _acknowledged({"response_action": "push", "view": told_view(text)})
    if "command" in body:
        return _acknowledged({"response_type": "ephemeral", **sentence(text).payload()})
    if "response_url" in body:
        payload = {"response_type": "ephemeral", "replace_original": False}
        WebhookClient(body["response_url"]).send_dict(payload | sentence(text).payload())
    elif body.get("type") == "shortcut":
        client.views_open(trigger_id=body["trigger_id"], view=told_view(text))
    elif "event" in body:
        _answer_event_error(text, body["event"], client)
    elif body.get("view", {}).get("type") == "modal":
        _tell_over_modal(text, body, client)
    else:
        client.views_publish(user_id=body["user"]["id"], view=trouble_home(text))
    return _acknowledged({})


def _tell_over_modal(text: str, body: dict[str, Any], client: WebClient) -> None:
    """Over the modal, which keeps what was typed; in its place where Slack stacks no more."""
    view = told_view(text)
    try:
        client.views_push(trigger_id=body["trigger_id"], view=view)
    except SlackApiError:
        client.views_update(view_id=body["view"]["id"], view=view)


def _answer_event_error(text: str, event: dict[str, Any], client: WebClient) -> None:
    """On Home, in the direct message, to the workflow; nowhere for a link, where nobody asked."""
    if event["type"] == "app_home_opened":
        client.views_publish(user_id=event["user"], view=trouble_home(text))
    elif event["type"] == "message":
        thread = event.get("thread_ts")
        client.chat_postMessage(
            channel=event["channel"], thread_ts=thread, **sentence(text).payload()
        )
    elif event["type"] == "function_executed":
        execution = event["function_execution_id"]
        client.functions_completeError(function_execution_id=execution, error=text)


def _acknowledged(payload: dict[str, Any]) -> BoltResponse:
    return BoltResponse(
        status=200,
        body=json.dumps(payload) if payload else "",
        headers={"content-type": "application/json"},
    )
