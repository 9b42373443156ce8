"""How OK says yes and no.

Source: docs/protocols/ok.md, sections 5 to 7.
"""

import json
from collections.abc import Mapping, Sequence
from types import MappingProxyType

from threebath.client import errors as e
from threebath.client.shapes import Shape
from threebath.client.transport import Answer

CODES: Mapping[int, type[e.NetworkError]] = MappingProxyType(
    {
        2: e.NetworkAway,
        7: e.PermissionMissing,
        8: e.TooFast,
        9: e.PermissionMissing,
        10: e.PermissionMissing,
        11: e.TooFast,
        26: e.LimitReached,
        50: e.PermissionMissing,
        102: e.TokenRefused,
        103: e.TokenRefused,
        104: e.SignatureRefused,
        453: e.TokenRefused,
        500: e.UploadRefused,
        501: e.UploadRefused,
        502: e.UploadRefused,
        503: e.UploadRefused,
        504: e.UploadRefused,
        505: e.UploadRefused,
        512: e.PermissionMissing,
        513: e.PermissionMissing,
        5000: e.NetworkBusy,
        9999: e.NetworkBusy,
    }
)
"""What OK's numbers are in our tree; others are plain `NetworkError`."""

UPLOAD_CODES: Mapping[int, type[e.NetworkError]] = MappingProxyType(
    {**CODES, 102: e.AddressExpired, 103: e.AddressExpired}
)
"""The same on the upload host, whose address is the credential."""


def words(params: Mapping[str, object]) -> dict[str, str]:
    """Write parameters as OK reads them; ``None`` is left out, structures are JSON."""
    return {name: _word(value) for name, value in params.items() if value not in (None, "")}


def _word(value: object) -> str:
    if isinstance(value, str):
        return value
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def read_call(answer: Answer, method: str) -> Shape:
    """Return the answer of a call, which may be any JSON.

    Raises:
        NetworkError: it has an ``error_code``.
        BadAnswer: it is not OK's.
    """
    return _read(answer, method, CODES)


def read_upload(answer: Answer, photo_ids: Sequence[str]) -> list[str]:
    """Return the tokens of an upload, in the order of *photo_ids*.

    Raises:
        UploadRefused: none of them is there.
        PartlyTaken: some of them are not there.
        AddressExpired: the address is too old.
    """
    told = _read(answer, "", UPLOAD_CODES).at("photos")
    found = {one: told.maybe(one) for one in photo_ids}
    tokens = [one.at("token").text for one in found.values() if one is not None]
    if len(tokens) < len(photo_ids):
        text = f"{len(tokens)} of {len(photo_ids)} photos were taken"
        kind = e.PartlyTaken if tokens else e.UploadRefused
        raise kind("partly", text, reason=answer.reason)
    return tokens


def _read(answer: Answer, method: str, codes: Mapping[int, type[e.NetworkError]]) -> Shape:
    told = Shape(answer.json(), method or "the upload's answer")
    if isinstance(told.value, dict) and "error_code" in told.value:
        code = told.at("error_code").integer
        facts = {"error_data": told.value.get("error_data")}
        raise codes.get(code, e.NetworkError)(
            code,
            told.text_or("error_msg"),
            reason=answer.reason,
            method=method,
            facts=facts,
        )
    if not answer.is_success:
        raise e.BadStatus(answer.status, answer.hint)
    return told
