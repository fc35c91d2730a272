"""The rules of Block Kit's blocks and views as tables, and where each element may stand.

Limits are Slack's, from https://docs.slack.dev/reference/block-kit; lengths are in characters.
"""

from collections.abc import Iterator, Mapping

from bot.local_workspace.block_kit_charts import DATA_VISUALIZATION
from bot.local_workspace.block_kit_checks import (
    Check,
    Shape,
    boolean,
    choice,
    fault,
    integer,
    items,
    nullable,
    number,
    string,
    typed,
)
from bot.local_workspace.block_kit_elements import BUTTON, INPUTS, MENUS, MODAL_INPUTS, MULTIPLE
from bot.local_workspace.block_kit_objects import (
    ID,
    IMAGE_SOURCE,
    PICTURE,
    URL,
    either_text,
    one_source,
    plain_text,
)
from bot.local_workspace.records import Json


def text_or_fields(block: Json, pointer: str) -> Iterator[str]:
    """A section says something."""
    if not block.get("text") and not block.get("fields"):
        yield fault("missing required field: text or fields", pointer)


def something_on_a_card(card: Json, pointer: str) -> Iterator[str]:
    """A card has a title, a body, a picture or buttons."""
    if not any(card.get(name) for name in ("hero_image", "title", "actions", "body")):
        yield fault("missing required field: hero_image, title, actions or body", pointer)


STYLE = Shape({}, dict.fromkeys(("bold", "italic", "strike", "code", "underline"), boolean))
INLINE = typed(
    {
        "text": Shape({"text": string(12_000)}, {"style": STYLE}),
        "link": Shape({"url": URL}, {"text": string(3000), "style": STYLE, "unsafe": boolean}),
        "emoji": Shape({"name": string(100)}, {"unicode": string(100), "style": STYLE}),
        "user": Shape({"user_id": ID}, {"style": STYLE}),
        "channel": Shape({"channel_id": ID}, {"style": STYLE}),
    }
)
INLINES = items(INLINE, most=1000, least=0)
RICH_SECTION = Shape({"elements": INLINES})
RICH_PARTS = typed(
    {
        "rich_text_section": RICH_SECTION,
        "rich_text_list": Shape(
            {
                "style": choice("bullet", "ordered"),
                "elements": items(typed({"rich_text_section": RICH_SECTION}), most=1000),
            },
            {"indent": integer(0, 8), "offset": integer(0, 10_000), "border": integer(0, 1)},
        ),
        "rich_text_preformatted": Shape(
            {"elements": INLINES}, {"border": integer(0, 1), "language": string(50)}
        ),
        "rich_text_quote": Shape({"elements": INLINES}, {"border": integer(0, 1)}),
    }
)
RICH_TEXT = Shape({"elements": items(RICH_PARTS, most=1000)}, {"block_id": ID})
CELL = typed(
    {
        "raw_text": Shape({"text": string(10_000)}),
        "raw_number": Shape({"text": string(100), "value": number()}),
        "rich_text": RICH_TEXT,
    }
)
COLUMN = Shape({}, {"align": choice("left", "center", "right"), "is_wrapped": boolean})


def input_of(elements: Mapping[str, Check]) -> Shape:
    """An input block around one of these elements."""
    return Shape(
        {"label": plain_text(2000), "element": typed(elements)},
        {
            "hint": plain_text(2000),
            "optional": boolean,
            "dispatch_action": boolean,
            "block_id": ID,
        },
    )


BLOCKS: dict[str, Check] = {
    "header": Shape({"text": plain_text(150)}, {"block_id": ID}),
    "section": Shape(
        {},
        {
            "block_id": ID,
            "text": either_text(3000),
            "fields": items(either_text(2000), most=10),
            "accessory": typed({**MENUS, **MULTIPLE, "image": PICTURE}),
            "expand": boolean,
        },
        text_or_fields,
    ),
    "context": Shape(
        {
            "elements": items(
                typed(
                    {
                        "image": PICTURE,
                        "mrkdwn": either_text(3000),
                        "plain_text": either_text(3000),
                    }
                ),
                most=10,
            )
        },
        {"block_id": ID},
    ),
    "divider": Shape({}, {"block_id": ID}),
    "actions": Shape({"elements": items(typed(MENUS), most=25)}, {"block_id": ID}),
    "image": Shape(
        {"alt_text": string(2000)},
        {**IMAGE_SOURCE, "title": plain_text(2000), "block_id": ID},
        one_source,
    ),
    "input": input_of(INPUTS),
    "rich_text": RICH_TEXT,
    "card": Shape(
        {},
        {
            "block_id": ID,
            "hero_image": typed({"image": PICTURE}),
            "icon": typed({"image": PICTURE}),
            "title": either_text(150),
            "subtitle": either_text(150),
            "body": either_text(200),
            "actions": items(typed({"button": BUTTON}), most=3),
        },
        something_on_a_card,
    ),
}
# Each of these stands on one kind of surface only.
IN_MESSAGES: dict[str, Check] = {
    **BLOCKS,
    "data_visualization": DATA_VISUALIZATION,
    "markdown": Shape({"text": string(12_000)}, {"block_id": ID}),
    "table": Shape(
        {"rows": items(items(CELL, most=20), most=100)},
        {"column_settings": items(nullable(COLUMN), most=20), "block_id": ID},
    ),
}

IN_MODALS: dict[str, Check] = {
    **BLOCKS,
    "alert": Shape(
        {"text": either_text(3000)},
        {"block_id": ID, "level": choice("default", "info", "warning", "error", "success")},
    ),
    "input": input_of(MODAL_INPUTS),
}

# A modal must have a title; a Home tab has neither title nor buttons of its own.
VIEW_FIELDS: dict[str, Check] = {
    "callback_id": ID,
    "private_metadata": string(3000, least=0),
    "external_id": ID,
}
VIEWS: dict[str, Shape] = {
    "modal": Shape(
        {"title": plain_text(24), "blocks": items(typed(IN_MODALS), most=100)},
        {
            **VIEW_FIELDS,
            "submit": plain_text(24),
            "close": plain_text(24),
            "clear_on_close": boolean,
            "notify_on_close": boolean,
            "submit_disabled": boolean,
        },
    ),
    "home": Shape({"blocks": items(typed(BLOCKS), most=100)}, VIEW_FIELDS),
}
MESSAGE_BLOCKS = items(typed(IN_MESSAGES), most=50)
