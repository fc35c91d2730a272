"""The local workspace holds for the official Node Bolt too: it is not only true to itself."""

import pytest

from bot.local_workspace import Driver, LocalWorkspace


def newest(member: Driver, channel: str) -> str:
    """The `ts` of what the member saw last, to wait for what comes after it."""
    return max((seen["ts"] for seen in member.sees(channel)), default="")


def says(member: Driver, words: str, *, answer: str, channel: str = "birds") -> dict:
    """What the app answers to `/parrot …`."""
    before = newest(member, channel)
    assert member.types(f"/parrot {words}", channel=channel).error is None
    return member.wait_for_message(channel, answer, after=before)


def test_a_command_is_answered_with_its_acknowledgement(ada: Driver, ben: Driver) -> None:
    assert says(ada, "dance", answer="I cannot dance")["ephemeral"]
    assert "I cannot dance" not in str(ben.sees("birds"))


def test_a_command_is_answered_later_for_one_or_for_all(ada: Driver, ben: Driver) -> None:
    assert says(ada, "repeat <b> & co", answer="&lt;b&gt; &amp; co")["ephemeral"]
    assert not says(ada, "aloud polly", answer="polly")["ephemeral"]
    assert ben.sees("birds")[-1]["text"] == "polly"


def test_a_command_that_is_never_acknowledged_shows_slack_s_notice(ada: Driver) -> None:
    assert ada.types("/parrot silence", channel="birds").error == "operation_timeout"


def test_a_form_is_checked_and_then_replaced_by_its_result(ada: Driver) -> None:
    ada.types("/parrot form", channel="birds")
    form = ada.wait_for_modal(containing="How often?")
    assert form["private_metadata"] == "kept"
    assert ada.submits({"times": {"value": "0"}}) == {
        "times": "Please enter a number that is at least 1."
    }
    assert ada.submits({"times": {"value": "10"}}) == {"times": "Nine times at most."}
    assert ada.submits({"times": {"value": "2"}}) == {}
    assert "polly polly, kept" in str(ada.modal)
    assert (ada.modal or {})["id"] == form["id"]


def test_a_form_can_be_followed_by_another_modal_or_by_none(ada: Driver) -> None:
    ada.types("/parrot form", channel="birds")
    ada.wait_for_modal()
    assert ada.submits({"times": {"value": "1"}, "colour": {"value": "green"}}) == {}
    assert "green polly" in str(ada.modal)
    ada.closes_modal()
    assert ada.submits({"colour": {"value": None}, "word": {"value": "bye"}}) == {}
    assert ada.modal is None


def test_a_button_in_a_form_changes_the_form(ada: Driver) -> None:
    ada.types("/parrot form", channel="birds")
    ada.wait_for_modal()
    assert ada.presses("recount").error is None
    ada.wait_for_modal(containing="'initial_value': '7'")
    ada.submits({"word": {"value": "hi"}})
    assert "hi hi hi hi hi hi hi, kept" in str(ada.modal)


def test_the_app_hears_that_a_form_was_closed(ada: Driver) -> None:
    before = newest(ada, "app")
    ada.types("/parrot form", channel="birds")
    ada.wait_for_modal()
    ada.closes_modal()
    ada.wait_for_message("app", "You closed the form", after=before)


def test_a_button_updates_its_message_and_another_deletes_it(
    workspace: LocalWorkspace, ada: Driver, ben: Driver
) -> None:
    ts = says(ada, "cage", answer="Count: 0")["ts"]
    ada.presses("count", in_message=ts)
    ada.wait_for_message("birds", "Count: 1")
    ben.presses("count", in_message=ts)
    updated = ada.wait_for_message("birds", "Count: 2")
    assert (updated["ts"], updated["edited"]) == (ts, True)
    ben.presses("leave", in_message=ts)
    workspace.wait_until(lambda: ts not in {seen["ts"] for seen in ada.sees("birds")})


def test_a_button_replaces_a_message_that_one_member_sees(ada: Driver, ben: Driver) -> None:
    ts = says(ada, "whisper psst", answer="psst")["ts"]
    assert "psst" not in str(ben.sees("birds"))
    ada.presses("hush", in_message=ts)
    hushed = ada.wait_for_message("birds", "Hushed: psst")
    assert (hushed["ts"], hushed["blocks"]) == (ts, [])


