"""The workspace takes and refuses the blocks that Slack takes and refuses, in Slack's words."""

import json
from typing import Any

import pytest
from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError

from bot.local_workspace import LocalWorkspace
from tests.local_workspace.conftest import (
    CHANNELS,
    MANIFEST,
    button,
    client_of,
    modal,
    mrkdwn,
    number,
    plain,
    section,
)

Block = dict[str, Any]
OPTION = {"text": plain("One"), "value": "1"}
CONFIRM = {
    "title": plain("Sure?"),
    "text": mrkdwn("*Really*"),
    "confirm": plain("Yes"),
    "deny": plain("No"),
}


def actions(*elements: Block) -> Block:
    return {"type": "actions", "elements": list(elements)}


def form(element: Block, **fields: Any) -> Block:
    return {"type": "input", "label": plain("Label"), "element": element, **fields}


def select(**fields: Any) -> Block:
    return {"type": "static_select", "action_id": "pick", "options": [OPTION], **fields}


def rich_text(*parts: Block) -> Block:
    return {"type": "rich_text", "elements": list(parts)}


def words(text: str) -> Block:
    return {"type": "rich_text_section", "elements": [{"type": "text", "text": text}]}


def table(*rows: list[Block], **fields: Any) -> Block:
    return {"type": "table", "rows": list(rows), **fields}


def chart(kind: str = "bar", **fields: Any) -> Block:
    plotted = {
        "type": kind,
        "series": [{"name": "Now", "data": [point("A", 1), point("B", 2.5)]}],
        "axis_config": {"categories": ["A", "B"], "x_label": "Segment"},
    }
    return {"type": "data_visualization", "title": "Chart", "chart": {**plotted, **fields}}


def pie(*segments: Block) -> Block:
    drawn = {"type": "pie", "segments": list(segments)}
    return {"type": "data_visualization", "title": "Pie", "chart": drawn}


def point(label: str, value: float) -> Block:
    return {"label": label, "value": value}


def card(**fields: Any) -> Block:
    return {"type": "card", **fields}


def cell(text: str) -> Block:
    return {"type": "raw_text", "text": text}


TAKEN: dict[str, list[Block]] = {
    "the simple ones": [
        {"type": "header", "text": plain("Head")},
        {"type": "divider"},
        {"type": "context", "elements": [mrkdwn("*a*"), plain("b")]},
    ],
    "a section with everything": [
        {"type": "section", "fields": [mrkdwn("a"), plain("b")], "accessory": button("go")},
        section("s" * 3000, block_id="s", expand=True),
    ],
    "every menu": [
        actions(
            button("a", style="primary", value="v", confirm=CONFIRM),
            select(placeholder=plain("…"), initial_option=OPTION),
            {"type": "overflow", "action_id": "more", "options": [OPTION]},
            {"type": "conversations_select", "action_id": "c", "filter": {"include": ["public"]}},
            {"type": "channels_select", "action_id": "d"},
            {"type": "users_select", "action_id": "u"},
            {"type": "datepicker", "action_id": "e", "initial_date": "2026-11-23"},
            {"type": "timepicker", "action_id": "f", "initial_time": "09:00"},
            {"type": "radio_buttons", "action_id": "g", "options": [OPTION]},
            {"type": "checkboxes", "action_id": "h", "options": [OPTION]},
        )
    ],
    "menus of several": [
        section("a", accessory={"type": "multi_users_select", "action_id": "u"}),
        form({"type": "multi_static_select", "action_id": "s", "options": [OPTION]}),
        form(
            {
                "type": "static_select",
                "action_id": "g",
                "option_groups": [{"label": plain("Group"), "options": [OPTION]}],
                "initial_option": OPTION,
            }
        ),
    ],
    "inputs": [
        number("n", min_value="0", initial_value="1.50", max_value="2"),
        form({"type": "plain_text_input", "action_id": "t", "multiline": True}, hint=plain("h")),
    ],
    "a picture": [
        {
            "type": "image",
            "image_url": "https://example.com/a.png",
            "alt_text": "A",
            "title": plain("T"),
        }
    ],
    "rich text": [
        rich_text(
            words("a"),
            {"type": "rich_text_list", "style": "bullet", "elements": [words("b")], "indent": 1},
            {"type": "rich_text_preformatted", "elements": [{"type": "text", "text": "c"}]},
            {"type": "rich_text_quote", "elements": [{"type": "user", "user_id": "U01ADA"}]},
            {
                "type": "rich_text_section",
                "elements": [
                    {"type": "text", "text": "d", "style": {"bold": True}},
                    {"type": "link", "url": "https://example.com", "text": "e"},
                    {"type": "emoji", "name": "wave"},
                ],
            },
        )
    ],
    "a table": [
        table(
            [cell("a"), cell("b")],
            [cell("1"), rich_text(words("2"))],
            column_settings=[None, {"align": "right", "is_wrapped": True}],
        )
    ],
    "numbers in a table": [table([{"type": "raw_number", "value": 1.5, "text": "1.5"}])],
    "two charts": [pie(point("A", 1), point("B", 2)), chart("line")],
    "a card": [
        card(
            title=mrkdwn("*Title*"),
            subtitle=plain("Subtitle"),
            body=plain("Body"),
            actions=[button("go")],
        )
    ],
    "markdown": [{"type": "markdown", "text": "# Title\n**bold**"}],
    "a channel in rich text": [
        rich_text(
            {
                "type": "rich_text_section",
                "elements": [{"type": "channel", "channel_id": "C01BIRDS"}],
            }
        )
    ],
    "fifty blocks": [{"type": "divider"}] * 50,
}

