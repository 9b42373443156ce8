"""OK's signature: MD5 over the sorted parameters and a secret, as real clients make it.

The documentation leaves ``session_key`` out of what is signed, OK's own JavaScript puts
it in, and its hand-written UTF-8 encoder makes CESU-8 of what lies beyond U+FFFF. Of the
scripts that ask for JSONP, one signs ``js_callback`` and one does not. All of these are
accepted; docs/protocols/ok.md says which client does what.
"""

import hashlib
from collections.abc import Iterator, Mapping, Sequence

from threebath.core.errors import BadSignature
from threebath.core.signing import same_secret

SIG, SESSION_KEY, ACCESS_TOKEN = "sig", "session_key", "access_token"
JS_CALLBACK = "js_callback"
UNSIGNED = frozenset({SIG, "resig"})
"""Parameters that are never part of what is signed."""

_LAST_OF_BMP = "\uffff"


def signature_of(params: Mapping[str, str], secret: str) -> str:
    """Return the signature of *params*, all of them, in OK's documented way.

    >>> signature_of({"key": "value"}, "1b0ebffcd35423aa7674c8cbb60581e4")
    '08948becfe27ee5d869ed76e2fffbae8'
    """
    return _digest(_joined(params).encode("utf-8", "surrogatepass"), secret)


def token_secret(access_token: str, app_secret: str) -> str:
    """Return what calls with an access token are signed with.

    >>> token_secret("tok1", "APPSECRET")
    '4375e8e50fe42abb7e883b42150fa419'
    """
    return _md5((access_token + app_secret).encode("utf-8", "surrogatepass"))


def launch_signature(user_id: str, session_key: str, app_secret: str) -> str:
    """Return ``auth_sig`` of the launch parameters of an application in a frame.

    >>> launch_signature("7", "sess1", "APPSECRET")
    '7e5ba3f5816aae33950ce0fd1f4a438d'
    """
    return _md5(f"{user_id}{session_key}{app_secret}".encode("utf-8", "surrogatepass"))


def check_signature(
    params: Mapping[str, str],
    given: str,
    secrets: Sequence[str],
    *,
    lenient: bool = False,
) -> None:
    """Raise `BadSignature` unless *given* is a signature of *params*.

    Args:
        params: all parameters that came, blank ones too.
        given: in lower case, as every real client sends it.
        secrets: those that may have signed; "" counts for none.
        lenient: accept hashes of ASCII with ``?`` for the rest (an old .NET client), and
            such with ``access_token`` in them; both are weaker than the documented way.
    """
    fitting = [
        same_secret(given, _digest(text, secret))
        for text in _texts(params, lenient=lenient)
        for secret in filter(None, secrets)
    ]
    if not any(fitting):
        raise BadSignature("Invalid signature")


def _texts(params: Mapping[str, str], *, lenient: bool) -> Iterator[bytes]:
    signed = {name: value for name, value in params.items() if name not in UNSIGNED}
    left_out = [{ACCESS_TOKEN}, {ACCESS_TOKEN, SESSION_KEY}]
    if lenient:
        left_out.append(set())
    if JS_CALLBACK in params:
        left_out += [{*out, JS_CALLBACK} for out in left_out]
    for out in left_out:
        text = _joined({name: one for name, one in signed.items() if name not in out})
        yield text.encode("utf-8", "surrogatepass")
        if any(letter > _LAST_OF_BMP for letter in text):
            yield _cesu_8(text)
        if lenient and not text.isascii():
            yield text.encode("ascii", "replace")


def _joined(params: Mapping[str, str]) -> str:
    return "".join(f"{name}={params[name]}" for name in sorted(params))


def _cesu_8(text: str) -> bytes:
    """Encode each half of a surrogate pair by itself.

    >>> _cesu_8("\U0001f600").hex(" ")
    'ed a0 bd ed b8 80'
    """
    halves = text.encode("utf-16-le", "surrogatepass")
    units = (halves[at : at + 2] for at in range(0, len(halves), 2))
    return b"".join(
        chr(int.from_bytes(unit, "little")).encode("utf-8", "surrogatepass")
        for unit in units
    )


def _digest(text: bytes, secret: str) -> str:
    return _md5(text + secret.encode("utf-8", "surrogatepass"))


def _md5(raw: bytes) -> str:
    return hashlib.md5(raw, usedforsecurity=False).hexdigest()
