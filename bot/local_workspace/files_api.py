"""The files.* methods of the Web API: an upload in three steps, as Slack has it since 2025."""

import mimetypes
import struct
from collections.abc import Iterator
from email.message import EmailMessage

from bot.local_workspace.chat_api import writable
from bot.local_workspace.errors import SlackError, invalid
from bot.local_workspace.file_json import file_json
from bot.local_workspace.posting import checked_blocks
from bot.local_workspace.records import File, Json, Message
from bot.local_workspace.state import State

ALT_TEXT_CHARACTERS = 1000
MOST_BYTES = 1_000_000_000


def get_upload_url(state: State, arguments: Json) -> Json:
    """Step one: announce a file by its name and length in bytes."""
    alt_txt = str(arguments.get("alt_txt") or "")
    if len(alt_txt) > ALT_TEXT_CHARACTERS:
        raise invalid("invalid_arguments", ["[ERROR] alt_txt must be less than 1001 characters"])
    if int(arguments["length"]) <= 0:
        raise invalid("invalid_arguments", ["[ERROR] length must be more than 0"])
    if int(arguments["length"]) > MOST_BYTES:
        raise SlackError("file_upload_size_restricted", limit=MOST_BYTES)
    file = _announced(
        state, state.app.bot_user_id, str(arguments["filename"]), int(arguments["length"])
    )
    file.alt_txt = alt_txt
    return {"upload_url": f"{state.url}upload/{file.id}", "file_id": file.id}


def uploaded(content_type: str, body: bytes) -> bytes:
    """The bytes of a file that is sent as they are, or as the first part of a multipart form."""
    header = EmailMessage()
    header["content-type"] = content_type
    boundary = header.get_boundary()
    if header.get_content_maintype() != "multipart" or boundary is None:
        return body
    delimiter = f"\r\n--{boundary}".encode()
    _, _, part = (b"\r\n" + body).partition(delimiter)
    return part.partition(b"\r\n\r\n")[2].partition(delimiter)[0]


def receive(state: State, file_id: str, content: bytes) -> None:
    """Step two: the bytes; raises SlackError when they are not what was announced."""
    file = state.files.get(file_id)
    if file is None:
        raise SlackError("file_not_found")
    if len(content) != file.length:
        raise SlackError("length_mismatch", announced=file.length, received=len(content))
    _fill(file, content)


def member_file(state: State, member: str, name: str, content: bytes) -> File:
    """A file that a member has picked; raises SlackError when it is empty or too large."""
    if not content:
        raise SlackError("file_is_empty", file=name)
    if len(content) > MOST_BYTES:
        raise SlackError("file_upload_size_restricted", limit=MOST_BYTES)
    with state.lock:
        file = _announced(state, member, name, len(content))
    _fill(file, content)
    return file


def open_to_app(state: State, file: File) -> bool:
    """Whether the app may see a file: its own, one shared where it is, or one from a form."""
    own = file.user == state.app.bot_user_id
    return own or file.submitted or any(_shared_with_app(state, file))


def complete_upload(state: State, arguments: Json) -> Json:
    """Step three: share the files in a channel, or keep them for blocks to show."""
    files = [_uploaded(state, each["id"]) for each in arguments["files"]]
    for file, given in zip(files, arguments["files"], strict=True):
        file.title = given.get("title") or file.name
    text = str(arguments.get("initial_comment") or "")
    given_blocks = arguments.get("blocks") or []
    if text and given_blocks:
        state.problem("files.completeUploadExternal: initial_comment given, blocks are ignored")
    for key in _channels(arguments):
        if key not in state.channels:
            raise SlackError("channel_not_found")
        channel = writable(state, key)
        blocks = checked_blocks(
            state, text, [] if text else given_blocks, by="files.completeUploadExternal"
        )
        state.post(
            Message(
                ts=state.new_ts(),
                channel=channel.id,
                text=text,
                blocks=blocks,
                files=files,
                thread_ts=arguments.get("thread_ts"),
                from_bot=True,
            )
        )
    return {"files": [_file_json(state, file) for file in files]}


def info(state: State, arguments: Json) -> Json:
    file = _uploaded(state, arguments["file"])
    if not open_to_app(state, file):
        raise SlackError("file_not_found")
    return {"file": _file_json(state, file)}


def png_size(content: bytes) -> tuple[int, int] | tuple[None, None]:
    """Width and height of a PNG in pixels, from its header; None for anything else."""
    if content[:8] != b"\x89PNG\r\n\x1a\n" or content[12:16] != b"IHDR":
        return None, None
    width, height = struct.unpack(">II", content[16:24])
    return width, height


def _channels(arguments: Json) -> list[str]:
    """Ids only: Slack takes no names here."""
    keys = [
        str(arguments.get("channel_id") or ""),
        *str(arguments.get("channels") or "").split(","),
    ]
    return [key for key in keys if key]


def _uploaded(state: State, file_id: str) -> File:
    file = state.files.get(file_id)
    if file is None or file.content is None:
        raise SlackError("file_not_found")
    return file


def _announced(state: State, user: str, name: str, length: int) -> File:
    file_id = state.new_id("F")
    file = File(
        id=file_id,
        name=name,
        length=length,
        mimetype=mimetypes.guess_type(name)[0] or "application/octet-stream",
        private_url=f"{state.url}files-pri/{state.app.team_id}-{file_id}",
        created=int(state.clock()),
        user=user,
    )
    state.files[file.id] = file
    return file


def _fill(file: File, content: bytes) -> None:
    file.content = content
    file.width, file.height = png_size(content)


def _shared_with_app(state: State, file: File) -> Iterator[Message]:
    """The messages that show a file to the app."""
    for channel in sorted(state.bot_channels):
        for message in state.messages(channel):
            if file in message.files and message.visible_to is None:
                yield message


def _file_json(state: State, file: File) -> Json:
    shares: dict[str, dict[str, list[Json]]] = {}
    for message in _shared_with_app(state, file):
        kind = "public" if state.channels[message.channel].kind == "channel" else "private"
        share = {"ts": message.ts, "thread_ts": message.thread_ts}
        shares.setdefault(kind, {}).setdefault(message.channel, []).append(share)
    public, private = shares.get("public", {}), shares.get("private", {})
    return {
        **file_json(file),
        "channels": list(public),
        "groups": [each for each in private if not state.channels[each].direct_with],
        "ims": [each for each in private if state.channels[each].direct_with],
        "shares": shares,
    }
