"""Who may look at which rendition, and where its bytes are."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from types import MappingProxyType

from threebath.core.errors import Forged, PhotoNotFound
from threebath.core.filenames import disposition, extension
from threebath.core.kinds import FILMS, SOUNDS, Format
from threebath.core.library import (
    ORIGINAL,
    PICTURE_SUFFIX,
    Asset,
    AssetState,
    PhotoState,
    Rendition,
)
from threebath.core.signing import Keyring, Purpose
from threebath.service.ports import Catalog, Clock, StoredAsset

SUFFIX = PICTURE_SUFFIX
"""Every picture's own format; others are made of it for who asks (`Accept`)."""

CONTENT_TYPE = "image/jpeg"
"""What a picture is served as, whatever came in."""

CONTENT_TYPES: Mapping[str, str] = MappingProxyType(
    {SUFFIX: CONTENT_TYPE, "ogg": Format.OGG.value, "mp3": Format.MP3.value}
)
"""What we made ourselves, by its suffix; it may be looked at in the browser."""

LOOKS = ("colour", "blurhash", "phash")
"""Facts that help to show a picture before it is there, and to find others like it."""

VIEW = "view"
"""The parameter that lets its bearer look at a photo which waits for approval."""

_ASSET_ID = re.compile(r"[0-9a-f]{32}")
_VIEW = re.compile(r"([1-9][0-9]{0,11})-([0-9a-f]{32})", re.ASCII)
_SIGNATURE = 16


def media_path(asset_id: str, letter: str, suffix: str = SUFFIX) -> str:
    """Return the path at which a rendition is served.

    >>> media_path("0123456789abcdef0123456789abcdef", "x")
    '/i/0123456789abcdef0123456789abcdef/x.jpg'
    """
    return f"/i/{asset_id}/{letter}.{suffix}"


class Keeping(StrEnum):
    """How long others may keep what they were sent."""

    FOR_EVER = "it will never change"
    BRIEFLY = "something better is on its way"
    NEVER = "it is not everybody's to see"


@dataclass(frozen=True, slots=True, kw_only=True)
class Media:
    """One rendition that may be served.

    Attributes:
        key: its blob.
        length: in bytes.
        etag: names these very bytes; without quotes.
        filename: what a browser saves it as.
        attached: the name that an original came with; a browser must save it, not show
            it. None for what we made.
        looks: what was found out of the picture's looks, by its name; see `LOOKS`.
    """

    asset_id: str
    key: str
    length: int
    content_type: str
    etag: str
    filename: str
    keeping: Keeping
    attached: str | None = None
    looks: Mapping[str, str] = field(default_factory=dict)

    @property
    def disposition(self) -> str:
        """The header ``Content-Disposition``."""
        if self.attached is None:
            return f'inline; filename="{self.filename}"'
        return disposition(self.attached, self.filename)


@dataclass(frozen=True, slots=True, kw_only=True)
class MediaService:
    """Opens published media, and what waits for approval to who was shown its address."""

    catalog: Catalog
    keys: Keyring
    clock: Clock

    async def open(
        self, asset_id: str, letter: str, *, suffix: str = SUFFIX, view: str = ""
    ) -> Media:
        """Say where the bytes of a rendition are.

        Args:
            suffix: the ending of the path that was asked for.
            view: the parameter `VIEW`, as it came.

        Raises:
            PhotoNotFound: there is none, or it is not to be seen; which, is not told.
        """
        if not _ASSET_ID.fullmatch(asset_id):
            raise PhotoNotFound
        stored = await self.catalog.asset(asset_id)
        rendition = stored.asset.rendition(letter) if stored else None
        if stored is None or rendition is None or not self._may_see(stored, view):
            raise PhotoNotFound
        if suffix != rendition.suffix:
            raise PhotoNotFound
        keeping = Keeping.FOR_EVER if _is_visible(stored) else Keeping.NEVER
        return _media(stored.asset, rendition, keeping)

    def view_query(self, asset_id: str, expires_at: datetime) -> str:
        """Return the query that shows a waiting photo to its bearer until *expires_at*."""
        expires = int(expires_at.timestamp())
        signature = self.keys.sign(
            Purpose.VIEW, _view_message(asset_id, expires), size=_SIGNATURE
        )
        return f"{VIEW}={expires}-{signature.hex()}"

    def _may_see(self, stored: StoredAsset, view: str) -> bool:
        if stored.state is not AssetState.PUBLISHED or stored.photo_state is None:
            return False
        return _is_visible(stored) or self._is_signed(stored.asset.id, view)

    def _is_signed(self, asset_id: str, view: str) -> bool:
        match = _VIEW.fullmatch(view)
        if match is None or int(match[1]) <= self.clock().timestamp():
            return False
        message = _view_message(asset_id, int(match[1]))
        try:
            signature = bytes.fromhex(match[2])
            self.keys.verify(Purpose.VIEW, message, signature, size=_SIGNATURE)
        except Forged:
            return False
        return True


def _is_visible(stored: StoredAsset) -> bool:
    return stored.photo_state is PhotoState.VISIBLE


def _view_message(asset_id: str, expires: int) -> bytes:
    return f"{asset_id}:{expires}".encode()


def _media(asset: Asset, rendition: Rendition, keeping: Keeping) -> Media:
    is_original = rendition.letter == ORIGINAL
    ending = extension(asset.filename) if is_original else rendition.suffix
    return Media(
        asset_id=asset.id,
        key=rendition.key,
        length=rendition.bytes,
        content_type=_type_of(asset, rendition),
        etag=f"{asset.id}-{rendition.letter}-{rendition.bytes:x}",
        filename=f"{asset.id}_{rendition.letter}.{ending or rendition.suffix}",
        keeping=keeping,
        attached=asset.filename if is_original else None,
        looks={name: str(asset.facts[name]) for name in LOOKS if name in asset.facts},
    )


def _type_of(asset: Asset, rendition: Rendition) -> str:
    """Name the type of what players must know; of other originals, nothing."""
    if rendition.letter != ORIGINAL:
        return CONTENT_TYPES.get(rendition.suffix, Format.ANY.value)
    played = asset.format in SOUNDS | FILMS
    return (asset.format if played else Format.ANY).value