REFUSED: dict[str, tuple[list[Block], str]] = {
    "a block nobody knows": (
        [{"type": "parrot"}],
        "unsupported type: parrot [json-pointer:/blocks/0/type]",
    ),
    "an element nobody knows": (
        [actions({"type": "lever", "action_id": "a"})],
        "unsupported type: lever [json-pointer:/blocks/0/elements/0/type]",
    ),
    "a field nobody knows": (
        [section("a", colour="red")],
        "invalid additional property: colour [json-pointer:/blocks/0]",
    ),
    "fifty-one blocks": (
        [{"type": "divider"}] * 51,
        "no more than 50 items allowed [json-pointer:/blocks]",
    ),
    "a long section": (
        [section("s" * 3001)],
        "must be less than 3001 characters [json-pointer:/blocks/0/text/text]",
    ),
    "a long field": (
        [{"type": "section", "fields": [mrkdwn("s" * 2001)]}],
        "must be less than 2001 characters [json-pointer:/blocks/0/fields/0/text]",
    ),
    "eleven fields": (
        [{"type": "section", "fields": [mrkdwn("s")] * 11}],
        "no more than 10 items allowed [json-pointer:/blocks/0/fields]",
    ),
    "an empty text": (
        [section("")],
        "must be more than 0 characters [json-pointer:/blocks/0/text/text]",
    ),
    "a section that says nothing": (
        [{"type": "section"}],
        "missing required field: text or fields [json-pointer:/blocks/0]",
    ),
    "mrkdwn in a header": (
        [{"type": "header", "text": mrkdwn("a")}],
        "unsupported type: mrkdwn [json-pointer:/blocks/0/text/type]",
    ),
    "a long header": (
        [{"type": "header", "text": plain("h" * 151)}],
        "must be less than 151 characters [json-pointer:/blocks/0/text/text]",
    ),
    "a long button": (
        [actions({**button("a"), "text": plain("b" * 76)})],
        "must be less than 76 characters [json-pointer:/blocks/0/elements/0/text/text]",
    ),
    "a long button value": (
        [actions(button("a", value="v" * 2001))],
        "must be less than 2001 characters [json-pointer:/blocks/0/elements/0/value]",
    ),
    "an odd button style": ([actions(button("a", style="red"))], "must be a valid enum value"),
    "twenty-six actions": (
        [actions(*(button(f"a{n}") for n in range(26)))],
        "no more than 25 items allowed [json-pointer:/blocks/0/elements]",
    ),
    "eleven context elements": (
        [{"type": "context", "elements": [plain("a")] * 11}],
        "no more than 10 items allowed",
    ),
    "no options": ([actions(select(options=[]))], "no fewer than 1 items allowed"),
    "a hundred and one options": (
        [actions(select(options=[OPTION] * 101))],
        "no more than 100 items",
    ),
    "a long option text": (
        [actions(select(options=[{"text": plain("o" * 76), "value": "1"}]))],
        "must be less than 76 characters [json-pointer:/blocks/0/elements/0/options/0/text/text]",
    ),
    "a long option value": (
        [actions(select(options=[{"text": plain("o"), "value": "v" * 151}]))],
        "must be less than 151 characters [json-pointer:/blocks/0/elements/0/options/0/value]",
    ),
    "an initial option that is not offered": (
        [actions(select(initial_option={"text": plain("Two"), "value": "2"}))],
        "must be one of the options [json-pointer:/blocks/0/elements/0/initial_option]",
    ),
    "a long confirmation": (
        [actions(button("a", confirm={**CONFIRM, "text": mrkdwn("c" * 301)}))],
        "must be less than 301 characters",
    ),
    "a picture without alt text": (
        [{"type": "image", "image_url": "https://example.com/a.png"}],
        "missing required field: alt_text [json-pointer:/blocks/0]",
    ),
    "a picture from nowhere": (
        [{"type": "image", "alt_text": "A"}],
        "must provide either image_url or slack_file",
    ),
    "a picture that was never uploaded": (
        [{"type": "image", "slack_file": {"id": "F404"}, "alt_text": "A"}],
        "invalid slack file [json-pointer:/blocks/0/slack_file]",
    ),
    "numbers as numbers": ([number("n", min_value=0)], "must provide a string"),
    "numbers in scientific notation": ([number("n", initial_value="1e-07")], "must match"),
    "min above max": (
        [number("n", min_value="2", max_value="1")],
        "min_value must not be greater than max_value [json-pointer:/blocks/0/element/min_value]",
    ),
    "initial above max": (
        [number("n", initial_value="2", max_value="1")],
        "initial_value must not be greater than max_value",
    ),
    "decimals where none are allowed": (
        [number("n", initial_value="1.5", is_decimal_allowed=False)],
        "initial_value must be a whole number",
    ),
    "no word on decimals": (
        [form({"type": "number_input", "action_id": "n"})],
        "missing required field: is_decimal_allowed [json-pointer:/blocks/0/element]",
    ),
    "a button as an input": ([form(button("a"))], "unsupported type: button"),
    "a file input in a message": (
        [form({"type": "file_input", "action_id": "f"})],
        "unsupported type: file_input [json-pointer:/blocks/0/element/type]",
    ),
    "options beside groups of them": (
        [actions(select(option_groups=[{"label": plain("G"), "options": [OPTION]}]))],
        "must provide either options or option_groups [json-pointer:/blocks/0/elements/0]",
    ),
    "a menu of several among actions": (
        [actions({"type": "multi_users_select", "action_id": "u"})],
        "unsupported type: multi_users_select [json-pointer:/blocks/0/elements/0/type]",
    ),
    "a number outside an input": (
        [actions({"type": "number_input", "action_id": "a", "is_decimal_allowed": True})],
        "unsupported type: number_input",
    ),
    "two blocks of one id": (
        [section("a", block_id="x"), section("b", block_id="x")],
        "block_id already exists: x [json-pointer:/blocks/0/block_id]",
    ),
    "two actions of one id": (
        [actions(button("a"), button("a"))],
        "action_id already exists: a [json-pointer:/blocks/0]",
    ),
    "two that want the focus": (
        [number("a", focus_on_load=True), number("b", focus_on_load=True)],
        "only one element can have focus_on_load",
    ),
    "three charts": (
        [chart(), chart(), chart()],
        "no more than 2 data_visualization blocks allowed [json-pointer:/blocks/2]",
    ),
    "a chart of seven series": (
        [chart(series=[{"name": f"{n}", "data": [point("A", 1)]} for n in range(7)])],
        "no more than 6 items allowed [json-pointer:/blocks/0/chart/series]",
    ),
    "two series of one name": (
        [chart(series=[{"name": "a", "data": [point("A", 1), point("B", 2)]}] * 2)],
        "series names must be unique",
    ),
    "a label that is no category": (
        [chart(series=[{"name": "a", "data": [point("A", 1), point("C", 2)]}])],
        "labels must match the categories [json-pointer:/blocks/0/chart/series/0/data]",
    ),
    "a long category": (
        [chart(axis_config={"categories": ["c" * 21]})],
        "must be less than 21 characters [json-pointer:/blocks/0/chart/axis_config/categories/0]",
    ),
    "a long chart title": ([{**chart(), "title": "t" * 51}], "must be less than 51 characters"),
    "a slice of nothing": (
        [pie(point("A", 0))],
        "must be greater than 0 [json-pointer:/blocks/0/chart/segments/0/value]",
    ),
    "a chart of words": (
        [pie({"label": "A", "value": "1"})],
        "must provide a number [json-pointer:/blocks/0/chart/segments/0/value]",
    ),
    "an alert in a message": (
        [{"type": "alert", "text": plain("a")}],
        "unsupported type: alert [json-pointer:/blocks/0/type]",
    ),
    "an empty card": ([card(subtitle=plain("a"))], "missing required field: hero_image, title"),
    "a card of four buttons": (
        [card(actions=[button(f"a{n}") for n in range(4)])],
        "no more than 3 items allowed [json-pointer:/blocks/0/actions]",
    ),
    "a table of 101 rows": ([table(*[[cell("a")]] * 101)], "no more than 100 items allowed"),
    "a table of 21 columns": ([table([cell("a")] * 21)], "no more than 20 items allowed"),
    "an empty cell": (
        [table([cell("")])],
        "must be more than 0 characters [json-pointer:/blocks/0/rows/0/0/text]",
    ),
    "a table of too many characters": (
        [table([cell("a" * 6000), cell("b" * 4001)])],
        "must be less than 10001 characters [json-pointer:/blocks/0/rows]",
    ),
}

