"""What is said about whole lists: how to send one, how far it is, and what came of it."""

from collections.abc import Sequence
from datetime import date
from typing import Any, Final

from bot.blocks.parts import (
    Block,
    Message,
    View,
    bullets,
    context,
    escaped,
    message,
    modal,
    plain,
    section,
)
from segmentation.list_summary import ListSummary
from segmentation.wording import counted, day, first_few, listed, percent, quoted, shorten

OPEN: Final = "list_wanted"
SUBMITTED: Final = "list_submitted"
FILE: Final = "list_file"
SCORE: Final = "score_list"
_LONGEST: Final = 300  # characters of one fault that are shown
HOW: Final = (
    "Send a CSV or Parquet file with one customer a row, `CUST_ID` and the 17 figures, or the ids "
    "alone. It comes back with a segment for each row, and for a bad row with the reason."
)


def upload_view(label: str) -> View:
    """Asks for a list."""
    file: dict[str, Any] = {
        "type": "input",
        "block_id": FILE,
        "label": plain("The list"),
        "hint": plain(".csv, .tsv, .txt or .parquet, up to 10 MB; larger ones in a direct message"),
        "element": {"type": "file_input", "action_id": FILE, "max_files": 1},
    }
    about = "Only you get the result, in your direct messages with me. The list is not kept."
    return modal("Score a list", [section(HOW), file, context(about, escaped(label))]) | {
        "callback_id": SUBMITTED,
        "submit": plain("Score it"),
        "close": plain("Cancel"),
    }


def taken_view(name: str) -> View:
    """The list is on its way."""
    told = f"*{_called(name)}* is being scored. The result comes in your direct messages with me."
    return modal("Score a list", [section(told)]) | {"close": plain("Close")}


def hint_message(problems: Sequence[str]) -> Message:
    """What was sent cannot be scored, and what can."""
    return message(_hints(problems))


def elsewhere_message(names: Sequence[str], problems: Sequence[str]) -> Message:
    """Where the answer to a shortcut goes, and which of the files cannot be scored."""
    scoring = [
        section(f"Scoring *{_called(name)}*. The result goes to your direct messages with me.")
        for name in names
    ]
    return message([*scoring, *_hints(problems)])


def _hints(problems: Sequence[str]) -> list[Block]:
    return [*(section(escaped(each)) for each in problems), section(HOW)] if problems else []


def waiting_message(name: str, before: int) -> Message:
    """A list was taken, and how many are scored before it."""
    if not before:
        return message([section(f"Reading *{_called(name)}* …")])
    verb = "is" if before == 1 else "are"
    return message(
        [section(f"*{_called(name)}* waits: {counted(before, 'list')} {verb} before it.")]
    )


def progress_message(name: str, done: int, expected: int) -> Message:
    """How far a list is."""
    rows = f"{done:,} of about {expected:,} rows"
    return message([section(f"Scoring *{_called(name)}*: {rows} …")])


def done_message(summary: ListSummary, name: str) -> Message:
    """A list is done."""
    rows = counted(summary.rows, "row")
    return message([section(f"Scored *{_called(name)}*: {rows}. The result is in this thread.")])


def unclear_message(name: str) -> Message:
    """A list was scored, and may have been sent; what to do is said beside it."""
    return message([section(f"*{_called(name)}* was scored.")])


def stopped_message(name: str) -> Message:
    """A list was not scored; why is said beside it."""
    return message([section(f"*{_called(name)}* was not scored.")])


def scored_message(summary: ListSummary, name: str, label: str) -> Message:
    """What came of a list, beside the file with every row."""
    rows = counted(summary.rows, "row")
    origin = (
        f"Model {summary.model}"
        if summary.as_of is None
        else f"Looked up in the snapshot of {day(date.fromisoformat(summary.as_of))}"
    )
    return message(
        [
            section(f"*{_called(name)}*: {rows}, {_scored(summary)}."),
            *_sizes(summary),
            *_bad(summary),
            *_notes(summary),
            context(
                "The file has every row in its order; “band” says how sure: low, medium or high",
                origin,
                escaped(label),
            ),
        ]
    )


def _scored(summary: ListSummary) -> str:
    if not summary.bad:
        return "all with a segment"
    return f"{summary.scored:,} with a segment and {summary.bad:,} without"


def _sizes(summary: ListSummary) -> list[Block]:
    if not summary.scored:
        return []
    lines = [
        f"*{escaped(count.name)}*: {count.customers:,} "
        f"({percent(count.customers / summary.scored)})"
        for count in summary.segments
    ]
    return [section("\n".join(lines))]


def _bad(summary: ListSummary) -> list[Block]:
    if not summary.bad:
        return []
    lines = [escaped(shorten(problem, _LONGEST)) for problem in summary.problems]
    more = summary.bad - len(lines)
    lines += [f"{counted(more, 'more row')}, each with its reason in the file"] if more else []
    return [section(f"*Without a segment*\n{bullets(lines)}")]


def _notes(summary: ListSummary) -> list[Block]:
    ignored = first_few([quoted(header) for header in summary.ignored], len(summary.ignored))
    blanks = [f"{column} for {count:,}" for column, count in summary.imputed.items()]
    lines = [
        f"Blank, so the median in training was taken: {listed(blanks)}" if blanks else "",
        (
            f"{counted(summary.warned, 'row')} with something to check, such as an unusual figure; "
            "the file says what"
            if summary.warned
            else ""
        ),
        f"Near the border with another segment: {summary.unsure:,}" if summary.unsure else "",
        (
            f"More extreme than 99 in 100 customers of their segment: {summary.novel:,}"
            if summary.novel
            else ""
        ),
        f"Not used: {escaped(ignored)}" if ignored else "",
    ]
    told = [line for line in lines if line]
    return [section(f"*Good to know*\n{bullets(told)}")] if told else []


def _called(name: str) -> str:
    return escaped(shorten(name, 80))
