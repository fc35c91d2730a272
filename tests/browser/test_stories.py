"""The main stories in a real browser: what each member of the demo's workspace comes for."""

import re
from pathlib import Path

from playwright.sync_api import Page, expect

from tests.browser.conftest import ROOT, Keep
from tests.browser.doing import (
    ADA,
    AGENCY,
    BEN,
    CREDIT_RISK,
    ELENA,
    GUS,
    MARKETING,
    PRIYA,
    SEGMENTS,
    OpenPage,
    answer,
    chooses,
    confirms,
    drops,
    looks,
    modal,
    place,
    posted,
    sends,
)

# A customer who lives on cash advances; minimum payments stay blank.
FIGURES = {
    "PURCHASES": "500", "ONEOFF_PURCHASES": "320", "INSTALLMENTS_PURCHASES": "180",
    "PURCHASES_FREQUENCY": "0.3", "ONEOFF_PURCHASES_FREQUENCY": "0.14",
    "PURCHASES_INSTALLMENTS_FREQUENCY": "0.19", "PURCHASES_TRX": "8", "CASH_ADVANCE": "4500",
    "CASH_ADVANCE_FREQUENCY": "0.5", "CASH_ADVANCE_TRX": "14", "BALANCE_FREQUENCY": "0.97",
    "CREDIT_LIMIT": "7500", "TENURE": "12", "PAYMENTS": "3500", "PRC_FULL_PAYMENT": "0.04",
}  # fmt: skip
LIST = (ROOT / "bot" / "demo_list.csv").read_text(encoding="utf-8")


def test_a_risk_analyst_looks_up_asks_why_and_shares(
    made_up_demo: str, open_page: OpenPage, keep: Keep
) -> None:
    page = open_page(place(made_up_demo, ADA, CREDIT_RISK))
    sends(page, "/segment C10001")
    card = answer(page, "Customer C10001")
    looks(page, card, keep, "card")
    card.get_by_role("button", name="Why?").click()
    why = modal(page, "Why this segment")
    for told in ("Over time", "Speaks for", "On a scale from 0"):
        expect(why).to_contain_text(told)
    looks(page, why, keep, "why")
    page.keyboard.press("Escape")
    card.get_by_role("button", name="Share to channel").click()
    question = page.locator("dialog.confirm")
    expect(question).to_contain_text("none of the customer's figures")
    looks(page, question, keep, "share-confirm")
    confirms(page, "Share")
    posted(page, "Shared by @Ada Okafor")
    hers = open_page(place(made_up_demo, BEN, CREDIT_RISK))
    shared = posted(hers, "Shared by @Ada Okafor")
    expect(shared).to_contain_text("Customer C10001")
    expect(shared).not_to_contain_text("What speaks for")
    looks(hers, shared, keep, "shared-card")


def test_a_mistyped_id_and_several_ids_are_answered(
    made_up_demo: str, open_page: OpenPage, keep: Keep
) -> None:
    page = open_page(place(made_up_demo, ADA, CREDIT_RISK))
    sends(page, "/segment c10004")
    near = answer(page, "Did you mean C10004?")
    looks(page, near, keep, "near")
    near.get_by_role("button", name="C10004").click()
    answer(page, "Customer C10004")
    sends(page, "/segment C10001 C10002 C10003 nobody-1")
    several = answer(page, "not in the snapshot")
    expect(several.locator("table tr")).to_have_count(5)
    looks(page, several, keep, "several")


def test_what_if_watching_and_what_is_wrong(
    made_up_demo: str, open_page: OpenPage, keep: Keep
) -> None:
    page = open_page(place(made_up_demo, ADA, CREDIT_RISK))
    sends(page, "/segment C10002")
    card = answer(page, "Customer C10002")
    card.get_by_role("button", name="What if").click()
    looks(page, modal(page, "What if"), keep, "what-if-form")
    page.get_by_role("button", name="Fill this in").first.click()
    page.locator('input[name="BALANCE.1/value"]').wait_for()
    page.locator("dialog.modal").get_by_role("button", name="Find segment").click()
    looks(page, modal(page, "Customer C10002 would change from"), keep, "what-if")
    page.keyboard.press("Escape")
    expect(page.locator("dialog.modal")).to_be_hidden()
    card.get_by_role("button", name="Watch").click()
    answer(page, "You get a direct message when customer C10002 changes segment")
    sends(page, "/segment watching")
    looks(page, answer(page, "You watch 2 customers"), keep, "watching")
    sends(page, "/segment C10002")
    answer(page, "Customer C10002").get_by_label("More actions").click()
    page.get_by_role("menuitem", name="looks wrong").click()
    wrong = modal(page, "Wrong segment?")
    wrong.locator("textarea").fill("Paid all of it back in June")
    looks(page, wrong, keep, "wrong")
    wrong.get_by_role("button", name="Send").click()
    expect(wrong).to_be_hidden()
    messages = open_page(place(made_up_demo, ADA, "D01ADA"))
    looks(messages, posted(messages, "You watch this customer"), keep, "watch-news")


