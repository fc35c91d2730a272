"""A team has the digest in its channel, and the segments in its workflows and under its links."""

from typing import Any

from bot.blocks import subscribing
from bot.blocks.subscribing import CHANNEL, DAY, EDIT, OTHER_ZONE, PARTS, TIME, ZONE
from bot.local_workspace import Driver, LocalWorkspace
from bot.steps import FUNCTIONS, GET_SEGMENT, POST_DIGEST
from tests.stories.office import Office, asks, opens

DRIVES = {
    "/segment subscribe", "/segment subscriptions", "/segment unsubscribe", "/segment status",
    "/segment digest", subscribing.OPEN, subscribing.EDIT, subscribing.SEND_NOW,
    subscribing.PREVIEW, subscribing.UNSUBSCRIBE, subscribing.SUBMITTED, "link_shared",
    GET_SEGMENT, POST_DIGEST,
}  # fmt: skip


def posted(member: Driver, channel: str) -> list[dict[str, Any]]:
    """What the bot said to everyone in a channel."""
    return [seen for seen in member.sees(channel) if seen["bot"] and not seen["ephemeral"]]


def chosen(view: dict[str, Any], name: str) -> dict[str, Any]:
    """What one input of the form holds."""
    held: dict[str, Any] = view["state"]["values"][name][name]
    return held


def test_a_team_subscribes_its_private_channel_previews_and_sends_the_digest_now(
    workspace: LocalWorkspace, ada: Driver, ben: Driver
) -> None:
    form = opens(ada, "/segment subscribe", "board")
    assert chosen(form, CHANNEL)["selected_conversation"] == "C03BOARD"
    assert chosen(form, ZONE)["selected_option"]["value"] == "Africa/Lagos"
    assert ada.submits({DAY: {DAY: "3"}, TIME: {TIME: "16:30"}}) == {}
    done = str(ada.wait_for_modal("Done"))
    assert "<#C03BOARD> gets the digest *Thursdays at 16:30 (Africa/Lagos)*" in done
    assert "*Next digest:* " in done
    assert posted(ada, "board") == []
    ada.presses(subscribing.PREVIEW)
    ada.wait_for_message("app", containing="The preview is in your direct messages")
    previewed = [seen for seen in posted(ada, "app") if "Preview for you alone" in str(seen)]
    assert len(previewed) == 1
    ada.closes_modal(everything=True)
    asks(ada, "/segment digest", "board")
    ada.presses(subscribing.SEND_NOW)
    ada.wait_for_message("board", containing="The digest stands in the channel")
    digest, details, file = posted(ben, "board")
    assert "data_visualization" in str(digest["blocks"])
    assert "Largest movements" in str(digest["blocks"])
    assert {details["thread_ts"], file["thread_ts"]} == {digest["ts"]}
    assert "table" in {block["type"] for block in details["blocks"]}
    assert file["files"][0]["name"] == "segments-2026-11-16.csv"
    assert workspace.connected


def test_a_team_without_subscription_is_led_to_one_from_the_preview(
    ben: Driver, ada: Driver, room: str
) -> None:
    told = asks(ben, "/segment digest", room)
    assert "Preview without chart and thread." in told["text"]
    assert ada.sees(room) == []
    ben.presses(subscribing.OPEN)
    form = ben.wait_for_modal(containing="Subscribe a channel")
    assert chosen(form, ZONE)["selected_option"]["value"] == "Europe/Madrid"
    wrong = ben.submits({OTHER_ZONE: {OTHER_ZONE: "Europe/Berln"}})
    assert "did you mean Europe/Berlin" in wrong[OTHER_ZONE]
    assert ben.submits({OTHER_ZONE: {OTHER_ZONE: "pacific/chatham"}}) == {}
    assert "(Pacific/Chatham)" in str(ben.modal)


