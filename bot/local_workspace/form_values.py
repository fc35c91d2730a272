"""What a member enters on a form, made into what the form holds: picked files become files."""

from collections.abc import Callable, Sequence
from typing import Any

from bot.local_workspace.block_kit import elements
from bot.local_workspace.entries import Entered
from bot.local_workspace.errors import SlackError
from bot.local_workspace.files_api import member_file
from bot.local_workspace.records import File, Json, Member
from bot.local_workspace.state import State

Picked = str | tuple[str, bytes] | File


def form_values(
    state: State, member: Member, blocks: Sequence[Json], entered: Entered
) -> dict[str, dict[str, Any]]:
    """What was entered, by block_id and action_id; raises SlackError where it names nothing."""
    values: dict[str, dict[str, Any]] = {name: {**fields} for name, fields in entered.items()}
    for block, element in elements(blocks):
        given = values.get(block["block_id"], {})
        if element["type"] in MADE and element["action_id"] in given:
            made = MADE[element["type"]]
            given[element["action_id"]] = made(state, member, given[element["action_id"]])
    return values


def _files(state: State, member: Member, picked: Sequence[Picked] | None) -> list[File]:
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


MADE: dict[str, Callable[[State, Member, Any], Any]] = {"file_input": _files}
