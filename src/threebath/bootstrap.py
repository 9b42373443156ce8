"""The composition root: settings in, application out. Only here are adapters named."""

from dataclasses import dataclass

from threebath.adapters.blobs import LocalBlobs
from threebath.adapters.sql import (
    Database,
    SqlAccounts,
    SqlCatalog,
    SqlLibrary,
    SqlRegistry,
)
from threebath.core.signing import Keyring
from threebath.secrets import kept_secrets
from threebath.settings import Settings


@dataclass(frozen=True, slots=True, kw_only=True)
class Stores:
    """What keeps things: the database's ports and the blobs."""

    database: Database
    catalog: SqlCatalog
    library: SqlLibrary
    accounts: SqlAccounts
    registry: SqlRegistry
    blobs: LocalBlobs


def keyring(settings: Settings) -> Keyring:
    """Return the signing keys: those of the settings, or those that the folder keeps."""
    given = tuple(one.get_secret_value().encode() for one in settings.secrets)
    return Keyring(given or kept_secrets(settings.data))
