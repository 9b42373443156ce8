"""How OK's answers look: JSON, JSONP, XML; and the headers that browsers need."""

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from xml.sax.saxutils import escape

from starlette.responses import Response

from threebath.core.errors import BadParameter
from threebath.dialects.base import REASON
from threebath.dialects.ok.errors import Failure
from threebath.dialects.ok.params import Params

JSON_TYPE = "application/json;charset=utf-8"
XML_TYPE = "application/xml;charset=utf-8"
SCRIPT_TYPE = "application/javascript;charset=utf-8"
UPLOAD_TYPE = "text/html;charset=utf-8"
"""OK's own example parses what it gets, and jQuery has parsed a JSON type already."""

INVOCATION_ERROR = "Invocation-Error"

CORS: Mapping[str, str] = MappingProxyType(
    {
        "Access-Control-Allow-Origin": "*",
        "Access-Control-Expose-Headers": f"{INVOCATION_ERROR}, {REASON}",
    }
)

PREFLIGHT: Mapping[str, str] = MappingProxyType(
    {
        "Access-Control-Allow-Origin": "*",
        "Access-Control-Allow-Methods": "GET, POST, OPTIONS",
        "Access-Control-Allow-Headers": "Content-Type",
        "Access-Control-Max-Age": "86400",
    }
)

_FRESH = MappingProxyType(
    {
        "Pragma": "no-cache",
        "Cache-Control": "no-cache,no-store",
        "X-Content-Type-Options": "nosniff",
    }
)

_CALLBACK = re.compile(r"[A-Za-z0-9_.$]{1,64}", re.ASCII)
_NAMESPACE = "http://api.forticom.com/1.0/"
_NOT_XML = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_HTML = str.maketrans({"<": "\\u003c", ">": "\\u003e", "&": "\\u0026"})


@dataclass(frozen=True, slots=True)
class Shape:
    """How a caller wants the answer.

    Attributes:
        root: the element that XML begins with.
        callback: the function that JSONP calls; "" for none.
    """

    root: str = "response"
    xml: bool = False
    callback: str = ""

    @classmethod
    def of(cls, method: str, params: Params) -> "Shape":
        """Read it from a call.

        Raises:
            BadParameter: the callback's name could be more than a name.
        """
        callback = params.text("js_callback")
        if callback and not _CALLBACK.fullmatch(callback):
            raise BadParameter("js_callback", "is not the name of a function")
        xml = params.text("format").strip().lower() == "xml"
        return cls(f"{method.replace('.', '_')}_response", xml, callback)

    def answer(self, result: object) -> Response:
        """Return the answer of a call that went well."""
        if self.callback:
            return self._script("ok", _ascii(result), "null")
        if self.xml:
            return _response(_xml(self.root, result, f' xmlns="{_NAMESPACE}"'), XML_TYPE)
        return _response(to_json(result), JSON_TYPE)

    def refuse(self, failure: Failure) -> Response:
        """Return the answer of a call that was refused; its status is 200 all the same."""
        if self.callback:
            response = self._script("error", "null", _ascii(failure.fields))
        elif self.xml:
            fields = {name: one for name, one in failure.fields.items() if one is not None}
            root = f' xmlns:ns2="{_NAMESPACE}"'
            response = _response(_xml("ns2:error_response", fields, root), XML_TYPE)
        else:
            response = _response(to_json(failure.fields), JSON_TYPE)
        response.headers[INVOCATION_ERROR] = str(failure.code)
        return response

    def _script(self, *arguments: str) -> Response:
        status, data, error = arguments
        text = f'/**/{self.callback}("{status}",{data},{error});'
        return _response(text, SCRIPT_TYPE)


PLAIN = Shape()
"""JSON, as long as nobody said otherwise."""


def upload_answer(result: object) -> Response:
    """Return the answer of the upload host; safe to be shown as a page."""
    return _response(to_json(result).translate(_HTML), UPLOAD_TYPE)


def upload_refusal(failure: Failure) -> Response:
    """Return the answer to an upload that was refused."""
    response = upload_answer(failure.fields)
    response.headers[INVOCATION_ERROR] = str(failure.code)
    return response


def to_json(value: object) -> str:
    """Return *value* as JSON, as short as it gets."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def _ascii(value: object) -> str:
    """Return JSON that is a script too, in whatever encoding it is read."""
    return json.dumps(value, separators=(",", ":")).translate(_HTML)


def _response(text: str, kind: str) -> Response:
    response = Response(text.encode("utf-8", "replace"), headers={**CORS, **_FRESH})
    response.headers["Content-Type"] = kind
    return response


def _xml(root: str, value: object, attributes: str) -> str:
    inside = "".join(_elements(value))
    head = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>'
    return f"{head}<{root}{attributes}>{inside}</{root.partition(' ')[0]}>"


def _elements(value: object) -> Iterator[str]:
    """Yield a value's elements; a list is its name again and again."""
    match value:
        case Mapping():
            for name, inner in value.items():
                for one in inner if isinstance(inner, list) else [inner]:
                    yield f"<{name}>{''.join(_elements(one))}</{name}>"
        case list():
            for one in value:
                yield f"<item>{''.join(_elements(one))}</item>"
        case bool():
            yield str(value).lower()
        case None:
            return
        case _:
            yield escape(_NOT_XML.sub("\ufffd", str(value)))
