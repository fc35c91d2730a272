"""A Bolt app over Socket Mode: commands, buttons, Home, events, time-outs, reconnects."""

from typing import Any

import pytest
from slack_bolt import Ack, App, Respond
from slack_sdk import WebClient
from slack_sdk.socket_mode import SocketModeClient
from websockets.exceptions import InvalidStatus
from websockets.sync.client import connect

from bot.local_workspace import LocalWorkspace
from bot.local_workspace.errors import SlackError
from tests.local_workspace.conftest import MANIFEST, button, hang_up, modal, plain, section

Body = dict[str, Any]


def test_a_command_is_acknowledged_and_answered_in_private(
    workspace: LocalWorkspace, parrot: App
) -> None:
    @parrot.command("/parrot")
    def repeat(ack: Ack, respond: Respond, command: Body) -> None:
        ack()
        respond(f"{command['text']} from {command['user_id']} in {command['channel_name']}")

    ada = workspace.member("Ada Okafor")
    sent = ada.types("/parrot  hello ", channel="birds")
    assert sent.error is None
    assert sent.acknowledged_after is not None
    assert sent.acknowledged_after < 1
    assert ada.wait_for_message("birds", "hello from U01ADA in birds")["ephemeral"] is True
    assert workspace.member("Ben Ruiz").sees("birds") == []
    assert workspace.problems == ()


def test_an_acknowledgement_can_carry_the_answer(workspace: LocalWorkspace, parrot: App) -> None:
    @parrot.command("/parrot")
    def repeat(ack: Ack) -> None:
        ack(text="Everyone, look", blocks=[section("Look")], response_type="in_channel")

    workspace.member("Ada Okafor").types("/parrot", channel="birds")
    (seen,) = workspace.member("Ben Ruiz").sees("birds")
    assert (seen["text"], seen["ephemeral"]) == ("Everyone, look", False)


def test_what_a_member_types_arrives_escaped(workspace: LocalWorkspace, parrot: App) -> None:
    @parrot.command("/parrot")
    def repeat(ack: Ack, command: Body) -> None:
        ack(command["text"])

    ada = workspace.member("Ada Okafor")
    ada.types("/parrot <!channel> & co", channel="birds")
    assert ada.sees("birds")[-1]["text"] == "&lt;!channel&gt; &amp; co"
    assert workspace.problems == ()


def test_a_refused_acknowledgement_is_shown_to_the_member(
    workspace: LocalWorkspace, parrot: App
) -> None:
    @parrot.command("/parrot")
    def repeat(ack: Ack) -> None:
        ack(text="F", blocks=[section("")])

    ada = workspace.member("Ada Okafor")
    assert ada.types("/parrot", channel="birds").error == "invalid_blocks"
    assert ada.sees("birds")[-1]["text"] == '/parrot failed with the error "invalid_blocks"'


def test_a_command_that_is_not_acknowledged_in_time_shows_slack_s_notice(
    workspace: LocalWorkspace, client: WebClient
) -> None:
    silent = SocketModeClient(workspace.app_token, web_client=client)
    silent.connect()
    workspace.wait_for_bot()
    ada = workspace.member("Ada Okafor")
    assert ada.types("/parrot", channel="birds").error == "operation_timeout"
    notice = ada.wait_for_message("birds", "operation_timeout")
    assert notice["text"] == '/parrot failed with the error "operation_timeout"'
    assert notice["system"] is True
    hang_up(silent)


def test_an_unknown_command_never_reaches_the_app(workspace: LocalWorkspace) -> None:
    ada = workspace.member("Ada Okafor")
    assert ada.types("/macaw", channel="birds").error == "unknown_command"
    assert ada.sees("birds")[-1]["text"] == "`/macaw` is not a valid command."


def test_a_command_does_not_work_in_a_thread(workspace: LocalWorkspace, client: WebClient) -> None:
    ts = client.chat_postMessage(channel="C01BIRDS", text="Polly")["ts"]
    ada = workspace.member("Ada Okafor")
    sent = ada.types("/parrot", channel="birds", thread_ts=ts)
    assert sent.error == "not_supported_in_threads"
    assert ada.sees("birds")[-1]["thread_ts"] == ts


