"""What every library must do with tags."""

import asyncio
from dataclasses import replace

import pytest

from threebath.core.errors import LimitReached, PhotoNotFound
from threebath.core.library import Tag
from threebath.service.ports import Catalog, Library, PhotoQuery
from threebath.testing.samples import NOW, a_draft, a_receipt, published

TAG = Tag(photo_id=0, user_id=5, text="", x=5_000, y=25, created_at=NOW)


class TagsContract:
    """The part of `LibraryContract` that is about tags."""

    pytestmark = pytest.mark.anyio

    async def test_tags_come_back_oldest_first(
        self, catalog: Catalog, library: Library
    ) -> None:
        """Those of the photos that were asked for."""
        first, second, third = [(await published(catalog))[0].id for _ in range(3)]
        ann = replace(TAG, photo_id=second)
        sea = replace(TAG, photo_id=first, user_id=0, text="море 🌊")
        await library.add_tags(second, [ann], 20)
        await library.add_tags(first, [sea, sea], 20)
        await library.add_tags(third, [replace(TAG, photo_id=third)], 20)
        assert await library.tags([first, second]) == [ann, sea, sea]
        assert await library.tags([]) == []

    async def test_tags_are_all_taken_or_none(
        self, catalog: Catalog, library: Library
    ) -> None:
        """Up to the limit, however many come at once."""
        [photo] = await published(catalog)
        tag = replace(TAG, photo_id=photo.id)
        with pytest.raises(LimitReached):
            await library.add_tags(photo.id, [tag] * 4, 3)
        race = (library.add_tags(photo.id, [tag], 3) for _ in range(8))
        failed = await asyncio.gather(*race, return_exceptions=True)
        assert sum(isinstance(one, LimitReached) for one in failed) == 5
        assert await library.tags([photo.id]) == [tag] * 3

    async def test_tags_go_with_their_photo(
        self, catalog: Catalog, library: Library
    ) -> None:
        """And a photo that is gone takes none."""
        [photo] = await published(catalog)
        tag = replace(TAG, photo_id=photo.id)
        await library.add_tags(photo.id, [tag], 20)
        await library.remove(photo.id)
        assert await library.tags([photo.id]) == []
        with pytest.raises(PhotoNotFound):
            await library.add_tags(photo.id, [tag], 20)

    async def test_photos_are_found_by_whom_they_show(
        self, catalog: Catalog, library: Library
    ) -> None:
        """Any of several users; each photo once."""
        first, second, third = [(await published(catalog))[0].id for _ in range(3)]
        for photo, user in ((first, 5), (first, 6), (second, 6), (third, 7)):
            tag = replace(TAG, photo_id=photo, user_id=user)
            await library.add_tags(photo, [tag], 20)
        for wanted, found in (((5,), [first]), ((5, 6), [first, second]), ((8,), [])):
            query = PhotoQuery(tagged=wanted)
            assert [one.id for one in await library.photos(query)] == found
            assert await library.count_photos(query) == len(found)

    async def test_photos_are_found_by_application(
        self, catalog: Catalog, library: Library
    ) -> None:
        """Each network's callers count their own."""
        [photo] = await published(catalog, a_receipt(app_id=7))
        await published(catalog, a_receipt(app_id=8))
        assert [one.id for one in await library.photos(PhotoQuery(app_id=7))] == [photo.id]

    async def test_an_album_gets_the_number_that_its_draft_names(
        self, library: Library
    ) -> None:
        """Ready-made worlds are the same each time."""
        made = await library.create_album(a_draft(id=2_058_813), NOW)
        assert made.id == 2_058_813
        assert (await library.create_album(a_draft(), NOW)).id > made.id
