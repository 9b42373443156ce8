"""Newer formats: made once, at the first look, and never in anybody's way."""

import asyncio
import os
from dataclasses import dataclass, field

import pytest
from hypothesis import given
from hypothesis import strategies as st

from threebath.core.errors import Busy, CorruptFile, RendererFailed, StoreFailed
from threebath.core.kinds import Format
from threebath.core.library import PhotoState
from threebath.service.media import Keeping
from threebath.service.spool import SpoolRoom
from threebath.service.sweep import Sweeper, examine
from threebath.service.variants import ATTEMPTS, Variants, accepted
from web.world import World

CHROME = "image/avif,image/webp,image/apng,image/svg+xml,image/*,*/*;q=0.8"
CONTENT = b"jpeg" * 5000


@dataclass
class ToyTranscoder:
    """Makes a variant by saying so, after *gate* opens."""

    length: int = 100
    calls: list = field(default_factory=list)
    failing: Exception | None = None
    gate: asyncio.Event = field(default_factory=asyncio.Event)

    async def transcode(self, source, length, to):
        self.calls.append(to)
        await self.gate.wait()
        if self.failing:
            raise self.failing
        assert os.pread(source, length, 0) == CONTENT
        return to.value.encode().ljust(self.length, b".")


@dataclass
class Notes:
    failures: list = field(default_factory=list)
    stages: list = field(default_factory=list)
    sweeps: list = field(default_factory=list)

    def stage(self, name, seconds):
        self.stages.append(name)

    def swept(self, what, count):
        self.sweeps.append((what, count))

    def failed(self, where, error):
        self.failures.append(error)


class Shop:
    """Variants over a world in memory."""

    def __init__(self, folder, **options):
        self.world = World()
        self.transcoder = ToyTranscoder()
        self.transcoder.gate.set()
        self.notes = Notes()
        self.folder = folder
        self.options = options
        self.variants = self.fresh()

    def fresh(self):
        """As after a restart, or on another node."""
        return Variants(
            catalog=self.world.memory.catalog,
            blobs=self.world.memory.blobs,
            transcoder=self.transcoder,
            room=SpoolRoom(self.folder),
            observer=self.notes,
            **{"patience": 0.05, **self.options},
        )

    async def media(self, content=CONTENT, **how):
        photo = await self.world.photo(content, **how)
        return await self.world.media.open(photo.asset.id, "x")


@pytest.fixture
def shop(tmp_path):
    return Shop(tmp_path)


@pytest.mark.parametrize(
    ("accept", "wanted"),
    [
        (CHROME, "image/avif"),
        ("image/webp,image/png,*/*", "image/webp"),
        ("text/html, image/avif;q=0, IMAGE/WEBP ; q=0.1", "image/webp"),
        ("image/avif;q=0.1,image/webp;q=0.9", "image/webp"),
        ("image/avif ; v=b3 ; q=0.5, image/jpeg;q=0.5", "image/avif"),
        ("image/jpeg;q=0.2, */*, image/webp;q=0.3", "image/webp"),
    ],
)
async def test_who_takes_a_newer_format_gets_it(shop, accept, wanted):
    """At the same address, under a tag, a type and a name of its own."""
    media = await shop.media()
    made = await shop.variants.choose(media, accept)
    assert made.content_type == wanted
    ending = "." + wanted.rpartition("/")[2]
    assert made.key == media.key + ending
    assert made.filename == media.filename.replace(".jpg", ending)
    assert made.etag != media.etag
    assert made.keeping is Keeping.FOR_EVER
    content = shop.world.memory.blobs.stored[made.key]
    assert content.startswith(wanted.encode())
    assert made.length == len(content)
    assert "transcode" in shop.notes.stages


@pytest.mark.parametrize(
    "accept",
    [
        "",
        "*/*",
        "image/*",
        "image/jpeg",
        "image/avif;q=0",
        "image/avifx",
        "\x00,;q=",
        "ximage/avif",
        "image/jpeg,image/avif;q=0.1",
        "image/*,image/webp;q=0.999",
    ],
)
async def test_who_does_not_name_one_gets_the_jpeg(shop, accept):
    """VK's clients say ``*/*`` and mean JPEG."""
    media = await shop.media()
    assert await shop.variants.choose(media, accept) == media
    assert shop.transcoder.calls == []


@given(st.text(max_size=200))
def test_any_accept_header_can_be_read(header):
    """Whatever a client sends, it names some of the two formats."""
    assert {*accepted(header)} <= {Format.AVIF, Format.WEBP}


async def test_a_variant_is_made_once(shop):
    """Not again at the next look, nor after a restart, nor for fifty who ask at a time."""
    media = await shop.media()
    got = await asyncio.gather(*(shop.variants.choose(media, CHROME) for _ in range(50)))
    assert {one.content_type for one in got} == {"image/avif"}
    again = await shop.fresh().choose(media, CHROME)
    assert again == got[0]
    assert shop.transcoder.calls == [Format.AVIF]


async def test_who_would_wait_too_long_gets_the_jpeg_for_now(shop):
    """A slow encoder delays nobody; what it makes is there for the next one."""
    shop.transcoder.gate.clear()
    media = await shop.media()
    first = await shop.variants.choose(media, CHROME)
    assert first.content_type == "image/jpeg"
    assert first.keeping is Keeping.BRIEFLY
    shop.transcoder.gate.set()
    await asyncio.sleep(0.01)
    assert (await shop.variants.choose(media, CHROME)).content_type == "image/avif"
    assert shop.transcoder.calls == [Format.AVIF]


