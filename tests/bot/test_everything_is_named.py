"""A person who has never seen Segbot finds every function from `/segment help` or Home."""

from bot.app import COMMANDS, EVENTS, SHORTCUTS
from bot.blocks import card
from bot.commands import SUB_COMMANDS
from bot.local_workspace import Driver
from bot.steps import FUNCTIONS
from segmentation.portfolio import Portfolio

# What stands for each event in the help and on Home.
SURFACES = {
    "app_home_opened": "Home tab",
    "message.im": "direct message",
    "link_shared": "links to customers",
}


def told(ada: Driver) -> str:
    ada.types("/segment help", channel="segments")
    return str(ada.wait_for_message("segments", containing="Without typing")["text"])


def test_help_names_every_sub_command_as_it_is_typed(ada: Driver) -> None:
    text = told(ada)
    for command in COMMANDS:
        assert f"`{command}` " in text
        for word in SUB_COMMANDS:
            assert f"`{command} {word}" in text


def test_help_and_home_name_every_shortcut_and_workflow_step(ada: Driver) -> None:
    names = [each.name for each in SHORTCUTS.values()] + [each.name for each in FUNCTIONS.values()]
    for text in (told(ada), str(ada.opens_home())):
        for name in names:
            assert f"*{name}*" in text.replace('\\"', '"').replace("\\'", "'")


def test_help_names_every_other_way_in(ada: Driver) -> None:
    assert set(SURFACES) == set(EVENTS)
    text = told(ada)
    for name in SURFACES.values():
        assert name in text


def test_help_tells_what_the_cards_buttons_do(ada: Driver, portfolio: Portfolio) -> None:
    text = told(ada)
    ada.types(f"/segment {portfolio.ids[3]}", channel="segments")
    shown = ada.wait_for_message("segments", containing=card.WHAT_IF)
    (row,) = [each for each in shown["blocks"] if each["type"] == "actions"]
    labels = [each["text"]["text"] for each in row["elements"] if each["type"] == "button"]
    assert labels[0] == "Share to channel"
    assert "share it" in text
    for label in labels[1:]:
        assert f"*{label}*" in text


def test_help_stays_on_one_screen(ada: Driver) -> None:
    lines = told(ada).splitlines()
    assert len(lines) <= 34
    assert max(map(len, lines)) <= 100