def test_a_team_changes_and_ends_its_subscription_and_nobody_else_does(
    ada: Driver, ben: Driver, office: Office, room: str
) -> None:
    opens(ada, "/segment subscribe", room)
    assert ada.submits() == {}
    ada.closes_modal(everything=True)
    told = asks(ben, "/segment unsubscribe", room)["text"]
    assert "Only the member who subscribed it or an admin may change this. Ask Nia Mensah" in told
    asks(ada, "/segment subscriptions", room)
    ada.presses(EDIT)
    ada.wait_for_modal("Change the digest")
    assert ada.submits({DAY: {DAY: "6"}, PARTS: {PARTS: ["chart"]}}) == {}
    ada.closes_modal(everything=True)
    told = asks(ada, "/segment status", room)["text"]
    assert "Sundays at 09:00 (Africa/Lagos), subscribed by <@U01ADA>" in told
    assert "Last: none yet" in told
    asks(ada, "/segment subscriptions", room)
    ada.presses(subscribing.UNSUBSCRIBE)
    ada.wait_for_message(room, containing="The channel gets no more digests")
    assert "does not get the digest" in asks(ada, "/segment unsubscribe", room)["text"]
    actions = [each.action for each in office.desk.audit.records()]
    assert {"subscribe", "subscription change", "unsubscribe"} <= set(actions)


def test_a_team_hears_why_a_channel_cannot_get_the_digest_until_the_bot_is_invited(
    ada: Driver,
) -> None:
    opens(ada, "/segment subscribe", "partners")
    assert "People of other companies" in ada.submits()[CHANNEL]
    ada.closes_modal()
    opens(ada, "/segment subscribe", "lobby")
    assert "Type /invite @Segbot there" in ada.submits()[CHANNEL]
    ada.invites_app("lobby")
    assert ada.submits() == {}


def test_a_workflow_gets_a_customers_segment_without_figures_and_posts_the_digest(
    workspace: LocalWorkspace, ada: Driver, customers: list[str]
) -> None:
    step = workspace.run_step(GET_SEGMENT, {"customer_id": customers[0]}, "Ada Okafor")
    assert step.error is None
    assert step.outputs is not None
    assert set(step.outputs) == set(FUNCTIONS[GET_SEGMENT].outputs)
    assert step.outputs["segment"] == "Cash Advance Heavy, Risk-Prone"
    near = workspace.run_step(GET_SEGMENT, {"customer_id": customers[0].lower()}, "Ada Okafor")
    assert f"Did you mean {customers[0]}?" in (near.error or "")
    refused = workspace.run_step(GET_SEGMENT, {"customer_id": customers[0]}, "Gus Gale")
    assert "You may not look up customers" in (refused.error or "")
    done = workspace.run_step(POST_DIGEST, {"channel": "C01SEGMENTS"}, "Ada Okafor")
    assert done.outputs == {"snapshot": "Snapshot of 16 Nov 2026"}
    (digest,) = (each for each in posted(ada, "segments") if not each["thread_ts"])
    assert "Customer segments on 16 Nov 2026" in digest["text"]


def test_a_link_to_a_customer_unfolds_to_the_segments_name_alone_and_not_before_partners(
    workspace: LocalWorkspace, ada: Driver, office: Office, room: str, customers: list[str]
) -> None:
    url = f"https://crm.example.com/customers/{customers[0]}?tab=notes"
    records = len(office.desk.audit.records())
    ada.types(f"See {url}", channel="partners")
    ada.types(f"See {url}", channel=room)
    workspace.wait_until(lambda: ada.sees(room)[-1]["unfurls"])
    workspace.wait_until(lambda: len(office.desk.audit.records()) == records + 2)
    shown = str(ada.sees(room)[-1]["unfurls"])
    assert "*Cash Advance Heavy, Risk-Prone*" in shown
    assert customers[0] not in shown.replace(url, "")
    assert ada.sees("partners")[-1]["unfurls"] == []
    results = {each.channel: each.result for each in office.desk.audit.records()[records:]}
    assert results.pop("C02PARTNERS") == "denied"
    assert set(results.values()) == {"shown"}


def test_a_team_left_nothing_of_the_digest_untried(office: Office) -> None:
    assert office.door.driven >= DRIVES
