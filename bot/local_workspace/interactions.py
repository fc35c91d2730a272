"""What a member does with what they see: buttons, choices, shortcuts, the Home tab."""

from bot.local_workspace import payloads
from bot.local_workspace.block_kit import elements
from bot.local_workspace.entries import Entered, entered_state, held
from bot.local_workspace.errors import SlackError
from bot.local_workspace.events import tell
from bot.local_workspace.exchange import Exchange
from bot.local_workspace.form_values import form_value, form_values
from bot.local_workspace.records import Delivery, Json, Member, Message, OpenView


def act(
    exchange: Exchange,
    member: Member,
    source: Json,
    action: Json,
    entered: Entered | None = None,
) -> Delivery:
    """Press a button or choose a value.

    `source` is {"type": "message", "channel", "ts"}, {"type": "view", "view_id"} or
    {"type": "home"}; `action` has `action_id` and may have `block_id` and `value`; `entered` is
    what the form around it holds. Raises SlackError when there is no such place or element.
    """
    if source["type"] == "message":
        message = exchange.seen(member.id, source["channel"], source["ts"])
        payload = _in_message(exchange, member, message, action, entered or {})
    else:
        shown = exchange.shown(member.id, source)
        payload = _in_view(exchange, member, shown, action, entered or {})
    return exchange.deliver("interactive", payload).delivery


def use_shortcut(
    exchange: Exchange, member: Member, channel: str, ts: str, callback_id: str
) -> Delivery:
    """Use a message shortcut; raises SlackError when the manifest does not have it."""
    state = exchange.state
    _check_shortcut(exchange, callback_id, "message")
    message = exchange.seen(member.id, channel, ts)
    payload = {
        **payloads.message_shortcut(
            state.app,
            member,
            message,
            state.channels[channel],
            callback_id,
            state.new_ts(),
        ),
        **exchange.handles(member.id, channel, message),
    }
    if state.has_replies(message):  # Slack names the thread in the message that began it, too
        payload["message"]["thread_ts"] = message.ts
    return exchange.deliver("interactive", payload).delivery


def use_global_shortcut(
    exchange: Exchange, member: Member, callback_id: str, in_view: str | None = None
) -> Delivery:
    """Use a global shortcut, with a conversation in view or none.

    Raises SlackError when the manifest does not have it.
    """
    state = exchange.state
    _check_shortcut(exchange, callback_id, "global")
    payload = {
        **payloads.global_shortcut(state.app, member, callback_id, state.new_ts()),
        **exchange.trigger(member.id, in_view),
    }
    return exchange.deliver("interactive", payload).delivery


def open_home(exchange: Exchange, member: Member, tab: str = "home") -> Delivery:
    """Open a tab of the app, "home" or "messages", which an app that subscribes hears of."""
    state = exchange.state
    if tab == "home" and not state.app.has_home:
        return Delivery()
    content: Json = {
        "type": "app_home_opened",
        "user": member.id,
        "channel": state.channel(member.id).id,
        "tab": tab,
        "event_ts": state.new_ts(),
    }
    if tab == "home" and (shown := state.homes.get(member.id)):
        content["view"] = payloads.view_json(state.app, shown)
    return tell(exchange, "app_home_opened", content)


def _check_shortcut(exchange: Exchange, callback_id: str, kind: str) -> None:
    app = exchange.state.app
    if (callback_id, kind) not in {(each["callback_id"], each["type"]) for each in app.shortcuts}:
        raise SlackError("unknown_shortcut")
    if "commands" not in app.scopes:
        exchange.state.problem(f"{callback_id}: the manifest lacks the scope `commands`")


def _in_message(
    exchange: Exchange, member: Member, message: Message, action: Json, entered: Entered
) -> Json:
    state = exchange.state
    taken, chosen = _action(exchange, member, message.everything, action)
    values = form_values(state, member, message.everything, entered)
    for block_id, fields in chosen.items():
        values.setdefault(block_id, {}).update(fields)
    channel, block_id = state.channels[message.channel], taken["block_id"]
    return {
        **payloads.message_action(state.app, member, message, channel, message.unfurled(block_id)),
        **exchange.handles(member.id, message.channel, message, acts_on=True),
        "actions": [taken],
        "state": {"values": entered_state(message.everything, values)},
    }


def _in_view(
    exchange: Exchange, member: Member, shown: OpenView, action: Json, entered: Entered
) -> Json:
    blocks = shown.view["blocks"]
    taken, chosen = _action(exchange, member, blocks, action)
    shown.enter(form_values(exchange.state, member, blocks, entered))
    shown.enter(chosen)
    return {
        **payloads.view_action(exchange.state.app, member, shown),
        **exchange.trigger(member.id, shown.origin),
        "actions": [taken],
    }


def _action(
    exchange: Exchange, member: Member, blocks: list[Json], action: Json
) -> tuple[Json, Entered]:
    """The entry in `actions` that tells of it, and what is entered by it, if anything."""
    for block, element in elements(blocks):
        same_block = action.get("block_id") in {None, block["block_id"]}
        if same_block and element["action_id"] == action["action_id"]:
            value = form_value(exchange.state, member, element, action.get("value"))
            content = held(element, value)
            taken = {
                **element,
                **content,
                "block_id": block["block_id"],
                "action_ts": exchange.state.new_ts(),
            }
            chosen = {block["block_id"]: {element["action_id"]: value}}
            return taken, chosen if content else {}
    raise SlackError("no_such_element", action_id=action["action_id"])
