"""The small modal of the global shortcut: a customer id, or on to the form."""

from typing import Final

from bot.blocks import form
from bot.blocks.parts import View, button, context, escaped, modal, plain, section
from segmentation.features import LONGEST_ID

OPEN: Final = "look_up_open"
SUBMITTED: Final = "look_up_submitted"
CUSTOMER: Final = "customer"


def look_up_view(label: str) -> View:
    """Asks for a customer id; the answer takes its place."""
    asked = {
        "type": "input",
        "block_id": CUSTOMER,
        "label": plain("Customer id"),
        "element": {
            "type": "plain_text_input",
            "action_id": CUSTOMER,
            "max_length": LONGEST_ID,
            "focus_on_load": True,
        },
    }
    figures = section("Somebody who is in no portfolio yet?") | {
        "accessory": button("Enter figures", form.OPEN)
    }
    told = context("The answer is for your eyes only, and recorded", escaped(label))
    return modal("Look up a customer", [asked, figures, told]) | {
        "callback_id": SUBMITTED,
        "submit": plain("Look up"),
        "close": plain("Cancel"),
    }
