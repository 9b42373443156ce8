"""Removes what went stale, and proves that nothing is left over."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from datetime import timedelta

from threebath.core.errors import Unavailable
from threebath.core.library import Asset, AssetState
from threebath.service.ports import (
    Blobs,
    Catalog,
    Clock,
    Observer,
    Registry,
    StoredAsset,
)
from threebath.service.variants import ENDINGS

KEPT = frozenset({AssetState.ACCEPTED, AssetState.PUBLISHED})
"""States in which every recorded blob must be there."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Sweeper:
    """Removes assets whose tickets ran out, photos that were deleted, stale tokens.

    Attributes:
        skew: how far the clocks of two nodes may differ.
        grace: how long a token is kept after it expired, so that its holder is told
            that it did.
        batch: rows removed at a time.
    """

    catalog: Catalog
    registry: Registry
    blobs: Blobs
    clock: Clock
    observer: Observer
    skew: timedelta = timedelta(minutes=2)
    grace: timedelta = timedelta(days=30)
    batch: int = 100

    async def sweep(self) -> int:
        """Remove all assets that are stale now; return how many went."""
        gone = 0
        while stale := await self.catalog.claim_stale(self.clock() - self.skew, self.batch):
            for asset in stale:
                await self.remove(asset)
            gone += len(stale)
        return gone

    async def sweep_tokens(self) -> int:
        """Forget all tokens and codes that expired long ago; return how many went."""
        before = self.clock() - self.skew - self.grace
        gone = 0
        while found := await self.registry.forget_stale(before, self.batch):
            gone += found
        return gone

    async def remove(self, asset: Asset) -> None:
        """Remove one asset that is SWEEPING or DELETED.

        Blobs go first: a row without blobs is found again, blobs without a row are not.
        """
        for key in keys_of(asset):
            await self.blobs.delete(key)
        await self.catalog.forget(asset.id)

    async def run(self, every: timedelta) -> None:
        """Sweep again and again, until cancelled; failures are logged and outlived."""
        while True:
            for what, sweep in (("assets", self.sweep), ("tokens", self.sweep_tokens)):
                try:
                    if gone := await sweep():
                        self.observer.swept(what, gone)
                except Unavailable as error:
                    self.observer.failed("sweep", error)
            await asyncio.sleep(every.total_seconds())


@dataclass(frozen=True, slots=True)
class Findings:
    """Where the store and the catalog differ."""

    assets: int
    blobs: int
    missing: tuple[str, ...] = field(default=())
    orphaned: tuple[str, ...] = field(default=())

    @property
    def healthy(self) -> bool:
        return not self.missing and not self.orphaned


async def examine(catalog: Catalog, blobs: Blobs) -> Findings:
    """Compare every recorded blob with every stored one.

    Uploads under way may show up as differences: run it on a quiet service. Memory grows
    with the number of blobs, by some hundred bytes each.
    """
    expected: set[str] = set()
    needed: set[str] = set()
    count = 0
    async for stored in _all_assets(catalog):
        count += 1
        expected.update(keys_of(stored.asset))
        if stored.state in KEPT:
            needed.update(made.key for made in stored.asset.renditions)
    found = {key async for key in blobs.keys()}  # noqa: SIM118 - a port, not a dict
    return Findings(
        assets=count,
        blobs=len(found),
        missing=tuple(sorted(needed - found)),
        orphaned=tuple(sorted(found - expected)),
    )


def keys_of(asset: Asset) -> list[str]:
    """List every key that *asset* can have bytes under."""
    own = [made.key for made in asset.renditions]
    return own + [key + ending for key in own for ending in ENDINGS.values()]


async def _all_assets(catalog: Catalog) -> AsyncIterator[StoredAsset]:
    last = ""
    while page := await catalog.assets(last, 1000):
        for one in page:
            yield one
        last = page[-1].asset.id
