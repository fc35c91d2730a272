"""The listeners that take whole lists: sent in a direct message, chosen in a form, pointed at."""

from typing import Any

from slack_bolt import Ack, Respond
from slack_sdk import WebClient

from bot.blocks.lists import FILE, elsewhere_message, hint_message, taken_view, upload_view
from bot.desk import Desk
from bot.lists import Order
from bot.policy import Action
from segmentation.endings import ending_problem


def file_received(desk: Desk, event: dict[str, Any], client: WebClient) -> None:
    """Score every list in a direct message; what is no list gets a hint."""
    member, channel = event["user"], event["channel"]
    desk.access.check(client, member, channel, Action.UPLOAD, Action.LOOK_UP)
    thread = event.get("thread_ts") or event["ts"]
    lists, problems = _told_apart(event["files"])
    for file in lists:
        origin = f"message {channel} {event['ts']} {file['id']}"
        desk.lists.take(client, _order(desk, origin, file, member, channel, thread))
    if problems:
        client.chat_postMessage(
            channel=channel, thread_ts=thread, **hint_message(problems).payload()
        )


def open_upload(desk: Desk, client: WebClient, trigger_id: str) -> None:
    """Open the form that takes a list."""
    client.views_open(trigger_id=trigger_id, view=upload_view(desk.label))


def list_wanted(desk: Desk, ack: Ack, body: dict[str, Any], client: WebClient) -> None:
    """A button asked for that form."""
    desk.access.check(client, body["user"]["id"], "", Action.UPLOAD, Action.LOOK_UP)
    open_upload(desk, client, body["trigger_id"])
    ack()


def list_submitted(
    desk: Desk, ack: Ack, body: dict[str, Any], view: dict[str, Any], client: WebClient
) -> None:
    """Score the list that was chosen in the form."""
    member = body["user"]["id"]
    desk.access.check(client, member, "", Action.UPLOAD, Action.LOOK_UP)
    (file,) = view["state"]["values"][FILE][FILE]["files"]
    problem = ending_problem(_name(file))
    if problem is not None:
        ack(response_action="errors", errors={FILE: problem})
        return
    origin = f"form {view['id']} {file['id']}"
    desk.lists.take(client, _order(desk, origin, file, member, "", None))
    ack(response_action="update", view=taken_view(_name(file)))


def list_pointed_at(
    desk: Desk, ack: Ack, body: dict[str, Any], client: WebClient, respond: Respond
) -> None:
    """Score the lists of a message; the results go to whoever asked alone."""
    member, channel = body["user"]["id"], body["channel"]["id"]
    desk.access.check(client, member, channel, Action.UPLOAD, Action.LOOK_UP)
    message = body["message"]
    lists, problems = _told_apart(message.get("files", []))
    for file in lists:
        origin = f"shortcut {body['action_ts']} {file['id']}"
        desk.lists.take(client, _order(desk, origin, file, member, channel, None))
    if not lists and not problems:
        problems = ["That message has no file."]
    respond(
        response_type="ephemeral",
        replace_original=False,
        thread_ts=message.get("thread_ts"),
        **elsewhere_message([_name(file) for file in lists], problems).payload(),
    )
    ack()


def _told_apart(files: list[dict[str, Any]]) -> tuple[list[dict[str, Any]], list[str]]:
    """The files that may be lists, and what is wrong with the others."""
    problems = [ending_problem(_name(file)) for file in files]
    lists = [file for file, problem in zip(files, problems, strict=True) if problem is None]
    return lists, [problem for problem in problems if problem is not None]


def _order(
    desk: Desk, origin: str, file: dict[str, Any], member: str, channel: str, thread: str | None
) -> Order:
    model = desk.shelf.current().document
    return Order(origin, file["id"], _name(file), member, channel, thread, model)


def _name(file: dict[str, Any]) -> str:
    """The file's name; a file shared from elsewhere may come without one."""
    return str(file.get("name") or file["id"])
