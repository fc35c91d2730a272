"""A marketer meets the bot where they are: in a thread, in a direct message, on Home."""

from bot import shortcuts
from bot.blocks import card, form, found, lists, subscribing
from bot.blocks import shortcuts as modal
from bot.blocks.watching import UNWATCH
from bot.commands import USAGES
from bot.local_workspace import Driver
from tests.stories.office import Office, asks, looks_up_anywhere

DRIVES = {
    shortcuts.LOOK_UP_NAMED, shortcuts.LOOK_UP_ONE, modal.SUBMITTED, modal.OPEN, form.OPEN,
    lists.OPEN, subscribing.OPEN, *found.LOOK_UPS, card.WATCH, UNWATCH, "/segment watching",
    "message.im", "app_home_opened",
}  # fmt: skip


def test_a_marketer_looks_up_whom_a_colleague_names_privately_then_shares_in_the_thread(
    ada: Driver, ben: Driver, room: str, customers: list[str]
) -> None:
    ada.types(f"Who calls {customers[62]}, or *{customers[63]}*? Not C99999.", channel=room)
    (message,) = ada.sees(room)
    ada.types("They called twice.", channel=room, thread_ts=message["ts"])
    thread = ada.sees(room)
    ben.uses_shortcut(shortcuts.LOOK_UP_NAMED, message)
    told = ben.wait_for_message(room, containing=customers[63])
    assert told["ephemeral"]
    assert told["thread_ts"] == message["ts"]
    assert "C99999" not in told["text"]
    assert ada.sees(room) == thread
    ben.presses(found.SHARE)
    shared = ada.wait_for_message(room, containing="Shared by <@U02BEN>")
    assert shared["thread_ts"] == message["ts"]
    ada.types("Good morning!", channel=room)
    ben.uses_shortcut(shortcuts.LOOK_UP_NAMED, ada.sees(room)[-1])
    ben.wait_for_message(room, containing="names no customer of the newest snapshot")


def test_a_marketer_looks_up_a_customer_from_anywhere(ben: Driver, customers: list[str]) -> None:
    shown = looks_up_anywhere(ben, customers[64])
    assert f"Customer {customers[64]}" in shown
    assert "Suggested action" in shown
    assert "Share to channel" not in shown
    ben.closes_modal(everything=True)
    assert f"Did you mean *{customers[64]}*" in looks_up_anywhere(ben, customers[64].lower())
    ben.presses(found.LOOK_UPS[0])
    ben.wait_for_modal(containing=f"Customer {customers[64]}")


def test_a_marketer_watches_from_a_modal_finds_it_in_the_list_and_stops(
    ben: Driver, room: str, customers: list[str]
) -> None:
    looks_up_anywhere(ben, customers[65])
    ben.presses(card.WATCH)
    ben.wait_for_modal(containing="direct message when customer")
    ben.closes_modal(everything=True)
    assert f"*{customers[65]}* · " in asks(ben, "/segment watching", room)["text"]
    ben.presses(UNWATCH)
    ben.wait_for_message(room, containing=f"You watch customer {customers[65]} no more.")
    assert "You watch no customer." in asks(ben, "/segment watching", room)["text"]


def test_a_marketer_writes_to_the_bot_as_to_a_colleague(ben: Driver, customers: list[str]) -> None:
    told = asks(ben, f"What about {customers[66]}?", "app")
    assert f"*Customer {customers[66]}*" in told["text"]
    ben.presses(card.SHARE, in_message=told["ts"])
    ben.wait_for_message("app", containing="no channel to share to", after=told["ts"])
    several = asks(ben, f"Compare {customers[66]} and {customers[67]}.", "app")
    assert several["blocks"][0]["type"] == "table"
    near = asks(ben, customers[68].lower(), "app")
    assert f"Did you mean *{customers[68]}*" in near["text"]


def test_a_newcomer_says_hello_and_gets_the_help(rae: Driver) -> None:
    told = asks(rae, "Hello, who are you?", "app")["text"]
    assert all(usage.what in told for usage in USAGES)


def test_home_is_a_dashboard_on_which_every_button_works(
    ben: Driver, room: str, customers: list[str]
) -> None:
    recent = customers[120:125]
    for customer in recent:
        asks(ben, f"/segment {customer}", room)
    ben.presses(card.WATCH)
    home = str(ben.opens_home())
    assert "*Snapshot of 16 Nov 2026*" in home
    assert "changed segment* since 9 Nov 2026" in home
    assert "*<#C01SEGMENTS>* Mondays at 09:00 (Europe/Berlin)" in home
    assert f"*{recent[-1]}* · " in home
    for place, customer in zip(found.LOOK_UPS, reversed(recent), strict=True):
        ben.presses(place)
        ben.wait_for_modal(containing=f"Customer {customer}")
        ben.closes_modal(everything=True)
    for action, told in (
        (modal.OPEN, "Look up a customer"),
        (form.OPEN, "Show all 17 figures"),
        (lists.OPEN, "Score a list"),
        (subscribing.OPEN, "conversations_select"),
    ):
        assert ben.presses(action).error is None
        ben.wait_for_modal(containing=told)
        ben.closes_modal(everything=True)
    ben.presses(UNWATCH)
    assert "*You watch*" not in str(ben.home)


def test_a_guest_is_refused_wherever_they_come_in(
    gus: Driver, ada: Driver, room: str, customers: list[str]
) -> None:
    told = "You may not look up customers and segments. Ask Nia Mensah"
    assert told in asks(gus, customers[66], "app")["text"]
    assert told in str(gus.opens_home())
    ada.types(f"See {customers[66]}", channel=room)
    gus.uses_shortcut(shortcuts.LOOK_UP_NAMED, ada.sees(room)[-1])
    gus.wait_for_message(room, containing=told)
    gus.uses_global_shortcut(shortcuts.LOOK_UP_ONE)
    gus.wait_for_modal(containing=told)


def test_a_marketer_left_no_door_untried(office: Office) -> None:
    assert office.door.driven >= DRIVES
