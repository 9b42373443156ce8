"""UP's signature: the MD5 of all text arguments, sorted and joined, and a secret.

Sources: seed 001 and UP's authentication guide; the clients of docs/protocols/up.md for
the second order and for which secret.
"""

import hashlib
from collections.abc import Callable, Iterable, Sequence

from threebath.core.errors import BadSignature
from threebath.core.signing import same_secret

SIGNATURES = ("sig", "apiSig")
"""The argument that carries the signature, in the manual's two generations."""

Pair = tuple[str, str]


def _by_name(pair: Pair) -> tuple[str, ...]:
    return pair


def _by_text(pair: Pair) -> tuple[str, ...]:
    return (f"{pair[0]}={pair[1]}",)


_ORDERS: Sequence[Callable[[Pair], tuple[str, ...]]] = (_by_name, _by_text)
"""Ruby's clients sort ``name=value``, all others the names."""


def signed_text(pairs: Iterable[Pair]) -> str:
    """Join the arguments without separators, as they are signed."""
    return "".join(f"{name}={value}" for name, value in pairs)


def signature_of(pairs: Iterable[Pair], secret: str) -> str:
    """Return the signature of arguments that are in order: lower-case hex.

    >>> signature_of([("a", "1"), ("b", "2")], "secret")
    '12be81bd343ef0cff8eca15cd9fee1d3'
    """
    text = signed_text(pairs) + secret
    return hashlib.md5(text.encode(), usedforsecurity=False).hexdigest()


def verified(pairs: Iterable[Pair], signature: str, secrets: Sequence[str]) -> list[Pair]:
    """Return the arguments in the order in which they were signed.

    Args:
        pairs: all text arguments but the signature; never a file.
        secrets: those that may have signed; "" counts for none.

    Raises:
        BadSignature: none of the secrets made *signature*.
    """
    given = list(pairs)
    for secret in filter(None, secrets):
        for order in _ORDERS:
            ordered = sorted(given, key=order)
            if same_secret(signature_of(ordered, secret), signature):
                return ordered
    raise BadSignature