def test_a_button_can_replace_the_private_message_it_is_in(
    workspace: LocalWorkspace, parrot: App
) -> None:
    @parrot.command("/parrot")
    def offer(ack: Ack) -> None:
        ack(text="F", blocks=[{"type": "actions", "elements": [button("go", value="7")]}])

    @parrot.action("go")
    def go(ack: Ack, respond: Respond, action: Body, body: Body) -> None:
        ack()
        assert "message" not in body
        respond(text=f"Pressed {action['value']}", replace_original=True)

    ada = workspace.member("Ada Okafor")
    ada.types("/parrot", channel="birds")
    pressed = ada.presses("go")
    assert pressed.error is None
    assert ada.wait_for_message("birds", "Pressed 7")["blocks"] == []
    assert len(ada.sees("birds")) == 1


def test_a_button_can_delete_the_message_it_is_in(
    workspace: LocalWorkspace, parrot: App, client: WebClient
) -> None:
    @parrot.action("go")
    def go(ack: Ack, respond: Respond, body: Body) -> None:
        ack()
        assert body["message"]["text"] == "F"
        respond(delete_original=True)

    blocks = [section("Look", accessory=button("go"))]
    client.chat_postMessage(channel="C01BIRDS", text="F", blocks=blocks)
    ada = workspace.member("Ada Okafor")
    ada.presses("go")
    workspace.wait_until(lambda: ada.sees("birds") == [])


def test_a_command_has_no_original_to_replace(workspace: LocalWorkspace, parrot: App) -> None:
    @parrot.command("/parrot")
    def repeat(ack: Ack, respond: Respond) -> None:
        ack("One")
        respond(text="Two", replace_original=True)

    ada = workspace.member("Ada Okafor")
    ada.types("/parrot", channel="birds")
    ada.wait_for_message("birds", "Two")
    assert {seen["text"] for seen in ada.sees("birds")} == {"One", "Two"}


def test_a_choice_arrives_as_slack_sends_it(
    workspace: LocalWorkspace, parrot: App, client: WebClient
) -> None:
    taken: list[Body] = []

    @parrot.action("pick")
    def pick(ack: Ack, action: Body, body: Body) -> None:
        taken.extend([action, body["state"]["values"]])
        ack()

    options = [{"text": plain("One"), "value": "1"}, {"text": plain("Two"), "value": "2"}]
    select = {"type": "static_select", "action_id": "pick", "options": options}
    blocks = [{"type": "actions", "block_id": "row", "elements": [select]}]
    client.chat_postMessage(channel="C01BIRDS", text="F", blocks=blocks)
    workspace.member("Ada Okafor").presses("pick", "2")
    action, state = taken
    assert action["selected_option"] == options[1]
    assert state == {"row": {"pick": {"type": "static_select", "selected_option": options[1]}}}


def test_nobody_presses_what_they_cannot_see(workspace: LocalWorkspace, client: WebClient) -> None:
    blocks = [{"type": "actions", "elements": [button("go")]}]
    client.chat_postEphemeral(channel="C01BIRDS", user="U01ADA", text="F", blocks=blocks)
    with pytest.raises(SlackError, match="no_such_element"):
        workspace.member("Ben Ruiz").presses("go")


def test_opening_home_asks_the_app_for_it(
    workspace: LocalWorkspace, parrot: App, client: WebClient
) -> None:
    @parrot.event("app_home_opened")
    def home(event: Body) -> None:
        blocks = [section(f"Hello {event['user']}", accessory=button("go"))]
        client.views_publish(user_id=event["user"], view={"type": "home", "blocks": blocks})

    @parrot.action("go")
    def go(ack: Ack, body: Body) -> None:
        ack()
        view = {"type": "home", "blocks": [section("Pressed")]}
        client.views_publish(user_id=body["user"]["id"], view=view, hash=body["view"]["hash"])

    ada = workspace.member("Ada Okafor")
    assert ada.opens_home()["blocks"][0]["text"]["text"] == "Hello U01ADA"
    ada.presses("go")
    workspace.wait_until(lambda: "Pressed" in str(ada.home))
    assert workspace.member("Ben Ruiz").home is None
    assert workspace.problems == ()


