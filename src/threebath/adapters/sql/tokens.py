"""What is kept of a token."""

import hashlib


def hash_of(token: str) -> str:
    """Return the SHA-256 of *token* in hex.

    Tokens are random and long, so that no salt and no slow hash is needed.
    """
    return hashlib.sha256(token.encode("utf-8", "surrogatepass")).hexdigest()
