"""The local workspace's page in a real browser: files, forms, shortcuts, charts, outsiders."""

import re
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from playwright.sync_api import FilePayload, Page, expect
from slack_bolt import Ack, App
from slack_bolt.adapter.socket_mode import SocketModeHandler
from slack_sdk import WebClient

from bot.local_workspace import Channel, LocalWorkspace
from tests.local_workspace.conftest import MANIFEST, button, client_of, modal, mrkdwn, plain

Body = dict[str, Any]
CHANNELS = (
    Channel("C01BIRDS", "birds"),
    Channel("C02NEST", "nest", is_private=True),
    Channel("C03PARTNER", "partner", is_ext_shared=True),
)
WEEK: FilePayload = {"name": "week.csv", "mimeType": "text/csv", "buffer": b"a,b\n"}


@pytest.fixture
def workspace() -> Iterator[LocalWorkspace]:
    workspace = LocalWorkspace(MANIFEST, channels=CHANNELS)
    with workspace.running():
        yield workspace


@pytest.fixture
def client(workspace: LocalWorkspace) -> WebClient:
    return client_of(workspace)


@pytest.fixture
def parrot(workspace: LocalWorkspace, client: WebClient) -> Iterator[App]:
    app = App(client=client)
    app.event("message")(lambda: None)
    app.event("app_home_opened")(lambda: None)
    handler = SocketModeHandler(app, workspace.app_token)
    handler.connect()
    workspace.wait_for_bot()
    yield app
    handler.close()


def place(workspace: LocalWorkspace, channel: str) -> str:
    return f"{workspace.url}#{channel}"


def field(block_id: str, kind: str, **fields: Any) -> Body:
    element = {"type": kind, "action_id": "value", **fields}
    return {"type": "input", "block_id": block_id, "label": plain(block_id), "element": element}


def test_files_are_attached_taken_off_and_sent(
    workspace: LocalWorkspace, parrot: App, open_page: Callable[..., Page]
) -> None:
    assert parrot.client is not None
    page = open_page(place(workspace, "D01ADA"))
    with page.expect_file_chooser() as chooser:
        page.locator("#conversation").get_by_label("Attach files").click()
    chooser.value.set_files([WEEK, {**WEEK, "name": "wrong.csv"}])
    page.get_by_label("Remove wrong.csv").click()
    page.locator("#composer").fill("Please score this")
    page.locator("#composer").press("Enter")
    expect(page.locator(".message .file")).to_contain_text("week.csv")
    (message,) = workspace.member("Ada Okafor").sees("app")
    assert (message["text"], len(message["files"])) == ("Please score this", 1)
    expect(page.locator("#conversation .chip")).to_have_count(0)


def test_a_form_from_a_shortcut_takes_files_people_and_channels(
    workspace: LocalWorkspace, parrot: App, client: WebClient, open_page: Callable[..., Page]
) -> None:
    submitted: list[Body] = []

    @parrot.shortcut("ask")
    def ask(ack: Ack, shortcut: Body) -> None:
        sieve = {"include": ["public", "private"], "exclude_external_shared_channels": True}
        view = modal(
            field("File", "file_input", filetypes=["csv"], max_files=1),
            field(
                "Where",
                "conversations_select",
                filter=sieve,
                default_to_current_conversation=True,
            ),
            field("Who", "multi_users_select"),
        )
        client.views_open(trigger_id=shortcut["trigger_id"], view=view)
        ack()

    @parrot.view("form")
    def take(ack: Ack, view: Body) -> None:
        submitted.append(view["state"]["values"])
        ack()

    page = open_page(place(workspace, "C02NEST"), 390, color_scheme="dark")
    page.locator("#conversation").get_by_label("Shortcuts").click()
    page.get_by_role("menuitem", name="Ask the parrot").click()
    form = page.locator("dialog.modal")
    form.locator("input[type=file]").set_input_files(WEEK)
    expect(form.get_by_label("Remove week.csv")).to_be_visible()
    assert form.get_by_label("Where").locator("option").all_inner_texts()[1:] == ["#birds", "#nest"]
    form.get_by_label("Who").select_option("U02BEN")
    form.get_by_label("Who").select_option("U01ADA")
    form.get_by_label("Remove Ben Ruiz").click()
    form.get_by_role("button", name="Go").click()
    expect(form).not_to_be_visible()
    (values,) = submitted
    assert values["File"]["value"]["files"][0]["name"] == "week.csv"
    assert values["Where"]["value"]["selected_conversation"] == "C02NEST"
    assert values["Who"]["value"]["selected_users"] == ["U01ADA"]


def chart(kind: str) -> Body:
    categories = ["Balanced", "Instalments", "Cash advances"]
    data = [{"label": name, "value": 4 / place} for place, name in enumerate(categories, start=1)]
    series = [{"name": "This week", "data": data}, {"name": "Last week", "data": data}]
    along = {"series": series, "axis_config": {"categories": categories, "x_label": "Segment"}}
    content = {"segments": data} if kind == "pie" else along
    return {"type": "data_visualization", "title": "Sizes", "chart": {"type": kind, **content}}


@pytest.mark.parametrize("width", [390, 1280])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_charts_cards_and_markdown_are_drawn_and_told(
    workspace: LocalWorkspace,
    client: WebClient,
    open_page: Callable[..., Page],
    width: int,
    scheme: str,
) -> None:
    card = {"type": "card", "title": mrkdwn("*Cash*"), "actions": [button("go")]}
    told = "# Moved\n**Thirty** of *them*\n\n- one `C1`\n\n| a |\n|---|\n| b |"
    text = {"type": "markdown", "text": told}
    client.chat_postMessage(channel="C01BIRDS", text="F", blocks=[chart("pie"), chart("bar")])
    client.chat_postMessage(channel="C01BIRDS", text="F", blocks=[chart("line"), chart("area")])
    client.chat_postMessage(channel="C01BIRDS", text="F", blocks=[card, text])
    page = open_page(place(workspace, "C01BIRDS"), width, color_scheme=scheme)
    for name in ("Pie chart", "Bar chart", "Line chart", "Area chart"):
        picture = page.get_by_role("img", name=f"{name}: Sizes")
        expect(picture).to_have_attribute("aria-label", re.compile("Cash advances"))
    expect(page.locator(".legend").first).to_contain_text("Balanced4 (55%)")
    page.locator(".numbers summary").first.click()
    expect(page.locator(".numbers td:visible").first).to_be_visible()
    expect(page.locator(".block-markdown h4")).to_have_text("Moved")
    expect(page.get_by_role("group", name="Cash").get_by_role("button")).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")


def test_a_shared_channel_is_marked(
    workspace: LocalWorkspace, open_page: Callable[..., Page]
) -> None:
    page = open_page(place(workspace, "C03PARTNER"))
    expect(page.locator("#place-name")).to_contain_text("External people")