REFUSED_VIEWS: dict[str, tuple[Block, str]] = {
    "a long title": (
        modal(section("a"), title=plain("t" * 25)),
        "must be less than 25 characters [json-pointer:/view/title/text]",
    ),
    "no title": (
        {"type": "modal", "blocks": [section("a")]},
        "missing required field: title [json-pointer:/view]",
    ),
    "an input and no submit": (modal(number("n"), submit=None), "must provide submit"),
    "a table": (
        modal(table([cell("a")])),
        "unsupported type: table [json-pointer:/view/blocks/0/type]",
    ),
    "a chart": (
        modal(chart()),
        "unsupported type: data_visualization [json-pointer:/view/blocks/0/type]",
    ),
    "an odd alert": (
        modal({"type": "alert", "text": plain("a"), "level": "loud"}),
        "must be a valid enum value",
    ),
    "101 blocks": (modal(*[{"type": "divider"}] * 101), "no more than 100 items allowed"),
    "much private metadata": (
        modal(section("a"), private_metadata="m" * 3001),
        "must be less than 3001 characters [json-pointer:/view/private_metadata]",
    ),
    "a Home": ({"type": "home", "blocks": [section("a")]}, "must be of type ('modal',)"),
    "a bad block": (
        modal(section("")),
        "must be more than 0 characters [json-pointer:/view/blocks/0/text/text]",
    ),
    "more files than Slack takes": (
        modal(form({"type": "file_input", "action_id": "f", "max_files": 11})),
        "must be an integer from 1 to 10 [json-pointer:/view/blocks/0/element/max_files]",
    ),
    "a Home field": (modal(section("a"), colour="red"), "invalid additional property: colour"),
}


