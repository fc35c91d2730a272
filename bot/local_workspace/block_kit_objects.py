"""The rules of Block Kit's composition objects: texts, options, confirmations, pictures, ids.

Limits are Slack's, from https://docs.slack.dev/reference/block-kit; lengths are in characters.
"""

from collections.abc import Iterator

from bot.local_workspace.block_kit_checks import (
    Check,
    Shape,
    boolean,
    choice,
    fault,
    string,
    typed,
)
from bot.local_workspace.records import Json

ID = string(255)
URL = string(3000)


def plain_text(most: int) -> Check:
    """A plain_text object of at most `most` characters."""
    return typed({"plain_text": Shape({"text": string(most)}, {"emoji": boolean})})


def either_text(most: int) -> Check:
    """A plain_text or mrkdwn object of at most `most` characters."""
    return typed(
        {
            "plain_text": Shape({"text": string(most)}, {"emoji": boolean}),
            "mrkdwn": Shape({"text": string(most)}, {"verbatim": boolean}),
        }
    )


def one_source(image: Json, pointer: str) -> Iterator[str]:
    """A picture comes from one place."""
    if bool(image.get("image_url")) == bool(image.get("slack_file")):
        yield fault("must provide either image_url or slack_file", pointer)


CONFIRM = Shape(
    {
        "title": plain_text(100),
        "text": either_text(300),
        "confirm": plain_text(30),
        "deny": plain_text(30),
    },
    {"style": choice("primary", "danger")},
)
OPTION = Shape({"text": plain_text(75), "value": string(150)}, {"description": plain_text(75)})
RICH_OPTION = Shape(
    {"text": either_text(75), "value": string(150)}, {"description": either_text(75)}
)
LINKED_OPTION = Shape(
    {"text": plain_text(75), "value": string(150)}, {"description": plain_text(75), "url": URL}
)
FILE = Shape({}, {"id": ID, "url": URL})
IMAGE_SOURCE: dict[str, Check] = {"image_url": URL, "slack_file": FILE}
PICTURE = Shape({"alt_text": string(2000)}, IMAGE_SOURCE, one_source)
