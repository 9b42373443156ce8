"""Values for tests: each function gives a sound one, changed as its arguments say."""

import secrets
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

from threebath.core.kinds import Format
from threebath.core.ladder import Size
from threebath.core.library import Asset, Photo, Rendition
from threebath.core.places import Place
from threebath.core.tickets import Destination, Receipt
from threebath.service.ports import AlbumDraft, Catalog, Publication

NOW = datetime(2026, 11, 20, 12, 0, 0, 123456, tzinfo=UTC)
"""The moment at which samples are made."""

LATER = NOW + timedelta(days=1)
"""The moment until which samples are good."""


def an_asset(**changes: Any) -> Asset:
    """Make an asset with an id of its own and two renditions."""
    asset_id = changes.pop("id", None) or secrets.token_hex(16)
    renditions = tuple(
        Rendition(letter=letter, size=size, bytes=100, key=f"{asset_id}/{letter}.jpg")
        for letter, size in (("s", Size(75, 56)), ("m", Size(130, 98)))
    )
    asset = Asset(
        id=asset_id,
        format=Format.JPEG,
        bytes=12_345,
        sha256=secrets.token_hex(32),
        size=Size(1600, 1200),
        renditions=renditions,
        facts={"colour": "#aabbcc", "sharpness": 0.5, "frames": 1},
    )
    return replace(asset, **changes)


def a_receipt(
    *,
    place: Place = Place.WALL,
    owner: int = 5,
    album: int | None = None,
    **changes: Any,
) -> Receipt:
    """Make a receipt, of a ticket of its own, for one more asset."""
    receipt = Receipt(
        id=secrets.token_hex(16),
        ticket_id=secrets.token_hex(16),
        kind=f"vk.{place}",
        app_id=7,
        actor_id=5,
        destination=Destination(place, owner, album),
        slot="file1",
        asset=changes.pop("asset", None) or an_asset(),
        expires_at=LATER,
        options={"crop": "0,0,100"},
    )
    return replace(receipt, **changes)


def a_publication(receipt: Receipt, **changes: Any) -> Publication:
    """Make what a commit says about *receipt*."""
    return replace(Publication(receipt=receipt, access_key=secrets.token_hex(9)), **changes)


def a_draft(**changes: Any) -> AlbumDraft:
    """Make the draft of an album of user 5 on VK."""
    return replace(AlbumDraft(network="vk", owner_id=5, title="Summer"), **changes)


async def accepted(catalog: Catalog, *receipts: Receipt) -> tuple[Receipt, ...]:
    """Take *receipts* (or a new one) as far as ACCEPTED."""
    receipts = receipts or (a_receipt(),)
    for one in receipts:
        await catalog.begin(one.asset, one.expires_at)
    await catalog.accept(receipts)
    return receipts


async def published(catalog: Catalog, *receipts: Receipt, **changes: Any) -> list[Photo]:
    """Take *receipts* (or a new one) as far as PUBLISHED."""
    receipts = await accepted(catalog, *receipts)
    return await catalog.publish([a_publication(one, **changes) for one in receipts], NOW)
