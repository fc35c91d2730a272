"""The words that Block Kit's rules are written in: each takes a value and yields its faults."""

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field

from bot.local_workspace.records import Json

# A value and the JSON pointer to it go in; one sentence in Slack's wording comes out per fault.
Check = Callable[[object, str], Iterator[str]]


def fault(sentence: str, pointer: str) -> str:
    """A fault as Slack words it."""
    return f"[ERROR] {sentence} [json-pointer:{pointer}]"


def string(most: int, least: int = 1, pattern: str | None = None) -> Check:
    """A string of `least` to `most` characters that matches `pattern` as a whole."""

    def check(value: object, pointer: str) -> Iterator[str]:
        if not isinstance(value, str):
            yield fault("must provide a string", pointer)
        elif len(value) > most:
            yield fault(f"must be less than {most + 1} characters", pointer)
        elif len(value) < least:
            yield fault(f"must be more than {least - 1} characters", pointer)
        elif pattern and not re.fullmatch(pattern, value):
            yield fault(f"must match {pattern}", pointer)

    return check


def boolean(value: object, pointer: str) -> Iterator[str]:
    """True or false."""
    if not isinstance(value, bool):
        yield fault("must provide a boolean", pointer)


def integer(least: int, most: int) -> Check:
    """A whole number from `least` to `most`."""

    def check(value: object, pointer: str) -> Iterator[str]:
        if not isinstance(value, int) or isinstance(value, bool) or not least <= value <= most:
            yield fault(f"must be an integer from {least} to {most}", pointer)

    return check


def number(above: float | None = None) -> Check:
    """A number, greater than `above` if that is given."""

    def check(value: object, pointer: str) -> Iterator[str]:
        if not isinstance(value, int | float) or isinstance(value, bool):
            yield fault("must provide a number", pointer)
        elif above is not None and value <= above:
            yield fault(f"must be greater than {above:g}", pointer)

    return check


def choice(*allowed: str) -> Check:
    """One of these strings."""

    def check(value: object, pointer: str) -> Iterator[str]:
        if value not in allowed:
            yield fault(f"must be a valid enum value: {', '.join(allowed)}", pointer)

    return check


def nullable(inner: Check) -> Check:
    """Null, or what `inner` takes."""

    def check(value: object, pointer: str) -> Iterator[str]:
        if value is not None:
            yield from inner(value, pointer)

    return check


def items(inner: Check, most: int, least: int = 1) -> Check:
    """A list of `least` to `most` of what `inner` takes."""

    def check(value: object, pointer: str) -> Iterator[str]:
        if not isinstance(value, list):
            yield fault("must provide an array", pointer)
            return
        if len(value) > most:
            yield fault(f"no more than {most} items allowed", pointer)
        if len(value) < least:
            yield fault(f"no fewer than {least} items allowed", pointer)
        for number, item in enumerate(value):
            yield from inner(item, f"{pointer}/{number}")

    return check


def nothing(_value: Json, _pointer: str) -> Iterator[str]:
    """No faults."""
    yield from ()


@dataclass(frozen=True, slots=True)
class Shape:
    """An object: the checks of its fields, which are required, and what must hold between them."""

    required: Mapping[str, Check] = field(default_factory=dict)
    optional: Mapping[str, Check] = field(default_factory=dict)
    between: Callable[[Json, str], Iterator[str]] = nothing

    def __call__(self, value: object, pointer: str) -> Iterator[str]:
        if not isinstance(value, dict):
            yield fault("must provide an object", pointer)
            return
        checks = {**self.required, **self.optional}
        for name in self.required:
            if value.get(name) is None:
                yield fault(f"missing required field: {name}", pointer)
        own: list[str] = []
        for name, content in value.items():
            if name == "type" or content is None:
                continue
            if name not in checks:
                yield fault(f"invalid additional property: {name}", pointer)
            else:
                own.extend(checks[name](content, f"{pointer}/{name}"))
        yield from own
        if not own:
            yield from self.between(value, pointer)


def typed(shapes: Mapping[str, Check]) -> Check:
    """An object whose `type` picks its shape."""

    def check(value: object, pointer: str) -> Iterator[str]:
        if not isinstance(value, dict):
            yield fault("must provide an object", pointer)
        elif value.get("type") not in shapes:
            yield fault(f"unsupported type: {value.get('type')}", f"{pointer}/type")
        else:
            yield from shapes[value["type"]](value, pointer)

    return check
