"""What the service needs from outside. Adapters implement these; tests fake them.

`threebath.testing` holds a contract suite for each: what an adapter must do, as tests.
Every method may raise `StoreFailed` (or `RendererFailed`) when what lies behind it fails.
"""

from threebath.service.ports.accounts import Accounts, CodeDraft, Registry, TokenDraft
from threebath.service.ports.catalog import Catalog, Publication, StoredAsset
from threebath.service.ports.library import AlbumDraft, Library, PhotoQuery
from threebath.service.ports.media import (
    Blobs,
    Clock,
    Form,
    Observer,
    Part,
    Rendered,
    RenderedImage,
    RenderedSound,
    Renderer,
    Transcoder,
)

__all__ = [
    "Accounts",
    "AlbumDraft",
    "Blobs",
    "Catalog",
    "Clock",
    "CodeDraft",
    "Form",
    "Library",
    "Observer",
    "Part",
    "PhotoQuery",
    "Publication",
    "Registry",
    "Rendered",
    "RenderedImage",
    "RenderedSound",
    "Renderer",
    "StoredAsset",
    "TokenDraft",
    "Transcoder",
]
