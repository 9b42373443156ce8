"""Refused uploads: six shapes in which VK's upload servers say so, and the way back.

Whatever the shape, a signature over the caller and the kind of mistake travels in it. A
client that did not look, and goes on to save, brings it back with the reply's other
members; then the save says what was wrong with the file.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType

from threebath.core.errors import FileRejected, Forged, UploadError
from threebath.core.signing import Keyring, Purpose
from threebath.dialects.base import code_for
from threebath.dialects.vk.columns import Failure
from threebath.dialects.vk.errors import UPLOAD_CODES, UPLOAD_NUMBERS, UPLOAD_WORDS

HASH = 16
"""Bytes of the field ``hash``, which is shown in hex (seed 000: 32 characters)."""

LONGEST_REASON = 300

REASON, SIGNATURE = "reason", "_sig"


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why an upload was refused, and the signature that remembers it."""

    error: UploadError
    signature: str
    server: int

    @property
    def number(self) -> int:
        return code_for(UPLOAD_NUMBERS, self.error)


def _coded(one: Refusal) -> dict[str, object]:
    text = f"{code_for(UPLOAD_CODES, one.error)}: {one.error}"
    return {"error": text, "bwact": "do_add", "server": one.server}


def _word(one: Refusal) -> dict[str, object]:
    return {
        "error": code_for(UPLOAD_WORDS, one.error),
        "error_code": one.number,
        "error_descr": str(one.error),
        "error_is_logged": one.error.ours,
    }


def _object(one: Refusal) -> dict[str, object]:
    kind = code_for(UPLOAD_CODES, one.error)
    inner = {"error_code": one.number, "type": kind, "error_msg": str(one.error)}
    return {"error": inner}


def _number(one: Refusal) -> dict[str, object]:
    return {
        "request_id": one.signature,
        "error_code": code_for({UploadError: 1, FileRejected: 4611}, one.error),
        "error_msg": f"Invalid File: {one.error}",
    }


def _errcode(one: Refusal) -> dict[str, object]:
    return {"errcode": 1, REASON: str(one.error)}


SHAPES: Mapping[Failure, Callable[[Refusal], dict[str, object]]] = MappingProxyType(
    {
        Failure.SOFT: _coded,
        Failure.CODED: _coded,
        Failure.WORD: _word,
        Failure.OBJECT: _object,
        Failure.NUMBER: _number,
        Failure.ERRCODE: _errcode,
    }
)
"""What each kind answers; a soft one only where there is no usual reply to give."""


def refuse(
    failure: Failure, error: UploadError, actor_id: int, server: int, keys: Keyring
) -> dict[str, object]:
    """Return the answer to an upload that was refused."""
    one = Refusal(error, sign_refusal(error, actor_id, keys), server)
    return {**SHAPES[failure](one), SIGNATURE: one.signature}


def sign_refusal(error: UploadError, actor_id: int, keys: Keyring) -> str:
    """Return what a client brings back without knowing."""
    return keys.sign(Purpose.REFUSAL, _message(actor_id, error.slug), size=HASH).hex()


def last_refusal(
    params: Mapping[str, str], actor_id: int, keys: Keyring
) -> FileRejected | None:
    """Return why the caller's upload was refused, if the parameters remember it."""
    for name in ("hash", SIGNATURE):
        for error in _rejections(FileRejected):
            if _is_signed(params.get(name, ""), _message(actor_id, error.slug), keys):
                return _again(error, _told(params))
    return None


def _is_signed(given: str, message: bytes, keys: Keyring) -> bool:
    try:
        keys.verify(Purpose.REFUSAL, message, bytes.fromhex(given), size=HASH)
    except (Forged, ValueError):
        return False
    return True


def _told(params: Mapping[str, str]) -> str:
    """Find the reason among the members that the client has brought back."""
    for name in (REASON, "error_descr", "error_msg", "error"):
        text = params.get(name, "")
        if text and not text.startswith(("{", "[")):
            for lead in ("Invalid File: ", "ERR_"):
                if text.startswith(lead):
                    text = text.partition(": ")[2]
            return text[:LONGEST_REASON]
    return ""


def _again(error: type[FileRejected], told: str) -> FileRejected:
    again = error.__new__(error)
    UploadError.__init__(again, told)
    return again


def _message(actor_id: int, slug: str) -> bytes:
    return f"{actor_id}|{slug}".encode()


def _rejections(base: type[FileRejected]) -> list[type[FileRejected]]:
    return [base, *(one for leaf in base.__subclasses__() for one in _rejections(leaf))]
