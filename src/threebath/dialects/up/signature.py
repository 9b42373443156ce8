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

MOST_TRIED = 16
"""Arguments of a badly signed call that are tried as the one that was left out."""


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
        BadSignature: none of the secrets made *signature*; it says why, if that is one of
            the mistakes that clients make.
    """
    given = list(pairs)
    ordered = _order(given, signature, secrets)
    if ordered is None:
        raise BadSignature(_mistake(given, signature, secrets))
    return ordered


def _order(
    given: Sequence[Pair], signature: str, secrets: Sequence[str]
) -> list[Pair] | None:
    for secret in filter(None, secrets):
        for order in _ORDERS:
            ordered = sorted(given, key=order)
            if same_secret(signature_of(ordered, secret), signature):
                return ordered
    return None


def _mistake(given: Sequence[Pair], signature: str, secrets: Sequence[str]) -> str:
    """Say what is wrong with a signature; "" if that cannot be known."""
    if not signature:
        return "the call is not signed"
    if _order(given, signature.lower(), secrets):
        return "the signature must be in lower case"
    for at, (name, _) in enumerate(given[:MOST_TRIED]):
        if _order([*given[:at], *given[at + 1 :]], signature, secrets):
            return f"{name[:64]} was left out of what was signed"
    return ""
