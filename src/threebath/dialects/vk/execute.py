"""``execute``: the few forms of VKScript that client libraries send.

1. ``return [API.a({…}),API.b({…})];`` and any one expression of calls, lists and JSON;
2. ``var values = […],i = 0,result = [];while(i < values.length)
   {result.push(API.x(values[i]));i = i + 1;}return result;``
3. the same with ``def_values = {…}``, in which each round sets one key.

A call that fails yields ``false`` in its place and a line in ``execute_errors``.
"""

import json
import re
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field

from threebath.core.errors import UploadError
from threebath.dialects.vk.errors import CannotCompile, TooManyCallsInCode

MOST_CALLS = 25

MOST_CODE = 64 * 1024
"""Characters of one script."""

DEEPEST = 8
"""Lists in lists that a script may nest."""

_CALL = re.compile(r"\s*API\.([a-zA-Z]{1,32}\.[a-zA-Z]{1,64})\(")
_METHOD = r"(?P<method>[a-zA-Z]{1,32}\.[a-zA-Z]{1,64})"
_LOOP = re.compile(
    r"\s*var values\s*=\s*(?P<values>\[.*\])\s*,\s*i\s*=\s*0\s*,\s*result\s*=\s*\[\]\s*;"
    r"\s*while\s*\(i < values\.length\)\s*\{\s*result\.push\(API\."
    rf"{_METHOD}\(values\[i\]\)\);\s*i = i \+ 1;\s*\}}\s*return result;\s*",
    re.DOTALL,
)
_ONE_KEY = re.compile(
    r"\s*var def_values\s*=\s*(?P<shared>\{.*\})\s*,\s*values\s*=\s*(?P<values>\[.*\])\s*,"
    r"\s*result\s*=\s*\[\]\s*,\s*i\s*=\s*0\s*;\s*while\s*\(i < values\.length\)\s*\{\s*"
    r"def_values\.(?P<key>\w{1,64}) = values\[i\];\s*result\.push\(API\."
    rf"{_METHOD}\(def_values\)\);\s*i = i \+ 1;\s*\}}\s*return result;\s*",
    re.DOTALL,
)
_RETURN = re.compile(r"\s*return\s(.*?);?\s*", re.DOTALL)

Invoke = Callable[[str, dict[str, str]], Awaitable[object]]

Describe = Callable[[str, UploadError], dict[str, object]]
"""Says in VK's words what went wrong with a call of a method."""


@dataclass(frozen=True, slots=True)
class _Invocation:
    method: str
    arguments: dict[str, str]


@dataclass(slots=True)
class Script:
    """A script that was read and can be run once.

    Attributes:
        errors: what went wrong in it, as ``execute_errors`` shows it.
    """

    tree: object
    calls: int = 0
    errors: list[dict[str, object]] = field(default_factory=list)

    async def run(self, invoke: Invoke, describe: Describe) -> object:
        """Make the calls in order; return what the script returns."""
        return await self._value(self.tree, invoke, describe)

    async def _value(self, tree: object, invoke: Invoke, describe: Describe) -> object:
        if isinstance(tree, list):
            return [await self._value(one, invoke, describe) for one in tree]
        if not isinstance(tree, _Invocation):
            return tree
        self.calls += 1
        if self.calls > MOST_CALLS:
            raise TooManyCallsInCode
        try:
            return await invoke(tree.method, tree.arguments)
        except UploadError as error:
            self.errors.append({"method": tree.method, **describe(tree.method, error)})
            return False


def compile_script(code: str) -> Script:
    """Read *code*, or raise `CannotCompile`."""
    if len(code) > MOST_CODE:
        raise CannotCompile
    if loop := _LOOP.fullmatch(code):
        return Script([_invocation(loop["method"], one) for one in _items(loop)])
    if loop := _ONE_KEY.fullmatch(code):
        shared = _invocation(loop["method"], _json(loop["shared"])).arguments
        rounds = [shared | {loop["key"]: _text(one)} for one in _items(loop)]
        return Script([_Invocation(loop["method"], one) for one in rounds])
    if found := _RETURN.fullmatch(code):
        tree, rest = _expression(found[1], 0, DEEPEST)
        if not found[1][rest:].strip():
            return Script(tree)
    raise CannotCompile


def _items(loop: "re.Match[str]") -> list[object]:
    values = _json(loop["values"])
    if not isinstance(values, list):
        raise CannotCompile
    return values


def _expression(text: str, at: int, depth: int) -> tuple[object, int]:
    """Read one expression from *at* on; return it and where it ends."""
    if not depth:
        raise CannotCompile
    if call := _CALL.match(text, at):
        return _call(text, call)
    at = _after_space(text, at)
    if text.startswith("[", at):
        return _list(text, at + 1, depth)
    return _literal(text, at)


def _call(text: str, call: "re.Match[str]") -> tuple[object, int]:
    at = call.end()
    arguments: object = {}
    if not text.startswith(")", _after_space(text, at)):
        arguments, at = _literal(text, at)
    at = _skip(text, at, ")")
    return _invocation(call[1], arguments), at


def _list(text: str, at: int, depth: int) -> tuple[list[object], int]:
    items: list[object] = []
    while not text.startswith("]", _after_space(text, at)):
        if items:
            at = _skip(text, at, ",")
        item, at = _expression(text, at, depth - 1)
        items.append(item)
    return items, _skip(text, at, "]")


def _skip(text: str, at: int, sign: str) -> int:
    at = _after_space(text, at)
    if not text.startswith(sign, at):
        raise CannotCompile
    return at + 1


def _after_space(text: str, at: int) -> int:
    while text[at : at + 1].isspace():
        at += 1
    return at


def _literal(text: str, at: int) -> tuple[object, int]:
    try:
        return json.JSONDecoder().raw_decode(text, _after_space(text, at))
    except (ValueError, RecursionError):
        raise CannotCompile from None


def _json(text: str) -> object:
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        raise CannotCompile from None


def _invocation(method: str, arguments: object) -> _Invocation:
    if not isinstance(arguments, dict):
        raise CannotCompile
    return _Invocation(method, {name: _text(value) for name, value in arguments.items()})


def _text(value: object) -> str:
    """Write a value the way a parameter carries it."""
    match value:
        case str():
            return value
        case bool():
            return str(int(value))
        case list():
            return ",".join(_text(one) for one in value)
        case None:
            return ""
        case _:
            return json.dumps(value, ensure_ascii=False)
