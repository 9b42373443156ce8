"""From a spooled file to a stored asset."""

import asyncio
import os
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from time import perf_counter

from threebath.core.errors import CorruptFile, FileRejected
from threebath.core.filenames import extension, tidy
from threebath.core.formats import HEAD, called, recognise
from threebath.core.kinds import MIB, PICTURES, Medium, UploadKind
from threebath.core.library import NOTHING_TO_SEE, ORIGINAL, Asset, Rendition
from threebath.service.ports import Blobs, Catalog, Observer, Rendered, Renderer
from threebath.service.spool import Spool

MOST_SHOWN = 50 * MIB
"""Bytes of a file of any kind that is looked at whether it can be shown."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Ingest:
    """Renders a file and stores what came out; the one write path for media."""

    renderer: Renderer
    catalog: Catalog
    blobs: Blobs
    observer: Observer

    async def render(
        self, spool: Spool, kind: UploadKind, options: Mapping[str, str], filename: str
    ) -> Rendered:
        """Make what the kind's medium says of a file; a kept one gets its name.

        Raises:
            FileRejected: it is not acceptable.
            Busy, RendererFailed: the sandbox has too much to do, or failed.
        """
        started = perf_counter()
        name = tidy(filename)
        make = self._look_at if kind.medium is Medium.FILE else self._render
        made = await make(spool, kind, options, name)
        self.observer.stage("render", perf_counter() - started)
        if not kind.keeps_original:
            return made
        return replace(made, facts={**made.facts, "filename": name})

    async def _render(
        self, spool: Spool, kind: UploadKind, options: Mapping[str, str], _name: str
    ) -> Rendered:
        return await self.renderer.render(spool.fd, spool.length, kind, options)

    async def _look_at(
        self, spool: Spool, kind: UploadKind, options: Mapping[str, str], name: str
    ) -> Rendered:
        """Take any file but those that the kind excludes; show it, if it can be shown.

        Raises:
            FormatNotAllowed: the kind excludes it.
            CorruptFile: it is called a picture, and is none.
        """
        found = recognise(os.pread(spool.fd, HEAD, 0), name)
        kind.limits.check_format(found)
        if called(name) in PICTURES and found not in PICTURES:
            told = f"it is called {extension(name)} and is none"
            raise CorruptFile(told)
        bare = Rendered(format=found, size=NOTHING_TO_SEE)
        if found not in PICTURES or spool.length > MOST_SHOWN:
            return bare
        try:
            return await self._render(spool, kind, options, name)
        except FileRejected:
            return bare

    async def store(
        self, spool: Spool, rendered: Rendered, kind: UploadKind, expires_at: datetime
    ) -> Asset:
        """Record the asset, then put its blobs: on return each survives a power cut."""
        started = perf_counter()
        asset = _asset(spool, rendered, kind)
        await self.catalog.begin(asset, expires_at)
        keys = [one.key for one in asset.renditions if one.letter != ORIGINAL]
        contents = [one.content for one in rendered.images]
        contents += [one.content for one in rendered.sounds]
        try:
            await self.blobs.put_many(dict(zip(keys, contents, strict=True)))
            if original := asset.rendition(ORIGINAL):
                await self.blobs.put_file(original.key, spool.fd, spool.length)
        except BaseException:
            await asyncio.shield(self.catalog.abandon([asset.id]))
            raise
        self.observer.stage("store", perf_counter() - started)
        return asset


def _asset(spool: Spool, rendered: Rendered, kind: UploadKind) -> Asset:
    asset_id = secrets.token_hex(16)
    pieces = [
        *((one.letter, one.size, len(one.content), "jpg") for one in rendered.images),
        *(
            (one.suffix, NOTHING_TO_SEE, len(one.content), one.suffix)
            for one in rendered.sounds
        ),
    ]
    if kind.keeps_original:
        pieces.append((ORIGINAL, rendered.size, spool.length, "bin"))
    return Asset(
        id=asset_id,
        format=rendered.format,
        bytes=spool.length,
        sha256=spool.sha256,
        size=rendered.size,
        renditions=tuple(
            Rendition(
                letter=letter,
                size=size,
                bytes=length,
                key=f"{asset_id[:2]}/{asset_id}/{letter}.{suffix}",
            )
            for letter, size, length, suffix in pieces
        ),
        facts=rendered.facts,
    )
