"""Workflow steps: how Slack runs one of the app's functions, and the methods that complete it."""

import secrets
from collections.abc import Callable, Iterator

from bot.local_workspace.errors import SlackError, invalid
from bot.local_workspace.exchange import Exchange
from bot.local_workspace.handouts import Step
from bot.local_workspace.records import Json, Member
from bot.local_workspace.state import State

RUNTIME = "remote"


def start(exchange: Exchange, callback_id: str, given: Json, member: Member) -> Step:
    """Run a step as a workflow does that a member has started; the app hears of it by an event.

    The member stands in for people whom the function requires and `given` leaves out. Raises
    SlackError when the manifest has no such function, when the inputs do not fit it, or when the
    app would not hear of it.
    """
    state = exchange.state
    function = _declared(state, callback_id)
    inputs = {**_people(function, member), **given}
    found = list(_faults(state, function.get("input_parameters", {}), inputs, "inputs"))
    if found:
        raise invalid("invalid_inputs", found)
    if state.app.function_runtime != RUNTIME:
        state.problem(f"{callback_id}: the manifest lacks `function_runtime: remote`")
    if "function_executed" not in state.app.events:
        raise SlackError("not_subscribed", event="function_executed")
    step = Step(state.new_id("Fx"), callback_id, inputs, f"xwfp-{secrets.token_hex(12)}")
    with state.lock:
        state.steps[step.id] = state.step_tokens[step.token] = step
    exchange.event(_executed(state, function, step))
    return step


def complete_success(state: State, arguments: Json) -> Json:
    step = _running(state, arguments["function_execution_id"])
    declared = _declared(state, step.callback_id).get("output_parameters", {})
    outputs = arguments["outputs"]
    if not isinstance(outputs, dict):
        raise invalid("invalid_arguments", ["[ERROR] outputs must be an object"])
    if found := list(_faults(state, declared, outputs, "outputs")):
        raise invalid("parameter_validation_failed", found)
    step.outputs = outputs
    state.changed()
    return {}


def complete_error(state: State, arguments: Json) -> Json:
    step = _running(state, arguments["function_execution_id"])
    step.error = str(arguments["error"])
    state.changed()
    return {}


def _people(function: Json, member: Member) -> Json:
    who: dict[str, object] = {
        "slack#/types/user_id": member.id,
        "slack#/types/user_context": {"id": member.id, "secret": secrets.token_hex(12)},
    }
    return {
        name: who[parameter["type"]]
        for name, parameter in function.get("input_parameters", {}).items()
        if parameter["type"] in who and parameter.get("is_required")
    }


def _running(state: State, execution_id: str) -> Step:
    step = state.steps.get(execution_id)
    if step is None or step.completed:
        raise SlackError("function_execution_not_found")
    return step


def _declared(state: State, callback_id: str) -> Json:
    if callback_id not in state.app.functions:
        raise SlackError("function_not_found", callback_id=callback_id)
    return dict(state.app.functions[callback_id])


def _executed(state: State, function: Json, step: Step) -> Json:
    """The content of a function_executed event."""
    return {
        "type": "function_executed",
        "function": {
            "id": f"Fn{step.callback_id}",
            "callback_id": step.callback_id,
            "title": function["title"],
            "description": function.get("description", ""),
            "type": "app",
            "app_id": state.app.id,
            "input_parameters": _listed(function.get("input_parameters", {})),
            "output_parameters": _listed(function.get("output_parameters", {})),
        },
        "inputs": step.inputs,
        "function_execution_id": step.id,
        "workflow_execution_id": f"Wx{step.id}",
        "event_ts": state.new_ts(),
        "bot_access_token": step.token,
    }


def _listed(parameters: Json) -> list[Json]:
    return [
        {"name": name, "is_required": False, **declared} for name, declared in parameters.items()
    ]


def _faults(state: State, declared: Json, given: Json, where: str) -> Iterator[str]:
    """What is missing, unknown or of another type, as Slack words it."""
    for name, parameter in declared.items():
        if parameter.get("is_required") and given.get(name) in (None, ""):
            yield f"[ERROR] missing required parameter [json-pointer:/{where}/{name}]"
    for name, value in given.items():
        if name not in declared:
            yield f"[ERROR] unknown parameter [json-pointer:/{where}/{name}]"
        elif value is not None and not _fits(state, declared[name]["type"], value):
            yield f"[ERROR] must be {declared[name]['type']} [json-pointer:/{where}/{name}]"


def _fits(state: State, kind: str, value: object) -> bool:
    """Whether a value is of a type; one that the workspace does not know takes anything."""
    return TYPES.get(kind.removeprefix("slack#/types/"), _anything)(state, value)


def _anything(_state: State, _value: object) -> bool:
    return True


def _is(*kinds: type) -> Callable[[State, object], bool]:
    def fits(_state: State, value: object) -> bool:
        return isinstance(value, kinds) and (bool in kinds or not isinstance(value, bool))

    return fits


# By the name of the type, with or without `slack#/types/` before it.
TYPES: dict[str, Callable[[State, object], bool]] = {
    "array": _is(list),
    "boolean": _is(bool),
    "channel_id": lambda state, value: value in state.channels,
    "integer": _is(int),
    "number": _is(int, float),
    "object": _is(dict),
    "string": _is(str),
    "user_id": lambda state, value: value in state.members,
}
