"""Signing of tickets and receipts: HMAC-SHA256, one key per purpose, rotation.

The canonical form: the key of a purpose is ``HMAC(secret, purpose)``; a signature is
``HMAC(key, message)``, cut from the left where a wire field is shorter; a sealed token
is ``urlsafe_base64(signature || message)`` without padding. The bytes that were sent are
what is verified: nothing is parsed first and serialised again.
"""

import hashlib
import hmac
from base64 import urlsafe_b64decode, urlsafe_b64encode
from dataclasses import dataclass, field
from enum import StrEnum

from threebath.core.errors import Forged

FULL = 32
"""Length of an untruncated signature, in bytes."""

LEAST_SECRET = 16
"""Length that a secret must have, in bytes."""


class Purpose(StrEnum):
    """What a signature vouches for; one made for this never passes for that."""

    TICKET = "ticket"
    SLOT = "slot"
    RECEIPT = "receipt"
    REFUSAL = "refusal"
    VIEW = "view"
    PAGE = "page"
    DEV = "dev"


@dataclass(frozen=True, slots=True)
class Keyring:
    """Signing secrets: the first signs, all verify, so that they can be rotated.

    Raises:
        ValueError: there is no secret, or one is shorter than `LEAST_SECRET`.
    """

    secrets: tuple[bytes, ...] = field(repr=False)

    def __post_init__(self) -> None:
        if not self.secrets or any(len(one) < LEAST_SECRET for one in self.secrets):
            message = f"at least one secret of {LEAST_SECRET} bytes or more is needed"
            raise ValueError(message)

    def sign(self, purpose: Purpose, message: bytes, *, size: int = FULL) -> bytes:
        """Return the signature of *message*, cut to *size* bytes."""
        return _digest(self.secrets[0], purpose, message)[:size]

    def verify(
        self, purpose: Purpose, message: bytes, signature: bytes, *, size: int = FULL
    ) -> None:
        """Raise `Forged` unless one of the secrets made *signature*."""
        matches = [
            hmac.compare_digest(_digest(one, purpose, message)[:size], signature)
            for one in self.secrets
        ]
        if not any(matches):
            raise Forged

    def seal(self, purpose: Purpose, message: bytes) -> str:
        """Return *message* and its signature as one URL-safe string."""
        return _encode(self.sign(purpose, message) + message)

    def unseal(self, purpose: Purpose, token: str) -> bytes:
        """Return the message inside *token*, or raise `Forged`."""
        raw = _decode(token)
        signature, message = raw[:FULL], raw[FULL:]
        self.verify(purpose, message, signature)
        return message


def same_secret(given: str | bytes, expected: str | bytes) -> bool:
    """Compare two secrets or signatures in time that does not tell how alike they are."""
    left = given.encode() if isinstance(given, str) else given
    right = expected.encode() if isinstance(expected, str) else expected
    return hmac.compare_digest(left, right)


def _digest(secret: bytes, purpose: Purpose, message: bytes) -> bytes:
    key = hmac.digest(secret, purpose.encode(), hashlib.sha256)
    return hmac.digest(key, message, hashlib.sha256)


def _encode(raw: bytes) -> str:
    return urlsafe_b64encode(raw).rstrip(b"=").decode()


def _decode(token: str) -> bytes:
    """Decode strictly: exactly one text stands for given bytes."""
    try:
        raw = urlsafe_b64decode(token + "=" * (-len(token) % 4))
    except (ValueError, UnicodeEncodeError):
        raise Forged from None
    if _encode(raw) != token:
        raise Forged
    return raw
