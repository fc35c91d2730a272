"""What Slack's own types say of a message, a view or a manifest: JSON Schemas made from npm.

`make slack-schemas` makes them from `@slack/types` and `@slack/web-api`. They see structure: an
unknown block, element or key, an element in a block that does not take it, a text of the wrong
type, a missing key, a value that is no member of an enumeration, a scope or an event that Slack
does not know.

They do not see: any length or number (3,000 characters, 50 blocks, 10 fields, 100 options); that
ids are unique, that a picture exists, that a modal with inputs needs `submit`; which surface takes
which block; that a section needs `text` or `fields`; that a `number_input` holds numbers, in order;
what stands in mrkdwn. The local workspace checks those.
"""

import json
from collections.abc import Iterator
from functools import cache
from itertools import groupby
from pathlib import Path
from typing import Any

from jsonschema import Draft7Validator, ValidationError

SCHEMAS = Path(__file__).parents[1] / "artifacts" / "slack_types.json"
# Slack has these and the installed types do not yet; nothing else is passed over.
NEWER_BLOCKS = frozenset({"data_visualization"})
NEWER_EVENTS = frozenset({"function_executed"})
Json = dict[str, Any]


def block_kit_faults(payload: Json) -> list[str]:
    """What is wrong with a view, or with a message's `text` and `blocks`; each with its place."""
    kind = {"modal": "Modal", "home": "Home"}.get(payload.get("type", ""), "Message")
    blocks = [
        {"type": "divider"} if block.get("type") in NEWER_BLOCKS else block
        for block in payload.get("blocks", [])
    ]
    return _faults(kind, payload | {"blocks": blocks})


def manifest_faults(manifest: Json) -> list[str]:
    """What is wrong with an app manifest; each fault with its place."""
    settings = manifest.get("settings", {})
    subscribed = settings.get("event_subscriptions", {})
    events = [event for event in subscribed.get("bot_events", []) if event not in NEWER_EVENTS]
    known = {**settings, "event_subscriptions": {**subscribed, "bot_events": events}}
    return _faults("AppManifest", {**manifest, "settings": known})


@cache
def _validator(kind: str) -> Draft7Validator:
    schemas = json.loads(SCHEMAS.read_text(encoding="utf-8"))
    return Draft7Validator({"$ref": f"#/definitions/{kind}", "definitions": schemas["definitions"]})


def _faults(kind: str, payload: Json) -> list[str]:
    return [told for error in _validator(kind).iter_errors(payload) for told in _told(error)]


def _told(error: ValidationError) -> Iterator[str]:
    """An error in words; of alternatives, what the one with the same `type` finds."""
    if error.validator != "anyOf":
        yield f"{_place(error)}: {error.message}"
        return
    meant = [errors for errors in _alternatives(error) if not any(map(_is_of_type, errors))]
    if not meant:
        given = error.instance.get("type") if isinstance(error.instance, dict) else error.instance
        yield f"{_place(error)}: {given!r} does not belong here"
        return
    for each in min(meant, key=len):
        yield from _told(each)


def _alternatives(error: ValidationError) -> Iterator[list[ValidationError]]:
    """The errors of each alternative, those of alternatives within an alternative included."""
    for _, group in groupby(error.context, lambda each: each.relative_schema_path[0]):
        errors = list(group)
        if len(errors) == 1 and errors[0].validator == "anyOf" and not errors[0].relative_path:
            yield from _alternatives(errors[0])
        else:
            yield errors


def _is_of_type(error: ValidationError) -> bool:
    """Whether the alternative is for another `type`."""
    return list(error.relative_path) == ["type"]


def _place(error: ValidationError) -> str:
    return "/" + "/".join(map(str, error.absolute_path))
