"""What a member enters on a form: as Slack sends it, and what Slack's client stops by itself."""

import re
from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal
from typing import Any

from bot.local_workspace.block_kit import elements
from bot.local_workspace.block_kit_elements import offered
from bot.local_workspace.errors import SlackError
from bot.local_workspace.file_json import file_json, filetype
from bot.local_workspace.records import File, Json

MOST_FILES = 10
MOST_FILE_BYTES = 10_000_000

State = dict[str, dict[str, Json]]
Entered = Mapping[str, Mapping[str, Any]]

# Where an element keeps what was entered, and where its view gives what stands there at first.
HELD_IN: dict[str, tuple[str, str]] = {
    "channels_select": ("selected_channel", "initial_channel"),
    "checkboxes": ("selected_options", "initial_options"),
    "conversations_select": ("selected_conversation", "initial_conversation"),
    "datepicker": ("selected_date", "initial_date"),
    "file_input": ("files", "initial_files"),
    "multi_channels_select": ("selected_channels", "initial_channels"),
    "multi_conversations_select": ("selected_conversations", "initial_conversations"),
    "multi_static_select": ("selected_options", "initial_options"),
    "multi_users_select": ("selected_users", "initial_users"),
    "number_input": ("value", "initial_value"),
    "overflow": ("selected_option", "initial_option"),
    "plain_text_input": ("value", "initial_value"),
    "radio_buttons": ("selected_option", "initial_option"),
    "static_select": ("selected_option", "initial_option"),
    "timepicker": ("selected_time", "initial_time"),
    "users_select": ("selected_user", "initial_user"),
}
ON_FORMS = frozenset(HELD_IN) - {"overflow"}


def held(element: Json, value: object) -> Json:
    """What an element holds once `value` is entered: text, an option or its value, or a list.

    Of a file_input the value is a list of files.
    """
    if element["type"] not in HELD_IN:
        return {}
    key, _ = HELD_IN[element["type"]]
    if key == "selected_option":
        return {key: _option(element, value)}
    if key == "selected_options":
        return {key: [_option(element, each) for each in value or ()]}  # type: ignore[attr-defined]
    if key == "files":
        return {key: [file_json(file) for file in value or ()]}  # type: ignore[attr-defined]
    if element["type"].startswith("multi_"):
        return {key: list(value or ())}  # type: ignore[call-overload]
    return {key: None if value in (None, "") else str(value)}


def entered_state(blocks: Sequence[Json], entered: Entered) -> State:
    """`state.values` of a form: what was entered, elsewhere what its blocks give at first."""
    state: State = {}
    for block, element in elements(blocks):
        if element["type"] in ON_FORMS:
            value = _value(block, element, entered)
            state.setdefault(block["block_id"], {})[element["action_id"]] = {
                "type": element["type"],
                **held(element, value),
            }
    return state


def client_errors(blocks: Sequence[Json], entered: Entered) -> dict[str, str]:
    """What Slack's client refuses before the app is asked, by block_id."""
    errors: dict[str, str] = {}
    for block in blocks:
        if block["type"] == "input":
            value = _value(block, block["element"], entered)
            for sentence in _refusals(block, block["element"], value):
                errors.setdefault(block["block_id"], sentence)
    return errors


def _value(block: Json, element: Json, entered: Entered) -> object:
    _, initial = HELD_IN[element["type"]]
    given = entered.get(block["block_id"], {})
    return given.get(element["action_id"], element.get(initial))


def _option(element: Json, value: object) -> Json | None:
    """The option that was chosen, named by its value or given whole."""
    wanted = value.get("value") if isinstance(value, dict) else value
    if wanted is None:
        return None
    for option in offered(element):
        if option["value"] == wanted:
            return dict(option)
    raise SlackError("no_such_option", action_id=element["action_id"], value=wanted)


def _refusals(block: Json, element: Json, value: object) -> Iterator[str]:
    if value in (None, "", []):
        if not block.get("optional", False):
            yield "Please complete this required field."
    elif element["type"] == "number_input":
        yield from _number_refusals(element, str(value))
    elif element["type"] == "plain_text_input":
        yield from _length_refusals(element, str(value))
    elif element["type"].startswith("multi_"):
        yield from _choice_refusals(element, value)  # type: ignore[arg-type]
    elif element["type"] == "file_input":
        yield from _file_refusals(element, value)  # type: ignore[arg-type]


def _number_refusals(element: Json, value: str) -> Iterator[str]:
    if not re.fullmatch(r"[+-]?(\d+\.?\d*|\.\d+)", value.strip()):
        yield "Please enter a number."
        return
    number = Decimal(value)
    if not element["is_decimal_allowed"] and number != number.to_integral_value():
        yield "Please enter a whole number."
    elif "min_value" in element and number < Decimal(element["min_value"]):
        yield f"Please enter a number that is at least {element['min_value']}."
    elif "max_value" in element and number > Decimal(element["max_value"]):
        yield f"Please enter a number that is at most {element['max_value']}."


def _length_refusals(element: Json, value: str) -> Iterator[str]:
    if len(value) < element.get("min_length", 0):
        yield f"Please enter at least {element['min_length']} characters."
    if len(value) > element.get("max_length", 3000):
        yield f"Please enter at most {element.get('max_length', 3000)} characters."


def _choice_refusals(element: Json, chosen: Sequence[object]) -> Iterator[str]:
    most = element.get("max_selected_items")
    if most and len(chosen) > most:
        yield f"Please choose at most {most}."


def _file_refusals(element: Json, files: Sequence[File]) -> Iterator[str]:
    taken = element.get("filetypes")
    if len(files) > element.get("max_files", MOST_FILES):
        yield f"Please upload at most {element.get('max_files', MOST_FILES)} files."
    for file in files:
        if taken and filetype(file.name) not in taken:
            yield f"{file.name} is not one of the supported file types: {', '.join(taken)}."
        if file.length > MOST_FILE_BYTES:
            yield f"{file.name} is larger than 10 MB."
