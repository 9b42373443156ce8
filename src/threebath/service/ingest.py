"""From a spooled file to a stored asset."""

import asyncio
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from time import perf_counter

from threebath.core.kinds import UploadKind
from threebath.core.library import Asset, Rendition
from threebath.service.ports import Blobs, Catalog, Observer, Rendered, Renderer
from threebath.service.spool import Spool


@dataclass(frozen=True, slots=True, kw_only=True)
class Ingest:
    """Renders a file and stores what came out; the one write path for media."""

    renderer: Renderer
    catalog: Catalog
    blobs: Blobs
    observer: Observer

    async def render(
        self, spool: Spool, kind: UploadKind, options: Mapping[str, str]
    ) -> Rendered:
        """Make the kind's ladder; raise `FileRejected`, `Busy` or `RendererFailed`."""
        started = perf_counter()
        made = await self.renderer.render(spool.fd, spool.length, kind, options)
        self.observer.stage("render", perf_counter() - started)
        return made

    async def store(self, spool: Spool, rendered: Rendered, expires_at: datetime) -> Asset:
        """Record the asset, then put its blobs: on return each survives a power cut."""
        started = perf_counter()
        asset = _asset(spool, rendered)
        await self.catalog.begin(asset, expires_at)
        try:
            async with asyncio.TaskGroup() as puts:
                for made, image in zip(asset.renditions, rendered.images, strict=True):
                    puts.create_task(self.blobs.put(made.key, image.content))
        except ExceptionGroup as group:
            await self.catalog.abandon([asset.id])
            raise group.exceptions[0] from group
        except asyncio.CancelledError:
            await asyncio.shield(self.catalog.abandon([asset.id]))
            raise
        self.observer.stage("store", perf_counter() - started)
        return asset


def _asset(spool: Spool, rendered: Rendered) -> Asset:
    asset_id = secrets.token_hex(16)
    return Asset(
        id=asset_id,
        format=rendered.format,
        bytes=spool.length,
        sha256=spool.sha256,
        size=rendered.size,
        renditions=tuple(
            Rendition(
                letter=image.letter,
                size=image.size,
                bytes=len(image.content),
                key=f"{asset_id[:2]}/{asset_id}/{image.letter}.jpg",
            )
            for image in rendered.images
        ),
        facts=rendered.facts,
    )
