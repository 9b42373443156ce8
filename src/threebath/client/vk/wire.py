"""How VK says yes and no: the envelope of a call, and the replies of an upload.

Source: docs/protocols/vk.md, sections 2, 3 and 13.
"""

import json
from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

from threebath.client import errors as e
from threebath.client.shapes import Shape
from threebath.client.transport import Answer

CODES: Mapping[int, type[e.NetworkError]] = MappingProxyType(
    {
        1: e.NetworkBusy,
        4: e.SignatureRefused,
        5: e.TokenRefused,
        6: e.TooFast,
        7: e.PermissionMissing,
        9: e.LimitReached,
        10: e.NetworkBusy,
        14: e.CaptchaNeeded,
        15: e.PermissionMissing,
        20: e.PermissionMissing,
        21: e.PermissionMissing,
        22: e.UploadRefused,
        27: e.TokenRefused,
        28: e.TokenRefused,
        29: e.LimitReached,
        36: e.NetworkBusy,
        43: e.NetworkBusy,
        105: e.UploadRefused,
        129: e.UploadRefused,
        200: e.PermissionMissing,
        201: e.PermissionMissing,
        203: e.PermissionMissing,
        204: e.PermissionMissing,
        205: e.PermissionMissing,
        300: e.LimitReached,
        302: e.LimitReached,
        901: e.PermissionMissing,
        1114: e.TokenRefused,
        1116: e.TokenRefused,
        1117: e.TokenRefused,
        1118: e.TokenRefused,
    }
)
"""What VK's numbers are in our tree; others are plain `NetworkError`."""

STORAGE_WORDS = ("ERR_STORAGE", "ERR_UPLOAD_TERMINATED")
"""Upload errors that are the server's own trouble."""

EXPIRED_WORDS = ("expired", "not issued by this service")
"""What threebath says of an address that is too old, or of another server."""

HAS_FILE = "has its file already"
"""What threebath says of a second file for one video."""

BUSY = 10
"""What threebath's servers for documents and videos say of their own trouble."""

TOO_FAST = -12
NOTHING = frozenset({"", "[]"})
"""What ``photo`` and its like say when no file was taken."""


def words(params: Mapping[str, object]) -> dict[str, str]:
    """Write parameters as VK reads them; ``None`` is left out."""
    return {name: _word(value) for name, value in params.items() if value not in (None, "")}


def _word(value: object) -> str:
    if isinstance(value, bool):
        return "1" if value else "0"
    if isinstance(value, list | tuple):
        return ",".join(map(str, value))
    return str(value)


def read_call(answer: Answer, method: str) -> Shape:
    """Return what stands under ``response``.

    Raises:
        NetworkError: there is an ``error``.
        BadAnswer: this is not VK's envelope.
    """
    told = Shape(answer.json(), method)
    error = told.maybe("error")
    if error is None:
        if not answer.is_success:
            raise e.BadStatus(answer.status, answer.hint)
        return told.at("response")
    code = error.at("error_code").integer
    facts = error.members
    facts.pop("request_params", None)
    raise CODES.get(code, e.NetworkError)(
        code, error.text_or("error_msg"), reason=answer.reason, method=method, facts=facts
    )


def read_upload(answer: Answer) -> dict[str, Any]:
    """Return the reply of an upload server.

    Raises:
        AddressExpired: the address is too old, or not one of its own.
        UploadRefused: it did not take the file.
        BadAnswer: it is no upload server.
    """
    if answer.body.startswith(b"Security Breach"):
        raise e.AddressExpired("text", answer.hint, reason=answer.reason)
    try:
        told = Shape(answer.json(), "the upload's answer")
    except e.BadStatus as error:
        if error.status in {403, 404, 410}:
            raise e.AddressExpired(error.status, str(error)) from error
        raise
    members = told.members
    if failure := _failure(members):
        raise _refusal(*failure, answer.reason)
    if not answer.is_success:
        raise e.BadStatus(answer.status, answer.hint)
    return members


def check_taken(reply: Mapping[str, Any], files: int, reason: str = "") -> None:
    """Refuse a reply that lists fewer files than were sent.

    Raises:
        UploadRefused: it lists none.
        PartlyTaken: it lists some; which ones is not to be known from it.
    """
    for name in ("photo", "photos_list", "file", "audio"):
        if name in reply and str(reply[name]) in NOTHING:
            told = "the upload server took no file"
            raise e.UploadRefused("empty", told, reason=reason)
    listed = _length(reply.get("photos_list"))
    if listed is not None and listed < files:
        told = f"{listed} of {files} files were taken"
        raise e.PartlyTaken("partly", told, reason=reason)


def _failure(members: dict[str, Any]) -> tuple[int | str, str] | None:
    """Find a code and a text in any of the four shapes of an upload error."""
    error = members.get("error")
    if isinstance(error, dict):
        code = error.get("error_code", "error")
        return code, str(error.get("error_msg") or error.get("type") or "upload error")
    number = members.get("error_code") or members.get("errcode")
    if not error and not number:
        return None
    word, _, rest = str(error or "").partition(": ")
    text = members.get("error_descr") or members.get("error_msg") or rest or error
    return number or word or "error", str(text or "upload error")


def _refusal(code: int | str, text: str, reason: str) -> e.NetworkError:
    told = f"{code} {text} {reason}"
    kind: type[e.NetworkError] = e.UploadRefused
    if HAS_FILE in told:
        kind = e.UploadRefused
    elif code == TOO_FAST:
        kind = e.TooFast
    elif any(word in told for word in EXPIRED_WORDS):
        kind = e.AddressExpired
    elif code == BUSY or any(word in told for word in STORAGE_WORDS):
        kind = e.NetworkAway
    return kind(code, text, reason=reason)


def _length(listed: object) -> int | None:
    """Count the entries of ``photos_list``, if it is the JSON that it happens to be."""
    if not isinstance(listed, str):
        return None
    try:
        found = json.loads(listed)
    except (ValueError, RecursionError):
        return None
    return len(found) if isinstance(found, list) else None
