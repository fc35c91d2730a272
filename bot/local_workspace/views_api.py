"""The views.* methods of the Web API, and what a modal does when the app answers a submission."""

import secrets

from bot.local_workspace.block_kit import check_view, elements, with_ids
from bot.local_workspace.errors import SlackError
from bot.local_workspace.form_values import prefill
from bot.local_workspace.payloads import view_json
from bot.local_workspace.posting import refuse_on_purpose
from bot.local_workspace.records import Json, OpenView
from bot.local_workspace.state import State

DEEPEST = 3


def open_modal(state: State, arguments: Json) -> Json:
    view = checked(state, arguments["view"], "modal")
    trigger = state.tickets.exchange(arguments["trigger_id"])
    opened = _new(state, trigger.member, view, trigger.origin)
    state.modals[trigger.member] = [opened]
    state.changed()
    return {"view": view_json(state.app, opened)}


def push_modal(state: State, arguments: Json) -> Json:
    view = checked(state, arguments["view"], "modal")
    trigger = state.tickets.exchange(arguments["trigger_id"])
    return {"view": view_json(state.app, push(state, trigger.member, view))}


def update(state: State, arguments: Json) -> Json:
    shown = _shown(state, arguments)
    if arguments.get("hash", shown.hash) != shown.hash:
        raise SlackError("hash_conflict")
    replace(state, shown, checked(state, arguments["view"], shown.view["type"]))
    return {"view": view_json(state.app, shown)}


def publish(state: State, arguments: Json) -> Json:
    if not state.app.has_home:
        raise SlackError("not_enabled")
    member = state.member(arguments["user_id"]).id
    shown = state.homes.get(member)
    if shown and arguments.get("hash", shown.hash) != shown.hash:
        raise SlackError("hash_conflict")
    state.homes[member] = _new(state, member, checked(state, arguments["view"], "home"))
    state.changed()
    return {"view": view_json(state.app, state.homes[member])}


def checked(state: State, view: object, kind: str) -> Json:
    """The view with ids, once Slack would take it; raises SlackError if not."""
    blocks = view.get("blocks") if isinstance(view, dict) else None
    refuse_on_purpose(state, blocks, "invalid_arguments", "/view/blocks")
    check_view(view, (kind,), state.files.keys())
    taken = dict(view)  # type: ignore[call-overload]
    asks_for_files = any(each["type"] == "file_input" for _, each in elements(taken["blocks"]))
    if asks_for_files and "files:read" not in state.app.scopes:
        raise SlackError("missing_scope", needed="files:read")
    state.accepted(taken)
    return {**taken, "blocks": with_ids(taken["blocks"], state.new_id)}


def push(state: State, member: str, view: Json) -> OpenView:
    """Put a modal on top of those that are open; Slack shows three at most."""
    stack = state.modals[member]
    if not stack:
        raise SlackError("not_found")
    if len(stack) >= DEEPEST:
        raise SlackError("push_limit_reached")
    pushed = _new(state, member, view, stack[0].origin)
    pushed.root_id, pushed.previous_id = stack[0].id, stack[-1].id
    stack.append(pushed)
    state.changed()
    return pushed


def replace(state: State, shown: OpenView, view: Json) -> None:
    """Show another view in the place of `shown`; what was entered stays where ids are the same."""
    shown.view, shown.hash = view, _hash(state)
    prefill(state, shown)
    state.changed()


def _shown(state: State, arguments: Json) -> OpenView:
    if "view_id" in arguments:
        return state.view(arguments["view_id"])
    for stack in state.modals.values():
        for shown in stack:
            if shown.view.get("external_id") == arguments["external_id"]:
                return shown
    raise SlackError("not_found")


def _new(state: State, member: str, view: Json, origin: str | None = None) -> OpenView:
    view_id = state.new_id("V")
    opened = OpenView(view_id, _hash(state), member, view, root_id=view_id, origin=origin)
    prefill(state, opened)
    return opened


def _hash(state: State) -> str:
    return f"{int(state.clock())}.{secrets.token_hex(4)}"