async def test_a_client_that_leaves_does_not_undo_the_work(shop):
    """The variant is for all; the one who asked first was only the first."""
    shop.transcoder.gate.clear()
    media = await shop.media()
    asking = asyncio.create_task(shop.variants.choose(media, CHROME))
    await asyncio.sleep(0.01)
    asking.cancel()
    await asyncio.wait([asking])
    shop.transcoder.gate.set()
    await asyncio.sleep(0.01)
    assert media.key + ".avif" in shop.world.memory.blobs.stored


async def test_only_a_few_are_made_at_a_time(tmp_path):
    """A gallery of a thousand new photos is no queue of a thousand encodings."""
    shop = Shop(tmp_path, most=2)
    shop.transcoder.gate.clear()
    all_media = [await shop.media() for _ in range(6)]
    got = await asyncio.gather(*(shop.variants.choose(one, CHROME) for one in all_media))
    assert {one.keeping for one in got} == {Keeping.BRIEFLY}
    assert len(shop.transcoder.calls) == 2
    shop.transcoder.gate.set()
    await asyncio.sleep(0.01)
    assert (await shop.variants.choose(all_media[5], CHROME)).content_type == "image/avif"


async def test_what_is_not_smaller_is_not_served(shop):
    """An empty blob remembers it; WebP is tried where AVIF does not pay."""
    shop.transcoder.length = len(CONTENT)
    media = await shop.media()
    assert await shop.variants.choose(media, CHROME) == media
    assert shop.transcoder.calls == [Format.AVIF, Format.WEBP]
    assert await shop.fresh().choose(media, CHROME) == media
    assert len(shop.transcoder.calls) == 2


@pytest.mark.parametrize(("failing", "told"), [(RendererFailed(), 1), (Busy(), 0)], ids=str)
async def test_what_may_go_well_another_time_is_tried_again(shop, failing, told):
    """A renderer may have been killed, or closed for a new release; that a queue is full
    passes, and nobody is told. The JPEG is kept briefly, and nothing is remembered.
    """
    shop.transcoder.failing = failing
    media = await shop.media()
    assert (await shop.variants.choose(media, CHROME)).keeping is Keeping.BRIEFLY
    shop.transcoder.failing = None
    assert (await shop.variants.choose(media, CHROME)).content_type == "image/avif"
    assert shop.notes.failures == [failing] * told


async def test_a_rendition_that_kills_the_renderer_kills_it_a_few_times(shop):
    """A process gives it up then, for each format; another may have better luck."""
    shop.transcoder.failing = RendererFailed()
    media = await shop.media()
    seen = [(await shop.variants.choose(media, CHROME)).keeping for _ in range(9)]
    assert seen == [Keeping.BRIEFLY] * 2 * ATTEMPTS + [Keeping.FOR_EVER] * 3
    assert len(shop.transcoder.calls) == 2 * ATTEMPTS
    shop.transcoder.failing = None
    assert (await shop.fresh().choose(media, CHROME)).content_type == "image/avif"


async def test_what_is_no_rendition_is_not_tried_for_ever(shop):
    """It is remembered that nothing can be made of it."""
    failing = shop.transcoder.failing = CorruptFile()
    media = await shop.media()
    for _ in range(5):
        assert await shop.variants.choose(media, CHROME) == media
    assert len(shop.transcoder.calls) == 2
    assert shop.notes.failures == [failing, failing]


async def test_a_store_that_fails_costs_the_variant_alone(shop):
    """The JPEG was there before."""
    media = await shop.media()
    shop.world.memory.blobs.failing.add(media.key + ".avif")
    got = await shop.variants.choose(media, CHROME)
    assert got.content_type == "image/jpeg"
    assert isinstance(shop.notes.failures[0], StoreFailed)


async def test_small_and_waiting_ones_stay_as_they_are(shop):
    """A thumbnail gains nothing, and what waits for approval is not worth the work yet."""
    small = await shop.media(b"tiny")
    waiting = await shop.world.photo(CONTENT, state=PhotoState.PENDING)
    until = shop.world.now.replace(year=2030)
    view = shop.world.media.view_query(waiting.asset.id, until).removeprefix("view=")
    hidden = await shop.world.media.open(waiting.asset.id, "x", view=view)
    for media in (small, hidden):
        assert await shop.variants.choose(media, CHROME) == media
    assert shop.transcoder.calls == []


async def test_variants_are_swept_with_their_photo(shop):
    """Even one that was being made while the sweep went by."""
    world = shop.world
    sweeper = Sweeper(
        catalog=world.memory.catalog,
        registry=world.memory.registry,
        blobs=world.memory.blobs,
        clock=lambda: world.now.replace(year=2030),
        observer=shop.notes,
    )
    photo = await world.photo(CONTENT)
    media = await world.media.open(photo.asset.id, "x")
    await shop.variants.choose(media, CHROME)
    assert (await examine(world.memory.catalog, world.memory.blobs)).healthy
    shop.transcoder.gate.clear()
    await shop.variants.choose(media, "image/webp")
    await world.memory.library.remove(photo.id)
    await sweeper.sweep()
    shop.transcoder.gate.set()
    await asyncio.sleep(0.01)
    assert world.memory.blobs.stored == {}