def test_the_short_form_grows_tells_faults_answers_and_is_edited(
    made_up_demo: str, open_page: OpenPage, keep: Keep
) -> None:
    page = open_page(place(made_up_demo, BEN, MARKETING))
    sends(page, "/segment")
    form = modal(page, "Which segment?")
    looks(page, form, keep, "form-short")
    page.locator('input[name="BALANCE/value"]').fill("4600")
    page.get_by_role("button", name="Show all 17 figures").click()
    page.locator('input[name="CREDIT_LIMIT/value"]').wait_for()
    looks(page, form, keep, "form-full")
    fills(page, FIGURES | {"PURCHASES": "-1", "PURCHASES_FREQUENCY": "30"})
    form.get_by_role("button", name="Find segment").click()
    expect(form).to_contain_text("Did you mean 0.3?")
    form.locator(".field-error:visible").first.scroll_into_view_if_needed()
    looks(page, form, keep, "form-faults")
    fills(page, FIGURES)
    form.get_by_role("button", name="Find segment").click()
    result = modal(page, "Suggested action")
    expect(result).to_contain_text("Cash Advance Heavy, Risk-Prone")
    expect(result).to_contain_text("Blank, so the median in training was taken")
    looks(page, result, keep, "form-result")
    form.get_by_role("button", name="Edit the figures").click()
    expect(page.locator('input[name="BALANCE/value"]')).to_have_value("4600")
    expect(page.locator('input[name="CASH_ADVANCE/value"]')).to_have_value("4500")
    expect(page.locator('input[name="MINIMUM_PAYMENTS/value"]')).to_have_value("")


def fills(page: Page, figures: dict[str, str]) -> None:
    for column, figure in figures.items():
        page.locator(f'input[name="{column}/value"]').fill(figure)


def test_a_list_dragged_into_the_direct_message_comes_back_scored(
    made_up_demo: str, open_page: OpenPage, keep: Keep
) -> None:
    page = open_page(place(made_up_demo, BEN, "D02BEN"))
    drops(page, "visitors.csv", LIST)
    sent = page.locator("#messages .message", has_text="visitors.csv").first
    sent.get_by_role("button", name=re.compile("repl")).click()
    posted(page, re.compile("(Reading|Scoring|Scored) visitors.csv"), "#thread")
    result = posted(page, "10 with a segment and 1 without", "#thread")
    expect(result).to_contain_text(".csv")
    expect(page.locator("#thread img").first).to_have_js_property("complete", True)
    looks(page, page.locator("#thread"), keep, "list-result")


def test_a_list_is_chosen_in_a_form_or_pointed_at(
    made_up_demo: str, open_page: OpenPage, keep: Keep, tmp_path: Path
) -> None:
    page = open_page(place(made_up_demo, ADA, CREDIT_RISK))
    sends(page, "/segment upload")
    form = modal(page, "Score a list")
    (tmp_path / "chosen.csv").write_text("CUST_ID\nC10001\nnobody\n", encoding="utf-8")
    form.locator("input[type=file]").set_input_files(tmp_path / "chosen.csv")
    expect(form.get_by_label("Remove chosen.csv")).to_be_visible()
    looks(page, form, keep, "upload")
    form.get_by_role("button", name="Score it").click()
    modal(page, "is being scored").get_by_role("button", name="Close").last.click()
    chooses(page, posted(page, "visitors of the fair"), "Score this list")
    page.goto(place(made_up_demo, ADA, "D01ADA"))
    posted(page, "Scored chosen.csv: 2 rows")
    posted(page, "Scored made-up-fair-visitors.csv: 11 rows")


def test_an_admin_exports_and_reads_the_audit_trail_and_others_may_not(
    made_up_demo: str, open_page: OpenPage, keep: Keep
) -> None:
    page = open_page(place(made_up_demo, PRIYA, SEGMENTS))
    sends(page, "/segment export high-spending")
    answer(page, "come as a file in your direct messages")
    sends(page, "/segment audit since 2020-01-01")
    looks(page, answer(page, "newest"), keep, "audit")
    page.goto(place(made_up_demo, PRIYA, "D03PRIYA"))
    page.reload()
    export = posted(page, re.compile(r"segment-1-.*\.csv"))
    looks(page, export, keep, "export")
    page.goto(place(made_up_demo, BEN, SEGMENTS))
    page.reload()
    sends(page, "/segment export high-spending")
    looks(page, answer(page, "You may not export customers. Ask Priya Nair"), keep, "refused")