def test_a_direct_message_to_the_app_is_an_event(workspace: LocalWorkspace, parrot: App) -> None:
    @parrot.event("message")
    def repeat(event: Body, say: Any) -> None:
        say(f"You said {event['text']}")

    ada = workspace.member("Ada Okafor")
    ada.types("hello", channel="app")
    assert ada.wait_for_message("app", "You said hello")["bot"] is True
    assert workspace.member("Ben Ruiz").sees("app") == []


def test_the_messages_tab_can_be_read_only() -> None:
    app_home = {"messages_tab_enabled": True, "messages_tab_read_only_enabled": True}
    features = {**MANIFEST["features"], "app_home": app_home}
    workspace = LocalWorkspace({**MANIFEST, "features": features})
    with workspace.running(), pytest.raises(SlackError, match="messages_tab_is_read_only"):
        workspace.member("Ada Okafor").types("hello", channel="app")


def test_opening_the_messages_tab_is_told_as_such(workspace: LocalWorkspace, parrot: App) -> None:
    opened: list[Body] = []

    @parrot.event("app_home_opened")
    def note(event: Body) -> None:
        opened.append(event)

    workspace.member("Ada Okafor").opens_messages()
    workspace.wait_until(lambda: opened)
    assert (opened[0]["tab"], opened[0]["channel"]) == ("messages", "D01ADA")
    assert "view" not in opened[0]


def test_an_event_without_its_scope_is_kept_from_the_app() -> None:
    scopes = {"bot": ["chat:write", "commands"]}
    workspace = LocalWorkspace({**MANIFEST, "oauth_config": {"scopes": scopes}})
    with workspace.running():
        workspace.member("Ada Okafor").types("hello", channel="app")
        assert workspace.problems == ("message.im: the manifest lacks the scope `im:history`",)


def test_a_message_in_a_channel_is_kept_from_an_app_that_did_not_subscribe(
    workspace: LocalWorkspace, parrot: App
) -> None:
    heard: list[Body] = []

    @parrot.event("message")
    def hear(event: Body) -> None:
        heard.append(event)

    ada = workspace.member("Ada Okafor")
    assert ada.types("hello", channel="birds").acknowledged_after is None
    assert [seen["name"] for seen in ada.sees("birds")] == ["Ada Okafor"]
    assert heard == []


def test_a_shortcut_carries_the_message(
    workspace: LocalWorkspace, parrot: App, client: WebClient
) -> None:
    @parrot.shortcut("repeat")
    def repeat(ack: Ack, shortcut: Body, respond: Respond) -> None:
        ack()
        respond(f"Again: {shortcut['message']['text']}")

    client.chat_postMessage(channel="C01BIRDS", text="Polly")
    ada = workspace.member("Ada Okafor")
    ada.uses_shortcut("repeat", ada.sees("birds")[0])
    ada.wait_for_message("birds", "Again: Polly")


def test_a_global_shortcut_carries_a_trigger_and_no_channel(
    workspace: LocalWorkspace, parrot: App, client: WebClient
) -> None:
    @parrot.shortcut({"type": "shortcut", "callback_id": "ask"})
    def ask(ack: Ack, shortcut: Body) -> None:
        assert "channel" not in shortcut
        client.views_open(trigger_id=shortcut["trigger_id"], view=modal(section("Well?")))
        ack()

    ada = workspace.member("Ada Okafor")
    assert ada.uses_global_shortcut("ask").error is None
    assert ada.wait_for_modal("Well?")
    with pytest.raises(SlackError, match="unknown_shortcut"):
        ada.uses_global_shortcut("repeat")


def test_the_app_connects_anew_when_it_is_asked_to(workspace: LocalWorkspace, parrot: App) -> None:
    parrot.command("/parrot")(lambda ack, command: ack(command["text"]))
    workspace.disconnect_bot()
    assert not workspace.connected
    ada = workspace.member("Ada Okafor")
    assert ada.types("/parrot while away", channel="birds").error is None
    assert ada.sees("birds")[-1]["text"] == "while away"
    assert workspace.connected


def test_a_socket_ticket_is_for_one_use(workspace: LocalWorkspace, client: WebClient) -> None:
    url = client.apps_connections_open(app_token=workspace.app_token)["url"]
    with connect(url, proxy=None) as socket:
        assert '"type": "hello"' in str(socket.recv())
    with pytest.raises(InvalidStatus, match="403"), connect(url, proxy=None):
        pass
