"""What ready-made worlds are made of."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime

from threebath.core.signing import Keyring, Purpose
from threebath.service.ports import Library, Registry

Credentials = Mapping[str, object]
"""What a client needs to know, by the names that ``threebath dev --json`` prints."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Makings:
    """What a world is made with.

    Attributes:
        address: where clients reach the server, without a slash at the end.
    """

    registry: Registry
    library: Library
    keys: Keyring
    address: str

    def secret(self, name: str, size: int = 32) -> str:
        """Return *size* bytes in hex that belong to *name* in this data folder.

        The same each time, and not to be guessed without the folder's secrets.
        """
        return self.keys.sign(Purpose.DEV, name.encode(), size=size).hex()


def today() -> datetime:
    """Return the time; worlds are made by a person's command, once."""
    return datetime.now(UTC)
