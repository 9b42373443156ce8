"""How one call wants to be answered: format, wrapper, vocabulary."""

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from starlette.responses import Response

from threebath.core.errors import UploadError
from threebath.dialects.up.errors import VOCABULARIES, Vocabulary
from threebath.dialects.up.signature import SIGNATURES
from threebath.dialects.up.wire import Failure, Payload, fit_text, to_json, to_php, to_xml

XML, JSON, PHP = "xml", "json", "php_serial"

MASK = "********"
SECRETS = frozenset({"session_key", "auth_token", "secret", "password", "access_token"})
"""Arguments that an error shows to be there, and no more."""

_TYPES = {XML: "text/xml", JSON: "application/json", PHP: "text/plain"}
_CALLBACK = re.compile(r"[A-Za-z0-9_.$]{1,64}")


@dataclass(frozen=True, slots=True)
class Style:
    """What the arguments of a call say about its answer.

    Attributes:
        format: one of `XML`, `JSON`, `PHP`.
        callback: a function to wrap the answer in; "" for none.
        second: whether it is a call of the manual's second generation.
    """

    format: str = XML
    callback: str = ""
    second: bool = False

    @classmethod
    def of(cls, arguments: Mapping[str, str]) -> "Style":
        """Read it from a call's arguments; what makes no sense there counts for none."""
        _, later = SIGNATURES
        second = later in arguments or ("sig" not in arguments and "apiKey" in arguments)
        wanted = arguments.get("format", "").lower()
        known = {XML, JSON, PHP} if second else {XML, JSON}
        callback = arguments.get("callback", "")
        return cls(
            format=wanted if wanted in known else XML,
            callback=callback if _CALLBACK.fullmatch(callback) else "",
            second=second,
        )

    def vocabulary(self, profile: str) -> Vocabulary:
        """Return the numbers and words for errors."""
        return VOCABULARIES["second" if self.second else profile]

    def answer(self, method: str, payload: Payload) -> Response:
        """Answer a call of *method* (as the manual spells it, with ``up.``)."""
        root = method.removeprefix("up.").replace(".", "_") + "_response"
        match self.format:
            case "json":
                return self._wrap(to_json(payload))
            case "php_serial":
                return self._wrap(to_php(payload))
            case _:
                return self._wrap(to_xml(root, payload))

    def refuse(
        self, error: UploadError, profile: str, arguments: Sequence[tuple[str, str]]
    ) -> Response:
        """Answer with an error: status 200, and all arguments back, secrets masked."""
        code, message = self.vocabulary(profile).explain(error)
        failure = Failure(code, fit_text(message), [_shown(*one) for one in arguments])
        match self.format:
            case "json":
                return self._wrap(failure.to_json())
            case "php_serial":
                return self._wrap(failure.to_php())
            case _:
                return self._wrap(failure.to_xml())

    def _wrap(self, text: str) -> Response:
        kind = _TYPES[self.format]
        if self.callback:
            literal = text if self.format == JSON else json.dumps(text)
            text, kind = f"{self.callback}({literal});", "application/javascript"
        headers = {
            "content-type": f"{kind}; charset=utf-8",
            "cache-control": "no-store",
            "x-content-type-options": "nosniff",
        }
        return Response(text.encode(), headers=headers)


def _shown(name: str, value: str) -> tuple[str, str]:
    return fit_text(name), MASK if name in SECRETS and value else fit_text(value)
