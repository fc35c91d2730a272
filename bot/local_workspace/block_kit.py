"""What Slack refuses in blocks and views, and the small things it adds to those it takes."""

import copy
import itertools
import json
import re
from collections import Counter
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence

from slack_sdk.errors import SlackObjectFormationError
from slack_sdk.models.blocks import Block
from slack_sdk.models.views import View

from bot.local_workspace.block_kit_checks import fault
from bot.local_workspace.block_kit_rules import MESSAGE_BLOCKS, VIEWS
from bot.local_workspace.errors import SlackError, invalid
from bot.local_workspace.records import Json

# Slack does not document this one; it refuses somewhere between 12 and 13 thousand characters.
MESSAGE_CHARACTERS = 12_000
TABLE_CHARACTERS = 10_000
MESSAGE_CHARTS = 2
NEWER_THAN_THE_SDK = frozenset({"data_visualization"})
VIEW_BYTES = 250_000
MASS_MENTION = re.compile(r"<!(?:channel|here|everyone)(?:\|[^>]*)?>")


def check_message(blocks: Sequence[Json], files: Collection[str]) -> None:
    """Raise SlackError unless Slack would take these blocks in a message.

    `files` are the ids that an image may show.
    """
    found = list(MESSAGE_BLOCKS(blocks, "/blocks"))
    if not found:
        tables = [block for block in blocks if block["type"] == "table"]
        if len(tables) > 1:
            raise SlackError("only_one_table_allowed")
        found = [
            *_between(blocks, "/blocks", files),
            *_table_faults(blocks),
            *_chart_faults(blocks),
        ]
    if not found:
        found = list(itertools.chain(*map(_round_trip, blocks, itertools.count())))
    if found:
        raise invalid("invalid_blocks", found)
    if sum(map(len, _texts(blocks))) > MESSAGE_CHARACTERS:
        raise SlackError("msg_blocks_too_long")


def check_view(view: object, kinds: Sequence[str], files: Collection[str]) -> None:
    """Raise SlackError unless Slack would take this as a view of one of these kinds."""
    if not isinstance(view, dict) or view.get("type") not in kinds:
        raise invalid("invalid_arguments", [fault(f"must be of type {kinds}", "/view/type")])
    if len(json.dumps(view)) > VIEW_BYTES:
        raise SlackError("view_too_large")
    found = list(VIEWS[view["type"]](view, "/view"))
    if not found:
        found = [*_between(view["blocks"], "/view/blocks", files), *_view_faults(view)]
    found = found or list(_sdk_faults(lambda: View(**copy.deepcopy(view)).to_dict(), view, "/view"))
    if found:
        raise invalid("invalid_arguments", found)


def mass_mentions(text: str, blocks: object) -> list[str]:
    """What would ping a whole channel, wherever mrkdwn is parsed."""
    return MASS_MENTION.findall("\n".join([text, *_mrkdwn(blocks)]))


def with_ids(blocks: Sequence[Json], new_id: Callable[[str], str]) -> list[Json]:
    """A copy in which every block and interactive element has an id, as Slack gives them."""
    named = copy.deepcopy(list(blocks))
    for block in named:
        block.setdefault("block_id", new_id("b"))
    for _block, element in elements(named):
        element.setdefault("action_id", new_id("a"))
    return named


def elements(blocks: Sequence[Json]) -> Iterator[tuple[Json, Json]]:
    """Each interactive element with the block it stands in."""
    for block in blocks:
        candidates = {
            "actions": block.get("elements", []),
            "card": block.get("actions", []),
            "input": [block.get("element")],
            "section": [block.get("accessory")],
        }.get(block["type"], [])
        for element in candidates:
            if element and element["type"] != "image":
                yield block, element