def test_home_is_published_and_published_anew(workspace: LocalWorkspace, ada: Driver) -> None:
    assert "Welcome, U01ADA" in str(ada.opens_home())
    ada.presses("greet")
    workspace.wait_until(lambda: "Said hello" in str(ada.home))


def test_a_shortcut_is_answered_in_the_message_s_thread(ada: Driver) -> None:
    spoken = says(ada, "aloud polly", answer="polly")
    assert ada.uses_shortcut("repeat", spoken).error is None
    assert ada.wait_for_message("birds", "Again: polly")["thread_ts"] == spoken["ts"]


def test_a_global_shortcut_opens_a_form(ada: Driver) -> None:
    assert ada.uses_global_shortcut("ask").error is None
    ada.wait_for_modal(containing="How often?")


def test_a_step_of_a_workflow_is_completed_or_fails(workspace: LocalWorkspace, ben: Driver) -> None:
    inputs = {"word": "polly", "times": 2, "where": "C01BIRDS"}
    step = workspace.run_step("echo", inputs)
    assert (step.outputs, step.error) == ({"said": "pollypolly"}, None)
    assert ben.sees("birds")[-1]["text"] == "polly"
    step = workspace.run_step("echo", inputs | {"word": "silence"})
    assert (step.outputs, step.error) == (None, "There is nothing to say")


def test_a_file_that_a_member_sends_is_fetched(ada: Driver) -> None:
    ada.sends_file("app", "week.csv", b"a,b")
    ada.wait_for_message("app", "week.csv says a,b")


def test_a_call_too_many_is_repeated_after_the_seconds_that_slack_names(
    workspace: LocalWorkspace, ada: Driver
) -> None:
    workspace.break_method(
        "chat.postMessage", "ratelimited", http_status=429, retry_after=1, times=1
    )
    says(ada, "cage", answer="Count: 0")


def test_a_direct_message_is_heard_and_answered(ada: Driver, ben: Driver) -> None:
    ada.types("hello there", channel="app")
    ada.wait_for_message("app", "Hello, <@U01ADA>")
    assert ben.sees("app") == []


def test_files_are_uploaded_and_shared_in_one_message(ada: Driver) -> None:
    picture, words = says(ada, "picture Look", answer="Look")["files"]
    assert (picture["title"], picture["width"], picture["height"]) == ("Parrot", 1, 1)
    assert (words["name"], words["mimetype"]) == ("words.csv", "text/csv")


def test_members_and_channels_are_looked_up(ada: Driver) -> None:
    says(ada, "look", answer="Ada Okafor in birds of birds,quiet")


@pytest.mark.parametrize("connected", ["Socket Mode"], indirect=True)
def test_the_app_connects_anew_and_hears_what_was_said_meanwhile(
    workspace: LocalWorkspace, ada: Driver
) -> None:
    workspace.disconnect_bot()
    assert not workspace.connected
    before = newest(ada, "app")
    assert ada.types("hello again", channel="app").error == "operation_timeout"
    workspace.wait_for_bot()  # Node's Socket Mode client lets five seconds pass first
    ada.wait_for_message("app", "Hello, <@U01ADA>", after=before)
    says(ada, "repeat back", answer="back")


@pytest.mark.parametrize(
    ("error", "told", "refusing"),
    [
        ("invalid_blocks", "[json-pointer:/blocks/0/text/text]", "chat.postMessage"),
        ("invalid_arguments", "[json-pointer:/view/submit]", "views.open"),
        ("missing_scope", "im:write", "conversations.open"),
        ("unknown_method", "", "chat.shout"),
        ("exchanged_trigger_id", "", "views.open"),
    ],
)
def test_a_fault_of_the_app_comes_out_as_bolt_s_error_and_is_noted(
    workspace: LocalWorkspace,
    ada: Driver,
    provoked: list[str],
    error: str,
    told: str,
    refusing: str,
) -> None:
    before = len(workspace.problems)
    assert told in says(ada, f"mistake {error}", answer=error)["text"]
    (problem,) = workspace.problems[before:]
    assert problem.startswith(f"{refusing}: {error}")
    provoked.append(problem)


@pytest.mark.parametrize("error", ["not_in_channel", "message_not_found", "hash_conflict"])
def test_what_an_app_has_to_expect_comes_out_as_bolt_s_error(ada: Driver, error: str) -> None:
    says(ada, f"mistake {error}", answer=error)
