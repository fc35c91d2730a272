"""What an app says, made into a message: checked as Slack checks it, whichever way it came."""

import json

from bot.local_workspace.block_kit import check_message, mass_mentions, with_ids
from bot.local_workspace.block_kit_checks import fault
from bot.local_workspace.errors import RefusedOnPurpose, SlackError, invalid
from bot.local_workspace.handouts import ResponseUrl
from bot.local_workspace.records import Json, Message
from bot.local_workspace.state import State

TEXT_CHARACTERS = 40_000


def spoken(state: State, arguments: Json, *, by: str) -> tuple[str, list[Json]]:
    """The text and blocks of what the app says; `by` names the way it came.

    Raises SlackError when Slack would refuse; notes what Slack would only frown at.
    """
    text, blocks = str(arguments.get("text") or ""), arguments.get("blocks") or []
    if not text and not blocks:
        raise SlackError("no_text")
    if len(text) > TEXT_CHARACTERS:
        raise SlackError("msg_too_long")
    if blocks and not text and by != "files.completeUploadExternal":
        state.problem(f"{by}: no fallback `text` beside the blocks")
    return text, checked_blocks(state, text, blocks, by=by)


def checked_blocks(state: State, text: str, blocks: list[Json], *, by: str) -> list[Json]:
    """Blocks with ids, once Slack would take them beside `text`."""
    refuse_on_purpose(state, blocks, "invalid_blocks", "/blocks")
    for mention in mass_mentions(text, blocks):
        state.problem(f"{by}: {mention} would notify the whole channel")
    if blocks:
        check_message(blocks, state.files.keys())
    state.accepted({"text": text, "blocks": blocks})
    return with_ids(blocks, state.new_id)


def refuse_on_purpose(state: State, blocks: object, error: str, pointer: str) -> None:
    """Raise RefusedOnPurpose if there is a block that the workspace was made to reject."""
    for number, block in enumerate(blocks if isinstance(blocks, list) else ()):
        if isinstance(block, dict) and (kind := block.get("type")) in state.reject_blocks:
            sentence = fault(f"unsupported type: {kind}", f"{pointer}/{number}/type")
            raise RefusedOnPurpose(error, response_metadata={"messages": [sentence]})


def decoded(value: object, name: str) -> object:
    """A JSON argument, which forms carry as text."""
    if not isinstance(value, str):
        return value
    try:
        return json.loads(value)
    except json.JSONDecodeError as damage:
        raise invalid("invalid_arguments", [f"[ERROR] {name} is not JSON: {damage}"]) from None


def respond(state: State, ticket: ResponseUrl, body: Json, *, by: str) -> None:
    """Do what the app asks of a response_url, or in the body of an acknowledged command.

    `replace_original` and `delete_original` act on the message that the button was in; a
    command has none, and Slack then posts a new message.
    """
    source = state.message(ticket.channel, ticket.source_ts) if ticket.source_ts else None
    if body.get("delete_original") and source:
        state.remove(source)
        return
    text, blocks = spoken(state, body, by=by)
    if body.get("replace_original") and source:
        source.text, source.blocks, source.edited = text, blocks, source.visible_to is None
        state.changed()
        return
    shared = body.get("response_type") == "in_channel"
    state.post(
        Message(
            ts=state.new_ts(),
            channel=ticket.channel,
            text=text,
            blocks=blocks,
            visible_to=None if shared else ticket.member,
            thread_ts=body.get("thread_ts") or ticket.thread_ts,
            from_bot=True,
        )
    )
