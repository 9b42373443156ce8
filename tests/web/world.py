"""A service with photos in it, all in memory, and a clock that is a variable."""

import secrets
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from threebath.core.kinds import Format
from threebath.core.ladder import Size
from threebath.core.library import Asset, PhotoState, Rendition
from threebath.core.places import Place
from threebath.core.signing import Keyring
from threebath.core.tickets import Destination, Receipt
from threebath.service.media import MediaService
from threebath.service.ports import Publication
from threebath.testing import Memory

START = datetime(2026, 11, 20, 12, tzinfo=UTC)


@dataclass
class World:
    """What a media service stands on."""

    memory: Memory = field(default_factory=Memory)
    keys: Keyring = field(default_factory=lambda: Keyring((b"s" * 16,)))
    now: datetime = START

    @property
    def media(self):
        return MediaService(
            catalog=self.memory.catalog, keys=self.keys, clock=lambda: self.now
        )

    async def receive(self, content=b"jpeg", letters="sx", length=None, facts=None):
        """Take an asset as far as ACCEPTED and return its receipt."""
        id_ = secrets.token_hex(16)
        made = tuple(
            Rendition(
                letter=one,
                size=Size(1, 1),
                bytes=len(content) if length is None else length,
                key=f"{id_[:2]}/{id_}/{one}.jpg",
            )
            for one in letters
        )
        asset = Asset(
            id=id_,
            format=Format.PNG,
            bytes=1,
            sha256="",
            size=Size(1, 1),
            renditions=made,
            facts=facts or {},
        )
        soon = self.now + timedelta(hours=1)
        await self.memory.catalog.begin(asset, soon)
        for one in made:
            await self.memory.blobs.put(one.key, content)
        receipt = Receipt(
            id=secrets.token_hex(16),
            ticket_id="t",
            kind="vk.wall",
            app_id=1,
            actor_id=1,
            destination=Destination(Place.WALL, 1),
            slot="photo",
            asset=asset,
            expires_at=soon,
        )
        await self.memory.catalog.accept([receipt])
        return receipt

    async def publish(self, receipt, state=PhotoState.VISIBLE):
        """Make a photo of what was received."""
        said = Publication(receipt=receipt, access_key="0" * 18, state=state)
        [photo] = await self.memory.catalog.publish([said], self.now)
        return photo

    async def photo(self, content=b"jpeg", state=PhotoState.VISIBLE, **how):
        """Receive and publish at once."""
        return await self.publish(await self.receive(content, **how), state)
