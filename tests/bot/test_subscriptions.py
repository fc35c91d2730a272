"""Subscriptions: a channel is subscribed, listed, changed, sent to, and unsubscribed."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime

import pytest
from slack_sdk import WebClient

from bot.access import Access
from bot.blocks.subscribing import (
    CHANNEL,
    DAY,
    EDIT,
    OTHER_ZONE,
    PARTS,
    PREVIEW,
    SEND_NOW,
    TIME,
    UNSUBSCRIBE,
    ZONE,
)
from bot.blocks.subscriptions import subscription_lines
from bot.desk import Desk
from bot.local_workspace import Channel, Driver, LocalWorkspace, Member
from bot.manifest import manifest
from bot.policy import Action
from bot.schedule import WEEK
from bot.subscribing import listed_subscriptions
from bot.subscriptions import EVERYTHING, Part, Subscription, Subscriptions
from segmentation.store import Store
from tests.bot.conftest import CHANNELS, THIS_WEEK, connected, deliver
from tests.conftest import NOON

MORE = (
    Channel("C10OPEN", "open"),
    Channel("C11SECRET", "secret", is_private=True),
    Channel("C12SHARED", "shared", is_ext_shared=True),
    Channel("C13SEND", "send"),
    Channel("C14EDIT", "edit"),
    Channel("C15END", "end"),
    Channel("C16AWAY", "away", bot_is_member=False),
    Channel("C17HIDDEN", "hidden", is_private=True, bot_is_member=False),
    Channel("C18STATUS", "status"),
    Channel("C20AGAIN", "again"),
)
MEMBERS = (
    Member("U01ADA", "Ada Okafor", "Credit risk", time_zone="Africa/Lagos"),
    Member("U02BEN", "Ben Ruiz", "Marketing", time_zone="Pacific/Chatham"),
    Member("U03CAI", "Cai Adams", "Head of data"),
)


@pytest.fixture(scope="module")
def workspace() -> Iterator[LocalWorkspace]:
    made = LocalWorkspace(manifest(), members=MEMBERS, channels=(*CHANNELS, *MORE))
    with made.running():
        yield made


@pytest.fixture(scope="module")
def bot(workspace: LocalWorkspace, desk: Desk) -> Iterator[WebClient]:
    policy = replace(desk.access.policy, admins=frozenset({"U03CAI"}))
    desk.access.policy = policy
    with connected(workspace, desk) as client:
        yield client


def says(member: Driver, channel: str) -> str:
    return str(member.sees(channel)[-1])


def subscribes(member: Driver, channel: str, **entered: object) -> dict[str, str]:
    """Subscribe a channel through the form; errors by block_id."""
    member.types("/segment subscribe", channel=channel)
    return member.submits({name: {name: value} for name, value in entered.items()})


def test_a_member_subscribes_the_channel_where_they_are(ada: Driver, desk: Desk) -> None:
    ada.types("/segment subscribe", channel="open")
    form = ada.wait_for_modal()["state"]["values"]
    assert form[CHANNEL][CHANNEL]["selected_conversation"] == "C10OPEN"
    assert form[ZONE][ZONE]["selected_option"]["value"] == "Africa/Lagos"
    entered = {DAY: {DAY: "3"}, TIME: {TIME: "16:30"}, PARTS: {PARTS: ["chart", "alerts"]}}
    assert ada.submits(entered) == {}
    done = str(ada.wait_for_modal("Done"))
    assert "<#C10OPEN> gets the digest *Thursdays at 16:30 (Africa/Lagos)*" in done
    assert "<!date^1763652600^" in done or "Thu 19 Nov 2026 16:30 in Africa/Lagos" in done
    ada.closes_modal()
    kept = desk.subscriptions.of("C10OPEN")
    assert kept is not None
    assert (kept.owner, kept.slot.words) == ("U01ADA", "Thursdays at 16:30 (Africa/Lagos)")
    assert kept.parts == {Part.CHART, Part.ALERTS}
    assert desk.audit.records()[-2].action == "subscribe"
    assert subscribes(ada, "open") == {
        CHANNEL: "This channel gets the digest already. To change it: /segment subscriptions"
    }
    ada.closes_modal()


def test_private_channels_get_it_and_a_zone_may_be_typed(ben: Driver, desk: Desk) -> None:
    ben.types("/segment subscribe", channel="secret")
    form = ben.wait_for_modal()["state"]["values"]
    assert form[ZONE][ZONE]["selected_option"]["value"] == "Pacific/Chatham"
    wrong = ben.submits({OTHER_ZONE: {OTHER_ZONE: "Europe/Berln"}})
    assert "No time zone is called “Europe/Berln”: did you mean Europe/Berlin" in wrong[OTHER_ZONE]
    assert "such as Europe/Berlin" in ben.submits({OTHER_ZONE: {OTHER_ZONE: "x9"}})[OTHER_ZONE]
    assert ben.submits({OTHER_ZONE: {OTHER_ZONE: "antarctica/troll"}}) == {}
    ben.closes_modal()
    kept = desk.subscriptions.of("C11SECRET")
    assert kept is not None
    assert kept.slot.zone.key == "Antarctica/Troll"
    assert kept.parts == EVERYTHING


@pytest.mark.parametrize(
    ("channel", "told"),
    [
        ("shared", "People of other companies are in this channel"),
        ("away", "Type /invite @Segbot there"),
        ("hidden", "Type /invite @Segbot there"),
        ("segments", "This channel gets the digest already"),
    ],
)
def test_a_channel_that_cannot_get_it_is_told_under_its_input(
    ada: Driver, desk: Desk, channel: str, told: str
) -> None:
    before = desk.subscriptions.all()
    assert told in subscribes(ada, channel)[CHANNEL]
    ada.closes_modal()
    assert desk.subscriptions.all() == before


def test_of_two_who_subscribe_a_channel_at_once_the_second_is_told(desk: Desk) -> None:
    first = Subscription("C19BOTH", desk.slot, EVERYTHING, "U01ADA", NOON, NOON)

    def while_another_is_quicker() -> datetime:
        desk.subscriptions.add(first)
        return NOON

    own = LocalWorkspace(manifest(), members=MEMBERS, channels=(Channel(first.channel, "both"),))
    with own.running(), connected(own, replace(desk, now=while_another_is_quicker)):
        ben = own.member("Ben Ruiz")
        subscribes(ben, "both", **{DAY: "3"})
        ben.wait_for_modal("Somebody was quicker")
    assert desk.subscriptions.of(first.channel) == first
    desk.subscriptions.remove(first.channel)


def test_a_channel_that_was_shared_since_gets_no_digest_at_a_press_and_no_change(
    ada: Driver, desk: Desk
) -> None:
    desk.subscriptions.add(Subscription("C12SHARED", desk.slot, EVERYTHING, "U01ADA", NOON, NOON))
    ada.types("/segment subscriptions", channel="shared")
    ada.presses(SEND_NOW)
    ada.wait_for_message("shared", containing="The digest could not be posted. What to do")
    ada.wait_for_message("app", containing="people of other companies are in the channel")
    desk.ledger.posted("C12SHARED", THIS_WEEK, NOON)
    ada.presses(SEND_NOW)
    ada.wait_for_message("shared", containing="could not be posted: people of other companies")
    assert all(message["ephemeral"] for message in ada.sees("shared") if message["bot"])
    ada.presses(EDIT)
    ada.submits({DAY: {DAY: "6"}})
    assert "People of other companies are in this channel" in str(ada.wait_for_modal("People"))
    ada.closes_modal(everything=True)
    assert desk.subscriptions.of("C12SHARED").slot == desk.slot
    desk.subscriptions.remove("C12SHARED")


def test_only_owner_and_admins_change_a_subscription(
    ada: Driver, ben: Driver, workspace: LocalWorkspace, desk: Desk
) -> None:
    assert subscribes(ada, "edit") == {}
    ada.closes_modal()
    ben.types("/segment subscriptions", channel="edit")
    listed = ben.sees("edit")[-1]
    assert "subscribed by <@U01ADA>" in listed["text"]
    assert EDIT not in str(listed["blocks"][1:3])
    ben.types("/segment unsubscribe", channel="edit")
    told = "Only the member who subscribed it or an admin may change this. Ask Cai Adams."
    assert told in says(ben, "edit")
    assert ("subscription change", "denied") in [
        (record.action, record.result) for record in desk.audit.records()
    ]
    cai = workspace.member("Cai Adams")
    cai.types("/segment subscriptions", channel="edit")
    assert cai.presses(EDIT).error is None
    form = cai.wait_for_modal("Change the digest")
    assert "<#C14EDIT>" in str(form["blocks"])
    before = desk.subscriptions.of("C14EDIT")
    assert cai.submits({DAY: {DAY: "6"}}) == {}
    cai.closes_modal()
    changed = desk.subscriptions.of("C14EDIT")
    assert before is not None
    assert changed is not None
    assert (changed.owner, changed.slot.weekday, changed.slot.at) == ("U01ADA", 6, before.slot.at)


def test_a_subscription_is_ended_by_its_owner(ada: Driver, desk: Desk) -> None:
    subscribes(ada, "end")
    ada.closes_modal()
    ada.types("/segment subscriptions", channel="end")
    ada.presses(UNSUBSCRIBE)
    ada.wait_for_message("end", containing="The channel gets no more digests")
    assert desk.subscriptions.of("C15END") is None
    ada.types("/segment unsubscribe", channel="end")
    assert "This channel does not get the digest" in says(ada, "end")
    ada.types("/segment unsubscribe", channel="segments")
    assert "Only whoever runs Segbot or an admin" in says(ada, "segments")


def test_to_unsubscribe_by_command_counts_and_is_recorded_once(desk: Desk) -> None:
    desk.subscriptions.add(Subscription("C15END", desk.slot, EVERYTHING, "U01ADA", NOON, NOON))
    before = len(desk.audit.records())
    strict = Access(replace(desk.access.policy, a_minute=1), desk.audit)
    own = LocalWorkspace(manifest(), members=MEMBERS, channels=(Channel("C15END", "end"),))
    with own.running(), connected(own, replace(desk, access=strict)):
        ada = own.member("Ada Okafor")
        ada.types("/segment unsubscribe", channel="end")
        assert "The channel gets no more digests" in says(ada, "end")
    (record,) = desk.audit.records()[before:]
    assert (record.action, record.result) == ("unsubscribe", "ended")


def test_the_settings_channel_is_ended_in_the_settings(
    workspace: LocalWorkspace, bot: WebClient
) -> None:
    assert bot.token
    cai = workspace.member("Cai Adams")
    cai.types("/segment unsubscribe", channel="segments")
    assert "SEGBOT_DIGEST_CHANNEL" in says(cai, "segments")


def test_a_digest_is_sent_now_and_counts_for_its_week(
    ada: Driver, desk: Desk, bot: WebClient
) -> None:
    subscribes(ada, "send")
    ada.closes_modal()
    ada.types("/segment digest", channel="send")
    ada.presses(SEND_NOW)
    ada.wait_for_message("send", containing="The digest stands in the channel")
    posted = [m for m in ada.sees("send") if m["bot"] and not m["ephemeral"]]
    assert len(posted) == 3  # the digest, its details, its file
    assert {m["thread_ts"] for m in posted[1:]} == {posted[0]["ts"]}
    deliver(desk, bot)
    again = [m for m in ada.sees("send") if m["bot"] and not m["ephemeral"]]
    assert len(again) == 3
    delivered = desk.ledger.delivery("C13SEND", THIS_WEEK)
    assert delivered is not None
    assert delivered.state == "posted"


def test_no_second_digest_is_promised_for_a_day_that_had_one(
    ada: Driver, desk: Desk, bot: WebClient
) -> None:
    today = NOON.date()
    desk.ledger.claim("C20AGAIN", today, NOON)
    desk.ledger.posted("C20AGAIN", today, NOON, THIS_WEEK)
    assert subscribes(ada, "again", **{DAY: str(today.weekday()), TIME: "23:30"}) == {}
    promised = "Wed 25 Nov 2026 23:30 in Africa/Lagos"
    assert promised in str(ada.wait_for_modal("Done"))
    ada.closes_modal()
    (listed,) = (x for x in listed_subscriptions(desk, "U01ADA") if x.one.channel == "C20AGAIN")
    for due, posted in ((listed.next_at - WEEK, 0), (listed.next_at, 1)):
        deliver(replace(desk, now=lambda due=due: due.astimezone(UTC)), bot)
        digests = [each for each in ada.sees("again") if each["bot"] and not each["thread_ts"]]
        assert len([each for each in digests if not each["ephemeral"]]) == posted


def test_a_preview_comes_whole_as_a_direct_message(ada: Driver, ben: Driver) -> None:
    before = len(ben.sees("credit-risk"))
    ben.types("/segment digest", channel="credit-risk")
    ben.presses(PREVIEW)
    ben.wait_for_message("credit-risk", containing="The preview is in your direct messages")
    digest, details, file = ben.sees("app")[-3:]
    assert "Preview for you alone" in str(digest["blocks"])
    assert details["thread_ts"] == digest["ts"]
    assert file["files"][0]["name"] == "segments-2026-11-16.csv"
    assert "Preview for you" not in str(ada.sees("app"))
    assert len(ben.sees("credit-risk")) > before


def test_status_tells_what_happened_and_never_a_false_success(
    ada: Driver, workspace: LocalWorkspace, desk: Desk, bot: WebClient
) -> None:
    subscribes(ada, "status")
    ada.closes_modal()
    ada.types("/segment status", channel="status")
    told = ada.sees("status")[-1]["text"]
    assert "*<#C18STATUS>* Mondays at 09:00 (Africa/Lagos), subscribed by <@U01ADA>" in told
    assert "Last: none yet" in told
    assert "16 Nov 2026, 2 days old: 2,000 customers (portfolio.csv)" in told
    now = datetime(2026, 11, 23, 9, tzinfo=UTC)
    later = replace(desk, now=lambda: now)
    desk.ledger.claim("C18STATUS", THIS_WEEK, now)
    desk.ledger.failed("C18STATUS", THIS_WEEK, now, "is_archived")
    for told_by in (later, desk):
        lines = subscription_lines(listed_subscriptions(told_by, "U02BEN"))
        (line,) = (line for line in lines if "C18STATUS" in line)
        assert "*failed*" in line
        assert "because the channel is archived; tried again <!date^1795424700" in line
        assert "posted" not in line
    desk.ledger.missed("C18STATUS", THIS_WEEK, now)
    (line,) = (x for x in subscription_lines(listed_subscriptions(desk, "U02BEN")) if "C18" in x)
    assert "*missed* on 16 Nov 2026 because the channel is archived" in line
    assert workspace.connected
    assert bot.token


def test_who_may_not_subscribe_is_told_whom_to_ask(
    ben: Driver, desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    rules = {a: r for a, r in desk.access.policy.rules.items() if a is not Action.SUBSCRIBE}
    monkeypatch.setattr(desk.access, "policy", replace(desk.access.policy, rules=rules))
    ben.types("/segment subscribe", channel="status")
    assert "You may not subscribe channels to the digest. Ask" in says(ben, "status")
    ben.types("/segment status", channel="status")
    assert "Newest snapshot" in says(ben, "status")


def test_workspaces_see_their_own_subscriptions_and_forget_those_of_one_that_left(
    store: Store, desk: Desk
) -> None:
    kept = Subscriptions(store.engine)
    for channel, team in (("C1", "T1"), ("C2", "T2"), ("C3", "T2")):
        kept.add(Subscription(channel, desk.slot, EVERYTHING, "U1", NOON, NOON, team=team))
    apart = kept.apart({"U1": "T1", "U4": "T2"}.get)
    assert [one.channel for one in apart.seen_by("U4")] == ["C2", "C3"]
    own = replace(desk, subscriptions=apart)
    assert own.next_post("U4").startswith("Next digest: ")
    assert own.next_post("U5").startswith("No channel gets the digest yet")
    kept.forget(["T1", "U1", "C2"])
    assert [one.channel for one in kept.all()] == ["C2", "C3"]
