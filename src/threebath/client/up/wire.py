"""How UP says yes and no, in JSON.

Source: docs/protocols/up.md, sections 5 to 7.
"""

from collections.abc import Mapping
from types import MappingProxyType

from threebath.client import errors as e
from threebath.client.shapes import Shape
from threebath.client.transport import Answer

CODES: Mapping[int, type[e.NetworkError]] = MappingProxyType(
    {
        1: e.NetworkAway,
        2: e.NetworkAway,
        4: e.TooFast,
        5: e.PermissionMissing,
        10: e.PermissionMissing,
        101: e.TokenRefused,
        102: e.TokenRefused,
        104: e.SignatureRefused,
        200: e.PermissionMissing,
        260: e.PermissionMissing,
        321: e.LimitReached,
        324: e.UploadRefused,
        325: e.LimitReached,
        450: e.TokenRefused,
        452: e.TokenRefused,
        453: e.TokenRefused,
    }
)
"""What UP's numbers are in our tree; others are plain `NetworkError`.

An error answers the one call that does everything, so nothing was saved.
"""


def read(answer: Answer, method: str) -> Shape:
    """Return the answer of a call, which may be any JSON.

    Raises:
        NetworkError: it has an ``error_code``.
        BadAnswer: it is not UP's.
    """
    told = Shape(answer.json(), method)
    if isinstance(told.value, dict) and "error_code" in told.value:
        code = told.at("error_code").integer
        kind = CODES.get(code, e.NetworkError)
        raise kind(code, told.text_or("error_msg"), reason=answer.reason, method=method)
    if not answer.is_success:
        raise e.BadStatus(answer.status, answer.hint)
    return told
