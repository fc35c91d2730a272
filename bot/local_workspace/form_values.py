"""What a member enters on a form, made into what the form holds: names become ids, picks files."""

import re
from collections.abc import Callable, Sequence
from typing import Any

from bot.local_workspace.block_kit import elements
from bot.local_workspace.entries import Entered
from bot.local_workspace.errors import SlackError
from bot.local_workspace.files_api import member_file
from bot.local_workspace.records import Channel, File, Json, Member, OpenView
from bot.local_workspace.state import State

Picked = str | tuple[str, bytes] | File
Make = Callable[[State, Member, Json, Any], Any]

KINDS = {"im": "im", "group": "private", "channel": "public"}


def form_values(
    state: State, member: Member, blocks: Sequence[Json], entered: Entered
) -> dict[str, dict[str, Any]]:
    """What was entered, by block_id and action_id; raises SlackError where it names nothing."""
    values: dict[str, dict[str, Any]] = {name: {**fields} for name, fields in entered.items()}
    for block, element in elements(blocks):
        given = values.get(block["block_id"], {})
        if element["action_id"] in given:
            given[element["action_id"]] = form_value(
                state, member, element, given[element["action_id"]]
            )
    return values


def form_value(state: State, member: Member, element: Json, value: object) -> object:
    """What one element holds once `value` is entered; raises SlackError where it names nothing."""
    if value in (None, "") or element["type"] not in MADE:
        return value
    return MADE[element["type"]](state, member, element, value)


def prefill(state: State, shown: OpenView) -> None:
    """Choose the conversation in view wherever a menu of a new view asks for it and offers it."""
    member = state.members[shown.member]
    for block, element in elements(shown.view["blocks"]):
        given = shown.entered.get(block["block_id"], {})
        wanted = element.get("default_to_current_conversation") and shown.origin
        named = element.get("initial_conversation") or element.get("initial_conversations")
        if not wanted or named or element["action_id"] in given:
            continue
        if wanted in {each.id for each in conversations(state, member, element)}:
            several = element["type"].startswith("multi_")
            value = [wanted] if several else wanted
            shown.enter({block["block_id"]: {element["action_id"]: value}})


def conversations(state: State, member: Member, element: Json) -> list[Channel]:
    """The conversations that a conversations_select offers to this member."""
    sieve = element.get("filter") or {}
    kinds = sieve.get("include") or KINDS.values()
    return [
        each
        for each in state.conversations(member.id)
        if KINDS[each.kind] in kinds
        and not (sieve.get("exclude_external_shared_channels") and each.is_ext_shared)
        and not (sieve.get("exclude_bot_users") and each.direct_with)
    ]


def _conversation(state: State, member: Member, element: Json, key: str) -> str:
    """A conversation by id or name, "app" for the direct message with the app."""
    found = state.channel(member.id if key == "app" else key)
    if found not in conversations(state, member, element):
        raise SlackError("no_such_option", action_id=element["action_id"], value=key)
    return found.id


def _channel(state: State, member: Member, element: Json, key: str) -> str:
    return _conversation(state, member, {**element, "filter": {"include": ["public"]}}, key)


def _user(state: State, _member: Member, _element: Json, key: str) -> str:
    member = state.member(key)
    if member.deleted:
        raise SlackError("user_not_found")
    return member.id


def _several(one: Make) -> Make:
    def made(state: State, member: Member, element: Json, keys: Sequence[str]) -> list[str]:
        return [one(state, member, element, key) for key in keys]

    return made


def _matching(pattern: str) -> Make:
    def made(_state: State, _member: Member, element: Json, value: str) -> str:
        if not re.fullmatch(pattern, value):
            raise SlackError("no_such_option", action_id=element["action_id"], value=value)
        return value

    return made


def _files(
    state: State, member: Member, _element: Json, picked: Sequence[Picked] | None
) -> list[File]:
    """Files by their ids, or as names and contents; the app may see them from now on."""
    files = [_file(state, member, each) for each in picked or ()]
    for file in files:
        file.submitted = True
    return files


def _file(state: State, member: Member, picked: Picked) -> File:
    if isinstance(picked, File):
        return picked
    if isinstance(picked, str):
        if picked not in state.files:
            raise SlackError("file_not_found", file=picked)
        return state.files[picked]
    name, content = picked
    return member_file(state, member.id, name, content)


MADE: dict[str, Make] = {
    "channels_select": _channel,
    "conversations_select": _conversation,
    "datepicker": _matching(r"\d{4}-\d\d-\d\d"),
    "file_input": _files,
    "multi_channels_select": _several(_channel),
    "multi_conversations_select": _several(_conversation),
    "multi_users_select": _several(_user),
    "timepicker": _matching(r"([01]\d|2[0-3]):[0-5]\d"),
    "users_select": _user,
}
