"""The rules of Block Kit's elements as tables: buttons, menus and inputs.

Limits are Slack's, from https://docs.slack.dev/reference/block-kit; lengths are in characters.
"""

from collections.abc import Iterator
from decimal import Decimal
from itertools import pairwise

from bot.local_workspace.block_kit_checks import (
    Check,
    Shape,
    boolean,
    choice,
    fault,
    integer,
    items,
    string,
)
from bot.local_workspace.block_kit_objects import (
    CONFIRM,
    ID,
    LINKED_OPTION,
    OPTION,
    RICH_OPTION,
    URL,
    plain_text,
)
from bot.local_workspace.records import Json

NUMBER = string(100, pattern=r"-?\d+(\.\d+)?")


def numbers_agree(element: Json, pointer: str) -> Iterator[str]:
    """min <= initial <= max, and whole numbers where decimals are not allowed."""
    names = ("min_value", "initial_value", "max_value")
    given = [(name, element[name]) for name in names if element.get(name) is not None]
    for (low, smaller), (high, larger) in pairwise(given):
        if Decimal(smaller) > Decimal(larger):
            yield fault(f"{low} must not be greater than {high}", f"{pointer}/{low}")
    for name, value in given:
        if not element["is_decimal_allowed"] and "." in value:
            yield fault(f"{name} must be a whole number", f"{pointer}/{name}")


def offered(element: Json) -> list[Json]:
    """The options of an element, in groups or not."""
    groups = element.get("option_groups") or [element]
    return [option for group in groups for option in group["options"]]


def initial_is_offered(element: Json, pointer: str) -> Iterator[str]:
    """What is chosen at first is among the options."""
    if (initial := element.get("initial_option")) and initial not in offered(element):
        yield fault("must be one of the options", f"{pointer}/initial_option")
    for number, initial in enumerate(element.get("initial_options") or ()):
        if initial not in offered(element):
            yield fault("must be one of the options", f"{pointer}/initial_options/{number}")


def one_kind_of_options(element: Json, pointer: str) -> Iterator[str]:
    """A menu has options or groups of them."""
    if bool(element.get("options")) == bool(element.get("option_groups")):
        yield fault("must provide either options or option_groups", pointer)
    else:
        yield from initial_is_offered(element, pointer)


ON_FORM: dict[str, Check] = {
    "action_id": ID,
    "focus_on_load": boolean,
    "dispatch_action_config": Shape(
        {},
        {"trigger_actions_on": items(choice("on_enter_pressed", "on_character_entered"), most=2)},
    ),
}
ON_CHOICE: dict[str, Check] = {"action_id": ID, "focus_on_load": boolean, "confirm": CONFIRM}
PLACEHOLDER: dict[str, Check] = {"placeholder": plain_text(150)}
OPTIONS: dict[str, Check] = {
    "options": items(OPTION, most=100),
    "option_groups": items(
        Shape({"label": plain_text(75), "options": items(OPTION, most=100)}), most=100
    ),
}
WHICH_CONVERSATIONS: dict[str, Check] = {
    "default_to_current_conversation": boolean,
    "filter": Shape(
        {},
        {
            "include": items(choice("im", "mpim", "private", "public"), most=4),
            "exclude_external_shared_channels": boolean,
            "exclude_bot_users": boolean,
        },
    ),
}

BUTTON = Shape(
    {"text": plain_text(75)},
    {
        "action_id": ID,
        "url": URL,
        "value": string(2000),
        "style": choice("primary", "danger"),
        "confirm": CONFIRM,
        "accessibility_label": string(75),
    },
)
CHOICES: dict[str, Check] = {
    "static_select": Shape(
        {}, {**ON_CHOICE, **PLACEHOLDER, **OPTIONS, "initial_option": OPTION}, one_kind_of_options
    ),
    "conversations_select": Shape(
        {},
        {
            **ON_CHOICE,
            **PLACEHOLDER,
            **WHICH_CONVERSATIONS,
            "initial_conversation": ID,
            "response_url_enabled": boolean,
        },
    ),
    "users_select": Shape({}, {**ON_CHOICE, **PLACEHOLDER, "initial_user": ID}),
    "channels_select": Shape(
        {},
        {
            **ON_CHOICE,
            **PLACEHOLDER,
            "initial_channel": ID,
            "response_url_enabled": boolean,
        },
    ),
    "checkboxes": Shape(
        {"options": items(RICH_OPTION, most=10)},
        {**ON_CHOICE, "initial_options": items(RICH_OPTION, most=10)},
        initial_is_offered,
    ),
    "radio_buttons": Shape(
        {"options": items(RICH_OPTION, most=10)},
        {**ON_CHOICE, "initial_option": RICH_OPTION},
        initial_is_offered,
    ),
    "datepicker": Shape(
        {}, {**ON_CHOICE, **PLACEHOLDER, "initial_date": string(10, pattern=r"\d{4}-\d\d-\d\d")}
    ),
    "timepicker": Shape(
        {},
        {
            **ON_CHOICE,
            **PLACEHOLDER,
            "initial_time": string(5, pattern=r"([01]\d|2[0-3]):[0-5]\d"),
            "timezone": string(100),
        },
    ),
}
ON_CHOICES: dict[str, Check] = {
    **ON_CHOICE,
    **PLACEHOLDER,
    "max_selected_items": integer(1, 100),
}
# Slack takes these in sections and inputs, and not among actions.
MULTIPLE: dict[str, Check] = {
    "multi_static_select": Shape(
        {},
        {**ON_CHOICES, **OPTIONS, "initial_options": items(OPTION, most=100)},
        one_kind_of_options,
    ),
    "multi_conversations_select": Shape(
        {},
        {**ON_CHOICES, **WHICH_CONVERSATIONS, "initial_conversations": items(ID, most=100)},
    ),
    "multi_channels_select": Shape({}, {**ON_CHOICES, "initial_channels": items(ID, most=100)}),
    "multi_users_select": Shape({}, {**ON_CHOICES, "initial_users": items(ID, most=100)}),
}
MENUS: dict[str, Check] = {
    **CHOICES,
    "button": BUTTON,
    "overflow": Shape(
        {"options": items(LINKED_OPTION, most=5)}, {"action_id": ID, "confirm": CONFIRM}
    ),
}
INPUTS: dict[str, Check] = {
    **CHOICES,
    **MULTIPLE,
    "number_input": Shape(
        {"is_decimal_allowed": boolean},
        {
            **ON_FORM,
            **PLACEHOLDER,
            "initial_value": NUMBER,
            "min_value": NUMBER,
            "max_value": NUMBER,
        },
        numbers_agree,
    ),
    "plain_text_input": Shape(
        {},
        {
            **ON_FORM,
            **PLACEHOLDER,
            "initial_value": string(3000, least=0),
            "multiline": boolean,
            "min_length": integer(0, 3000),
            "max_length": integer(1, 3000),
        },
    ),
}
MODAL_INPUTS: dict[str, Check] = {
    **INPUTS,
    "file_input": Shape(
        {},
        {
            "action_id": ID,
            "filetypes": items(string(50), most=100),
            "max_files": integer(1, 10),
        },
    ),
}