def _between(blocks: Sequence[Json], pointer: str, files: Collection[str]) -> Iterator[str]:
    """What must hold between blocks: ids are unique, pictures exist, one focus."""
    block_ids = Counter(block["block_id"] for block in blocks if block.get("block_id"))
    for number, block in enumerate(blocks):
        here = f"{pointer}/{number}"
        if block_ids[block.get("block_id")] > 1:
            yield fault(f"block_id already exists: {block['block_id']}", f"{here}/block_id")
        inside = [element.get("action_id") for _, element in elements([block])]
        for action_id, times in Counter(filter(None, inside)).items():
            if times > 1:
                yield fault(f"action_id already exists: {action_id}", here)
        for source in _slack_files(block):
            if source.get("id") not in files:
                yield fault("invalid slack file", f"{here}/slack_file")
    if sum(element.get("focus_on_load", False) for _, element in elements(blocks)) > 1:
        yield fault("only one element can have focus_on_load", pointer)


def _view_faults(view: Json) -> Iterator[str]:
    kinds = [block["type"] for block in view["blocks"]]
    if view["type"] == "modal" and "input" in kinds and not view.get("submit"):
        yield fault("must provide submit when there is an input block", "/view/submit")


def _table_faults(blocks: Sequence[Json]) -> Iterator[str]:
    for number, block in enumerate(blocks):
        if block["type"] == "table" and sum(map(len, _texts(block))) > TABLE_CHARACTERS:
            yield fault(
                f"must be less than {TABLE_CHARACTERS + 1} characters", f"/blocks/{number}/rows"
            )


def _chart_faults(blocks: Sequence[Json]) -> Iterator[str]:
    charts = [number for number, each in enumerate(blocks) if each["type"] in NEWER_THAN_THE_SDK]
    for number in charts[MESSAGE_CHARTS:]:
        yield fault(
            f"no more than {MESSAGE_CHARTS} data_visualization blocks allowed", f"/blocks/{number}"
        )


def _round_trip(block: Json, number: int) -> Iterator[str]:
    """What the SDK refuses in a block, or loses from it."""
    if block["type"] in NEWER_THAN_THE_SDK:
        return
    yield from _sdk_faults(
        lambda: _parsed(copy.deepcopy(block)).to_dict(), block, f"/blocks/{number}"
    )


def _parsed(block: Json) -> Block:
    parsed = Block.parse(block)
    if parsed is None:
        raise SlackObjectFormationError(f"unsupported type: {block['type']}")
    return parsed


def _sdk_faults(through: Callable[[], Json], given: Json, pointer: str) -> Iterator[str]:
    try:
        returned = through()
    except SlackObjectFormationError as refusal:
        yield fault(str(refusal), pointer)
    else:
        yield from _lost(given, returned, pointer)


def _lost(given: object, returned: object, pointer: str) -> Iterator[str]:
    """What went in and did not come out; empty strings, lists and nulls may go."""
    if isinstance(given, Mapping) and isinstance(returned, Mapping):
        for key, value in given.items():
            if value not in (None, "", [], {}):
                yield from _lost(value, returned.get(key), f"{pointer}/{key}")
    elif isinstance(given, list) and isinstance(returned, list) and len(given) == len(returned):
        for number, (before, after) in enumerate(zip(given, returned, strict=True)):
            yield from _lost(before, after, f"{pointer}/{number}")
    elif given != returned:
        yield fault("invalid additional property", pointer)


def _walk(value: object) -> Iterator[Json]:
    """Every object inside a JSON value, outermost first."""
    if isinstance(value, dict):
        yield value
        value = list(value.values())
    if isinstance(value, list):
        for item in value:
            yield from _walk(item)


def _texts(value: object) -> Iterator[str]:
    """Every text that a member reads in blocks."""
    for each in _walk(value):
        if isinstance(text := each.get("text"), str):
            yield text


def _mrkdwn(value: object) -> Iterator[str]:
    for each in _walk(value):
        if each.get("type") in {"mrkdwn", "markdown"}:
            yield str(each["text"])


def _slack_files(value: object) -> Iterator[Json]:
    for each in _walk(value):
        if isinstance(source := each.get("slack_file"), dict):
            yield source
