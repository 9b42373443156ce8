"""UP's answers as text: XML, JSON, PHP's serialisation.

Sources: seed 001 for the shape of XML; docs/protocols/up.md, section 6, for the rest.
"""

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TypeAlias

Scalar: TypeAlias = str | int
Record: TypeAlias = Mapping[str, Scalar]


@dataclass(frozen=True, slots=True)
class Rows:
    """A list of records; in XML, each is an element of this name."""

    item: str
    records: Sequence[Record]


Payload: TypeAlias = Scalar | Record | Rows

DECLARATION = '<?xml version="1.0" encoding="UTF-8"?>'

# What XML 1.0 cannot carry, not even as a reference.
_UNFIT = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_ESCAPES = str.maketrans(
    {"&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;", "\r": "&#13;"}
)


def fit_text(text: str) -> str:
    r"""Replace the characters that no answer can carry.

    >>> fit_text("a\x00b")
    'a\ufffdb'
    """
    return _UNFIT.sub("\ufffd", text)


def to_xml(root: str, payload: Payload) -> str:
    """Write *payload* as a document; a list has ``list="true"`` on its root."""
    if isinstance(payload, Rows):
        body = "".join(_element(payload.item, one) for one in payload.records)
        return f'{DECLARATION}\n<{root} list="true">{body}</{root}>'
    return f"{DECLARATION}\n{_element(root, payload)}"


def _element(name: str, value: Scalar | Record) -> str:
    if isinstance(value, Mapping):
        inner = "".join(_element(key, one) for key, one in value.items())
    else:
        inner = fit_text(str(value)).translate(_ESCAPES)
    return f"<{name}>{inner}</{name}>"


def to_json(payload: Payload) -> str:
    """Write *payload* as JSON in ASCII, which is safe inside a script."""
    found = payload.records if isinstance(payload, Rows) else payload
    return json.dumps(found, separators=(",", ":"))


def to_php(payload: object) -> str:
    """Write *payload* as PHP's ``serialize`` does; lengths are in bytes.

    >>> to_php({"uid": "5", "size": 2})
    'a:2:{s:3:"uid";s:1:"5";s:4:"size";i:2;}'
    """
    match payload:
        case int():
            return f"i:{payload};"
        case str():
            return f's:{len(payload.encode())}:"{payload}";'
        case Rows():
            return to_php(payload.records)
        case Mapping():
            inner = "".join(to_php(key) + to_php(one) for key, one in payload.items())
        case list() | tuple():
            inner = "".join(to_php(n) + to_php(one) for n, one in enumerate(payload))
        case _:
            message = f"PHP's form of {type(payload).__name__} is not known"
            raise TypeError(message)
    return f"a:{len(payload)}:{{{inner}}}"


@dataclass(frozen=True, slots=True)
class Failure:
    """An error and the arguments of the call that led to it."""

    code: int
    message: str
    arguments: Sequence[tuple[str, str]]

    def to_xml(self) -> str:
        """Write it as a document; clients read ``request_args`` unasked."""
        head = _element("error_code", self.code) + _element("error_msg", self.message)
        inner = "".join(
            _element("arg", {"key": key, "value": value}) for key, value in self.arguments
        )
        listed = f'<request_args list="true">{inner}</request_args>'
        return f"{DECLARATION}\n<error_response>{head}{listed}</error_response>"

    def to_json(self) -> str:
        """Write it as an object."""
        return json.dumps(
            {
                "error_code": self.code,
                "error_msg": self.message,
                "request_args": self._records(),
            },
            separators=(",", ":"),
        )

    def to_php(self) -> str:
        """Write it as PHP's ``serialize`` does."""
        head = {"error_code": self.code, "error_msg": self.message}
        inner = "".join(to_php(key) + to_php(one) for key, one in head.items())
        return f"a:3:{{{inner}{to_php('request_args')}{to_php(self._records())}}}"

    def _records(self) -> list[Record]:
        return [{"key": key, "value": value} for key, value in self.arguments]