@pytest.mark.parametrize("blocks", TAKEN.values(), ids=TAKEN.keys())
def test_blocks_that_slack_takes_arrive_as_they_were_sent(
    office: LocalWorkspace, caller: WebClient, blocks: list[Block]
) -> None:
    known = len(office.problems)
    posted = caller.chat_postMessage(channel="C01BIRDS", text="Fallback", blocks=blocks)
    for sent, arrived in zip(blocks, posted["message"]["blocks"], strict=True):
        assert json.dumps(sent | {"block_id": arrived["block_id"]}, sort_keys=True) == json.dumps(
            arrived, sort_keys=True
        )
    assert office.problems[known:] == ()


@pytest.mark.parametrize(("blocks", "sentence"), REFUSED.values(), ids=REFUSED.keys())
def test_blocks_that_slack_refuses_are_refused_with_a_pointer(
    office: LocalWorkspace, caller: WebClient, blocks: list[Block], sentence: str
) -> None:
    with pytest.raises(SlackApiError) as refusal:
        caller.chat_postMessage(channel="C01BIRDS", text="Fallback", blocks=blocks)
    assert refusal.value.response["error"] == "invalid_blocks"
    messages = refusal.value.response["response_metadata"]["messages"]
    assert any(sentence in message for message in messages), messages
    assert all(message.startswith("[ERROR] ") for message in messages)
    assert sentence in office.problems[-1]


