"""The pieces that messages and views are made of: blocks, escaping, and how dates read."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

Block = dict[str, Any]
View = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Message:
    """A Slack message: blocks, and a text that says the same where blocks are not shown."""

    text: str
    blocks: tuple[Block, ...]

    def payload(self) -> dict[str, Any]:
        """The message as keyword arguments of `respond`, `ack` and `chat.postMessage`."""
        return {"text": self.text, "blocks": list(self.blocks)}


def message(blocks: Sequence[Block]) -> Message:
    """A message whose text is that of its blocks, one after the other."""
    return Message("\n".join(text for block in blocks for text in _texts(block)), tuple(blocks))


def _texts(block: Block) -> list[str]:
    if block["type"] == "header":  # plain text, so it was not escaped
        return [escaped(block["text"]["text"])]
    if block["type"] == "section":
        return [block["text"]["text"]]
    if block["type"] == "context":
        return [element["text"] for element in block["elements"]]
    if block["type"] == "table":
        return [" · ".join(escaped(cell["text"]) for cell in row) for row in block["rows"]]
    return []


def escaped(text: str) -> str:
    """Text from people or data, made harmless: `<!channel>` reads as typed and pings nobody."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def unescaped(text: str) -> str:
    """What a member typed, as typed: Slack sends `&`, `<` and `>` as entities."""
    return text.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")


def plain(text: str) -> dict[str, str]:
    """A plain_text object."""
    return {"type": "plain_text", "text": text}


def modal(title: str, blocks: Sequence[Block]) -> View:
    """A modal; its title is at most 24 characters."""
    return {"type": "modal", "title": plain(title), "blocks": list(blocks)}


def header(text: str) -> Block:
    """A heading; plain text, at most 150 characters."""
    return {"type": "header", "text": plain(text)}


def section(text: str) -> Block:
    """A paragraph in mrkdwn, at most 3,000 characters; what comes from data is escaped already."""
    return {"type": "section", "text": {"type": "mrkdwn", "text": text}}


def context(*texts: str) -> Block:
    """A small grey line in mrkdwn; empty texts are left out."""
    told = " · ".join(text for text in texts if text)
    return {"type": "context", "elements": [{"type": "mrkdwn", "text": told}]}


def button(text: str, action_id: str, *, primary: bool = False, value: str = "") -> dict[str, Any]:
    """A button; its text is at most 75 characters, its value at most 2,000."""
    style = {"style": "primary"} if primary else {}
    carried = {"value": value} if value else {}
    return {"type": "button", "text": plain(text), "action_id": action_id} | style | carried


def overflow(action_id: str, choices: Mapping[str, str]) -> dict[str, Any]:
    """The menu behind “⋯”: at most 5 choices, each a value (150 characters) with its text."""
    options = [{"text": plain(text), "value": value} for value, text in choices.items()]
    return {"type": "overflow", "action_id": action_id, "options": options}


def asking(question: str, what: str, yes: str) -> dict[str, Any]:
    """A confirmation, to be joined to a button: a title, what happens, and the word for yes."""
    confirm = {
        "title": plain(question),
        "text": plain(what),
        "confirm": plain(yes),
        "deny": plain("Cancel"),
    }
    return {"confirm": confirm}


def actions(*buttons: dict[str, Any]) -> Block:
    """A row of buttons."""
    return {"type": "actions", "elements": list(buttons)}


def table(rows: Sequence[Sequence[str]]) -> Block:
    """A table of plain text, its first row the heading: one a message, 100 × 20 cells, none empty.

    In messages only.
    """
    cells = [[{"type": "raw_text", "text": text or "–"} for text in row] for row in rows]
    wrapped = [{"is_wrapped": True} for _ in rows[0]]
    return {"type": "table", "rows": cells, "column_settings": wrapped}


def bullets(lines: Sequence[str]) -> str:
    """A list in mrkdwn."""
    return "\n".join(f"• {line}" for line in lines)