def test_shortcuts_find_the_customers_of_a_message_and_ask_for_one(
    made_up_demo: str, open_page: OpenPage, keep: Keep
) -> None:
    page = open_page(place(made_up_demo, ADA, CREDIT_RISK))
    limits = posted(page, "Whose limits do we review")
    chooses(page, limits, "Look up customers")
    found = answer(page, "Next nearest")
    expect(found.locator("table tr")).to_have_count(4)
    looks(page, found, keep, "shortcut-answer")
    page.locator("#conversation").get_by_label("Shortcuts").click()
    page.get_by_role("menuitem", name="Look up a customer").click()
    asked = modal(page, "Customer id")
    looks(page, asked, keep, "shortcut-form")
    asked.locator("input").fill("C10003")
    asked.get_by_role("button", name="Look up", exact=True).click()
    looks(page, modal(page, "Customer C10003"), keep, "shortcut-card")


def test_home_shows_the_portfolio_and_what_is_ones_own(
    made_up_demo: str, open_page: OpenPage, keep: Keep
) -> None:
    page = open_page(place(made_up_demo, ADA, SEGMENTS))
    sends(page, "/segment C10005")
    answer(page, "Customer C10005")
    page.goto(place(made_up_demo, ADA, "home"))
    home = page.locator("#home")
    for told in ("Your customers by segment", "You looked up lately", "C10005", "You watch"):
        expect(home).to_contain_text(told)
    looks(page, home, keep, "home")
    for button, opened in (
        ("Look up a customer", "Customer id"),
        ("Enter figures by hand", "Which segment?"),
        ("Score a list", "The list"),
        ("Subscribe a channel", "Time zone"),
    ):
        home.get_by_role("button", name=button).click()
        modal(page, opened)
        page.keyboard.press("Escape")
        expect(page.locator("dialog.modal")).to_be_hidden()


def test_a_channel_is_subscribed_and_gets_the_digest_with_chart_and_thread(
    made_up_demo: str, open_page: OpenPage, keep: Keep
) -> None:
    page = open_page(place(made_up_demo, BEN, MARKETING))
    sends(page, "/segment subscribe")
    form = modal(page, "Subscribe a channel")
    looks(page, form, keep, "subscribe")
    form.get_by_role("button", name="Subscribe", exact=True).click()
    done = modal(page, "Next digest")
    looks(page, done, keep, "subscribed")
    done.get_by_role("button", name="Preview to me").click()
    page.keyboard.press("Escape")
    sends(page, "/segment subscriptions")
    listed = answer(page, "subscribed by @Ben Ruiz")
    looks(page, listed, keep, "subscriptions")
    listed.get_by_role("button", name="Send now").first.click()
    confirms(page, "Send")
    digest = posted(page, "Customer segments on")
    expect(
        digest.get_by_role("img", name=re.compile("chart: Customers by segment"))
    ).to_be_visible()
    digest.get_by_role("button", name=re.compile("repl")).click()
    posted(page, re.compile(r"\.csv"), "#thread")
    looks(page, page.locator("#thread"), keep, "digest-thread")
    page.get_by_label("Close thread").click()
    looks(page, digest, keep, "digest")
    page.goto(place(made_up_demo, BEN, "D02BEN"))
    posted(page, "Customer segments on")


def test_segments_model_status_sizes_and_help_read_well(
    made_up_demo: str, open_page: OpenPage, keep: Keep
) -> None:
    page = open_page(place(made_up_demo, BEN, SEGMENTS))
    for word, told in (
        ("segments", "Suggested action"),
        ("model", "The model behind the answers"),
        ("status", "Newest snapshot"),
        ("sizes", "Largest movements"),
        ("digest", "Preview without chart"),
        ("help", "/segment unsubscribe"),
    ):
        sends(page, f"/segment {word}")
        looks(page, answer(page, told), keep, f"command-{word}")


def test_a_guest_and_people_of_another_company_are_refused(
    made_up_demo: str, open_page: OpenPage, keep: Keep
) -> None:
    page = open_page(place(made_up_demo, GUS, MARKETING))
    sends(page, "/segment C10001")
    looks(page, answer(page, "You may not look up customers"), keep, "guest")
    page = open_page(place(made_up_demo, ELENA, AGENCY))
    sends(page, "/segment C10001")
    answer(page, "You may not look up customers")
    page = open_page(place(made_up_demo, BEN, AGENCY))
    sends(page, "/segment C10001")
    answer(page, "Customer C10001").get_by_role("button", name="Share to channel").click()
    confirms(page, "Share")
    looks(page, answer(page, re.compile("compan")), keep, "share-refused")


def test_a_link_to_a_customer_gets_the_segments_name(
    made_up_demo: str, open_page: OpenPage, keep: Keep
) -> None:
    page = open_page(place(made_up_demo, ADA, MARKETING))
    linked = posted(page, "crm.example.com")
    expect(linked.get_by_role("group", name=re.compile("Preview of"))).to_contain_text("Snapshot")
    looks(page, linked, keep, "link")