@pytest.mark.parametrize(("view", "sentence"), REFUSED_VIEWS.values(), ids=REFUSED_VIEWS.keys())
def test_views_that_slack_refuses_are_refused_with_a_pointer(
    caller: WebClient, view: Block, sentence: str
) -> None:
    with pytest.raises(SlackApiError) as refusal:
        caller.views_open(trigger_id="1", view=view)
    assert refusal.value.response["error"] == "invalid_arguments"
    assert sentence in str(refusal.value.response["response_metadata"]["messages"])


def test_a_view_over_250_kilobytes_is_too_large(caller: WebClient) -> None:
    with pytest.raises(SlackApiError, match="view_too_large"):
        caller.views_open(trigger_id="1", view=modal(*[section("s" * 3000)] * 90))


def test_all_texts_of_a_message_together_have_a_limit(caller: WebClient) -> None:
    with pytest.raises(SlackApiError, match="msg_blocks_too_long"):
        caller.chat_postMessage(channel="C01BIRDS", text="F", blocks=[section("s" * 3000)] * 5)


def test_a_message_has_one_table_at_most(caller: WebClient) -> None:
    with pytest.raises(SlackApiError, match="only_one_table_allowed"):
        caller.chat_postMessage(channel="C01BIRDS", text="F", blocks=[table([cell("a")])] * 2)


def test_every_fault_is_told_at_once(caller: WebClient) -> None:
    blocks = [section(""), {"type": "parrot"}, actions(button("a", style="red"))]
    with pytest.raises(SlackApiError) as refusal:
        caller.chat_postMessage(channel="C01BIRDS", text="Fallback", blocks=blocks)
    assert len(refusal.value.response["response_metadata"]["messages"]) == 3


@pytest.mark.parametrize("mention", ["<!channel>", "<!here>", "<!everyone|everyone>"])
@pytest.mark.parametrize("where", ["text", "mrkdwn"])
def test_a_mention_of_everyone_is_noted(
    office: LocalWorkspace, caller: WebClient, mention: str, where: str
) -> None:
    said = {"text": mention} if where == "text" else {"text": "F", "blocks": [section(mention)]}
    caller.chat_postMessage(channel="C01BIRDS", **said)
    assert mention in office.problems[-1]


@pytest.mark.parametrize("text", ["&lt;!channel&gt;", "<@U01ADA>"])
def test_what_pings_nobody_or_one_member_is_no_problem(
    office: LocalWorkspace, caller: WebClient, text: str
) -> None:
    known = len(office.problems)
    blocks = [section(text), {"type": "header", "text": plain("<!channel>")}]
    posted = caller.chat_postMessage(channel="C01BIRDS", text=text, blocks=blocks)
    assert posted["message"]["text"] == text
    assert office.problems[known:] == ()


def test_blocks_without_a_fallback_text_are_noted(
    office: LocalWorkspace, caller: WebClient
) -> None:
    with pytest.warns(UserWarning, match="text"):
        caller.chat_postMessage(channel="C01BIRDS", blocks=[section("a")])
    assert "no fallback `text`" in office.problems[-1]


def test_an_alert_and_a_card_stand_in_a_modal(caller: WebClient) -> None:
    view = modal({"type": "alert", "text": plain("a"), "level": "warning"}, card(body=plain("b")))
    with pytest.raises(SlackApiError, match="invalid_trigger_id"):
        caller.views_open(trigger_id="1", view=view)


def test_a_workspace_can_be_made_to_reject_blocks() -> None:
    workspace = LocalWorkspace(
        MANIFEST, channels=CHANNELS, reject_blocks={"data_visualization", "card"}
    )
    with workspace.running():
        client = client_of(workspace)
        with pytest.raises(SlackApiError, match="invalid_blocks"):
            client.chat_postMessage(channel="C01BIRDS", text="F", blocks=[chart()])
        with pytest.raises(SlackApiError, match="unsupported type: card"):
            client.views_open(trigger_id="1", view=modal(card(body=plain("b"))))
        client.chat_postMessage(channel="C01BIRDS", text="F", blocks=[section("a")])
        assert workspace.problems == ()
