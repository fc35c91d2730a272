"""What a member does with an open modal: submit it, or close it."""

from collections.abc import Iterator

from bot.local_workspace import payloads, views_api
from bot.local_workspace.block_kit import elements
from bot.local_workspace.entries import Entered, client_errors, entered_state
from bot.local_workspace.errors import SlackError
from bot.local_workspace.exchange import Exchange
from bot.local_workspace.form_values import form_values
from bot.local_workspace.records import Delivery, Json, Member, OpenView, Submission
from bot.local_workspace.state import State

TROUBLE = "We had some trouble connecting. Try again?"


def submit(exchange: Exchange, member: Member, view_id: str, entered: Entered) -> Submission:
    """Submit the topmost modal; fields that are not named hold what they held.

    What Slack's client would stop never reaches the app.
    """
    state = exchange.state
    shown = exchange.shown(member.id, {"type": "view", "view_id": view_id})
    shown.enter(form_values(state, member, shown.view["blocks"], entered))
    if stopped := client_errors(shown.view["blocks"], shown.entered):
        return Submission(stopped)
    payload = {
        **payloads.view_submission(state.app, member, shown),
        "response_urls": list(_response_urls(exchange, shown)),
        **exchange.trigger(member.id, shown.origin),
    }
    reply = exchange.deliver("interactive", payload)
    if reply.error:
        return Submission(error=TROUBLE)
    try:
        with state.lock:
            return Submission(_answered(state, shown, reply.body))
    except SlackError as refusal:
        state.problem(f"view_submission acknowledged: {refusal}")
        return Submission(error=TROUBLE)


def close(
    exchange: Exchange, member: Member, view_id: str, *, everything: bool = False
) -> Delivery:
    """Close the topmost modal, or all of them; the app hears of it where it asked to."""
    state = exchange.state
    with state.lock:
        exchange.shown(member.id, {"type": "view", "view_id": view_id})
        stack = state.modals[member.id]
        closed = stack[:] if everything else stack[-1:]
        del stack[-len(closed) :]
        state.changed()
    delivery = Delivery()
    for shown in reversed(closed):
        if shown.view.get("notify_on_close"):
            payload = payloads.view_closed(state.app, member, shown, is_cleared=everything)
            delivery = exchange.deliver("interactive", payload).delivery
    return delivery


def _response_urls(exchange: Exchange, shown: OpenView) -> Iterator[Json]:
    """An address for each conversation that was chosen where the view asks for one."""
    values = entered_state(shown.view["blocks"], shown.entered)
    for block, element in elements(shown.view["blocks"]):
        if not element.get("response_url_enabled") or block["type"] != "input":
            continue
        held = values[block["block_id"]][element["action_id"]]
        if channel := held.get("selected_conversation") or held.get("selected_channel"):
            yield {
                "block_id": block["block_id"],
                "action_id": element["action_id"],
                "channel_id": channel,
                "response_url": exchange.response_url(shown.member, channel),
            }


def _answered(state: State, shown: OpenView, body: Json) -> dict[str, str]:
    """Do what the app answered to a submission; the errors it wants shown, by block_id."""
    stack = state.modals[shown.member]
    match body.get("response_action"):
        case "errors":
            return _errors(shown, body["errors"])
        case "update":
            views_api.replace(state, shown, views_api.checked(state, body["view"], "modal"))
        case "push":
            views_api.push(state, shown.member, views_api.checked(state, body["view"], "modal"))
        case "clear":
            stack.clear()
        case None:
            stack[:] = [view for view in stack if view is not shown]
        case unknown:
            raise SlackError("invalid_response_action", given=unknown)
    state.changed()
    return {}


def _errors(shown: OpenView, errors: dict[str, str]) -> dict[str, str]:
    """The app's errors; each must belong to an input block."""
    inputs = {block["block_id"] for block in shown.view["blocks"] if block["type"] == "input"}
    if not errors or set(errors) - inputs:
        raise SlackError("invalid_errors", given=sorted(errors), inputs=sorted(inputs))
    return dict(errors)
