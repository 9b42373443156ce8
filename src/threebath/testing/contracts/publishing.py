"""What every catalog must do when it publishes."""

import asyncio
from typing import Any

import pytest

from threebath.core.errors import (
    AlbumFull,
    AlbumNotFound,
    Expired,
    Spent,
    TooManyPending,
    UploadError,
)
from threebath.core.library import AssetState, Community, Photo, PhotoState, User
from threebath.core.places import Place
from threebath.core.tickets import Receipt
from threebath.service.ports import Accounts, Catalog, Library, PhotoQuery, Registry
from threebath.testing.samples import (
    NOW,
    a_draft,
    a_publication,
    a_receipt,
    accepted,
    published,
)

RACERS = 24
"""Calls that race in one process."""

EVERYTHING = PhotoQuery(state=None)


async def _commit(catalog: Catalog, *receipts: Receipt) -> list[Photo]:
    return await catalog.publish([a_publication(one) for one in receipts], NOW)


class PublishingContract:
    """The part of `CatalogContract` that is about `Catalog.publish`."""

    pytestmark = pytest.mark.anyio

    async def test_a_photo_says_where_it_came_from(
        self, catalog: Catalog, library: Library
    ) -> None:
        """All that the receipt and the commit said is in it, and stays."""
        album = await library.create_album(a_draft(owner_id=-3), NOW)
        receipt = a_receipt(place=Place.ALBUM, owner=-3, album=album.id)
        await accepted(catalog, receipt)
        said = a_publication(
            receipt,
            caption="Ein Häuschen 🏡 'on' \"the\" \\ hill\n%s",
            state=PhotoState.PENDING,
            extra={"latitude": "59.9"},
        )
        [photo] = await catalog.publish([said], NOW)
        assert photo == Photo(
            id=photo.id,
            kind=receipt.kind,
            place=Place.ALBUM,
            owner_id=-3,
            album_id=album.id,
            app_id=receipt.app_id,
            actor_id=receipt.actor_id,
            asset=receipt.asset,
            caption=said.caption,
            created_at=NOW,
            access_key=said.access_key,
            state=PhotoState.PENDING,
            extra={"latitude": "59.9"},
        )
        assert await library.photo(photo.id) == photo
        row = await catalog.asset(receipt.asset.id)
        assert row is not None
        assert row.state is AssetState.PUBLISHED
        assert row.photo_state is PhotoState.PENDING
        assert row.owner_id == -3

    async def test_ids_grow_and_look_like_ids(self, catalog: Catalog) -> None:
        """In the order of the call; of nine digits, and never used again."""
        photos = await published(catalog, *(a_receipt() for _ in range(5)))
        ids = [one.id for one in photos]
        assert ids == sorted({*ids})
        assert ids[0] >= 456_239_017
        assert ids[-1] < 2**31

    async def test_an_id_is_never_used_again(
        self, catalog: Catalog, library: Library
    ) -> None:
        """A link to a photo that is gone leads nowhere, not elsewhere."""
        [first] = await published(catalog)
        await library.remove(first.id)
        await catalog.forget(first.asset.id)
        [second] = await published(catalog)
        assert second.id > first.id

    async def test_a_repeat_returns_the_same_photos(
        self, catalog: Catalog, library: Library
    ) -> None:
        """Whatever the second call says: the first one's answer was lost, no more."""
        receipts = await accepted(catalog, a_receipt(), a_receipt())
        photos = await _commit(catalog, *receipts)
        again = [a_publication(one, caption="later") for one in reversed(receipts)]
        assert await catalog.publish(again, NOW) == photos[::-1]
        assert await library.count_photos(EVERYTHING) == 2

    async def test_a_repeat_may_bring_more(
        self, catalog: Catalog, library: Library
    ) -> None:
        """What is new is published beside what was, and a receipt named twice is one."""
        album = await library.create_album(a_draft(), NOW)
        old, new = (a_receipt(place=Place.ALBUM, album=album.id) for _ in range(2))
        await accepted(catalog, old, new)
        [first] = await _commit(catalog, old)
        photos = await _commit(catalog, new, old, new)
        assert photos == [photos[0], first, photos[0]]
        assert (await library.album(album.id)).size == 2

    async def test_what_was_never_accepted_is_not_published(self, catalog: Catalog) -> None:
        """All or none: the good receipt of the call can be committed later."""
        [good] = await accepted(catalog)
        began = a_receipt()
        await catalog.begin(began.asset, NOW)
        for bad in (began, a_receipt()):
            with pytest.raises(Expired):
                await _commit(catalog, good, bad)
        assert len(await _commit(catalog, good)) == 1

    async def test_the_photo_of_a_deleted_photo_is_spent(
        self, catalog: Catalog, library: Library
    ) -> None:
        """It does not come back; once it is swept, the receipt is unknown."""
        [receipt] = await accepted(catalog)
        [photo] = await _commit(catalog, receipt)
        await library.remove(photo.id)
        assert await catalog.receipts([receipt.id]) == [receipt]
        with pytest.raises(Spent):
            await _commit(catalog, receipt)
        await catalog.forget(receipt.asset.id)
        with pytest.raises(Expired):
            await _commit(catalog, receipt)

    async def test_an_exclusive_slot_is_published_once(self, catalog: Catalog) -> None:
        """The second receipt of it is spent, even in the same call; a repeat is none."""
        first, second, other = (
            a_receipt(ticket_id="t", slot=slot, exclusive=True) for slot in "aab"
        )
        await accepted(catalog, first, second, other)
        with pytest.raises(Spent):
            await _commit(catalog, first, second)
        photos = await _commit(catalog, first, other)
        with pytest.raises(Spent):
            await _commit(catalog, second)
        assert await _commit(catalog, first, other) == photos

    async def test_a_deleted_photo_does_not_free_its_slot(
        self, catalog: Catalog, library: Library
    ) -> None:
        """One ticket, one photo, whatever becomes of it."""
        first, second = (a_receipt(ticket_id="t", exclusive=True) for _ in range(2))
        await accepted(catalog, first, second)
        [photo] = await _commit(catalog, first)
        await library.remove(photo.id)
        with pytest.raises(Spent):
            await _commit(catalog, second)

    async def test_a_shared_slot_is_published_as_often_as_filled(
        self, catalog: Catalog
    ) -> None:
        """Field names of a form are not the ticket's."""
        receipts = [a_receipt(ticket_id="t", slot="photo") for _ in range(3)]
        assert len({one.id for one in await published(catalog, *receipts)}) == 3

    async def test_an_album_grows(self, catalog: Catalog, library: Library) -> None:
        """By what was published into it, once."""
        album = await library.create_album(a_draft(), NOW)
        receipts = [a_receipt(place=Place.ALBUM, album=album.id) for _ in range(3)]
        await accepted(catalog, *receipts)
        later = NOW.replace(hour=23)
        for _ in range(2):
            await catalog.publish([a_publication(one) for one in receipts], later)
        grown = await library.album(album.id)
        assert grown.size == 3
        assert grown.updated_at == later
        assert grown.created_at == NOW

    async def test_a_full_album_takes_nothing(
        self, catalog: Catalog, library: Library
    ) -> None:
        """All or none: what does not fit leaves every album and receipt as it was."""
        small = await library.create_album(a_draft(capacity=2), NOW)
        large = await library.create_album(a_draft(), NOW)
        into_large = a_receipt(place=Place.ALBUM, album=large.id)
        into_small = [a_receipt(place=Place.ALBUM, album=small.id) for _ in range(3)]
        await accepted(catalog, into_large, *into_small)
        with pytest.raises(AlbumFull) as refusal:
            await _commit(catalog, into_large, *into_small)
        assert refusal.value.capacity == 2
        assert (await library.album(large.id)).size == 0
        photos = await _commit(catalog, into_large, *into_small[:2])
        with pytest.raises(AlbumFull):
            await _commit(catalog, into_small[2])
        assert await _commit(catalog, into_large, *into_small[:2]) == photos
        assert (await library.album(small.id)).size == 2

    async def test_an_album_must_be_there(self, catalog: Catalog) -> None:
        """The receipt outlives the mistake."""
        [receipt] = await accepted(catalog, a_receipt(place=Place.ALBUM, album=10**30))
        with pytest.raises(AlbumNotFound):
            await _commit(catalog, receipt)
        row = await catalog.asset(receipt.asset.id)
        assert row is not None
        assert row.state is AssetState.ACCEPTED

    async def test_a_profile_photo_becomes_the_main_one(
        self, catalog: Catalog, accounts: Accounts, registry: Registry
    ) -> None:
        """Of its owner, a user or a community; the last of several."""
        await registry.add_user(User(id=5, first_name="Ann", last_name="Lee"))
        await registry.add_community(Community(id=5, name="Cats", screen_name="cats"))
        own, _, theirs = await published(
            catalog,
            a_receipt(place=Place.PROFILE, owner=5),
            a_receipt(place=Place.WALL, owner=5),
            a_receipt(place=Place.PROFILE, owner=-5),
        )
        assert (await accounts.users([5]))[0].main_photo_id == own.id
        assert (await accounts.communities([5]))[0].main_photo_id == theirs.id
        newer = await published(
            catalog, *(a_receipt(place=Place.PROFILE, owner=5) for _ in range(2))
        )
        assert (await accounts.users([5]))[0].main_photo_id == newer[-1].id

    async def test_a_pending_photo_is_not_shown_as_the_main_one(
        self,
        catalog: Catalog,
        library: Library,
        accounts: Accounts,
        registry: Registry,
    ) -> None:
        """Until its owner approves of it."""
        await registry.add_user(User(id=5, first_name="Ann", last_name="Lee"))
        receipt = a_receipt(place=Place.PROFILE, owner=5)
        [photo] = await published(catalog, receipt, state=PhotoState.PENDING)
        assert (await accounts.users([5]))[0].main_photo_id == 0
        await library.approve(photo.id)
        assert (await accounts.users([5]))[0].main_photo_id == photo.id

    async def test_racing_commits_of_a_receipt_give_one_photo(
        self, catalog: Catalog, library: Library
    ) -> None:
        """Each of them is answered with it."""
        [receipt] = await accepted(catalog)
        answers = await asyncio.gather(*(_commit(catalog, receipt) for _ in range(RACERS)))
        assert len({one.id for [one] in answers}) == 1
        assert await library.count_photos(EVERYTHING) == 1

    async def test_racing_commits_of_a_slot_give_one_photo(
        self, catalog: Catalog, library: Library
    ) -> None:
        """One receipt of it wins; the others are spent."""
        receipts = [a_receipt(ticket_id="t", exclusive=True) for _ in range(8)]
        await accepted(catalog, *receipts)
        answers = await asyncio.gather(
            *(_commit(catalog, one) for one in receipts), return_exceptions=True
        )
        assert sorted(type(one).__name__ for one in answers) == ["Spent"] * 7 + ["list"]
        assert await library.count_photos(EVERYTHING) == 1

    async def test_racing_commits_never_overfill_an_album(
        self, catalog: Catalog, library: Library
    ) -> None:
        """As many as there is room for come in; the others are told."""
        album = await library.create_album(a_draft(capacity=10), NOW)
        receipts = [a_receipt(place=Place.ALBUM, album=album.id) for _ in range(RACERS)]
        await accepted(catalog, *receipts)
        answers = await asyncio.gather(
            *(_commit(catalog, one) for one in receipts), return_exceptions=True
        )
        errors = [one for one in answers if isinstance(one, UploadError)]
        assert [type(one) for one in errors] == [AlbumFull] * (RACERS - 10)
        assert (await library.album(album.id)).size == 10
        assert await library.count_photos(PhotoQuery(album_id=album.id)) == 10

    async def test_no_more_wait_than_may(self, catalog: Catalog, library: Library) -> None:
        """All or none, of an owner, application and network; a repeat adds nothing."""
        full = await library.create_album(a_draft(capacity=0), NOW)
        first, second, third, seen, theirs, other, elsewhere = (
            a_receipt(),
            a_receipt(),
            a_receipt(place=Place.ALBUM, album=full.id),
            a_receipt(),
            a_receipt(owner=6),
            a_receipt(app_id=8),
            a_receipt(kind="up.photo"),
        )
        receipts = (first, second, third, seen, theirs, other, elsewhere)
        await accepted(catalog, *receipts)

        async def publish(*some: Receipt, **changes: Any) -> list[Photo]:
            said = {"state": PhotoState.PENDING, "max_pending": 1, **changes}
            return await catalog.publish([a_publication(one, **said) for one in some], NOW)

        with pytest.raises(TooManyPending) as refusal:
            await publish(first, second)
        assert refusal.value.limit == 1
        [photo] = await publish(first)
        assert await publish(first) == [photo]
        with pytest.raises(TooManyPending):
            await publish(second)
        with pytest.raises(AlbumFull):
            await publish(third)
        await publish(seen, state=PhotoState.VISIBLE)
        await publish(theirs, other, elsewhere)
        await library.approve(photo.id)
        await publish(second)
        assert await library.count_photos(PhotoQuery(state=PhotoState.PENDING)) == 4

    async def test_racing_commits_never_let_too_many_wait(
        self, catalog: Catalog, library: Library, registry: Registry
    ) -> None:
        """Whichever album they go to: as many as may wait come in, the others are told."""
        await registry.add_user(User(id=5, first_name="Ann", last_name="Lee"))
        albums = [(await library.create_album(a_draft(), NOW)).id for _ in range(3)]
        receipts = [
            a_receipt(place=Place.ALBUM, album=albums[number % 3])
            for number in range(RACERS)
        ]
        await accepted(catalog, *receipts)
        said = [
            a_publication(one, state=PhotoState.PENDING, max_pending=10) for one in receipts
        ]
        answers = await asyncio.gather(
            *(catalog.publish([one], NOW) for one in said), return_exceptions=True
        )
        errors = [one for one in answers if isinstance(one, BaseException)]
        assert [type(one) for one in errors] == [TooManyPending] * (RACERS - 10)
        assert await library.count_photos(EVERYTHING) == 10
        assert sum([(await library.album(one)).size for one in albums]) == 10

    async def test_a_commit_that_races_the_sweep_ends_one_way(
        self, catalog: Catalog
    ) -> None:
        """Either there is a photo, or the sweep has the asset; never both."""
        receipts = await accepted(catalog, *(a_receipt() for _ in range(12)))
        sweeps = (catalog.abandon([one.asset.id]) for one in receipts)
        commits = (_commit(catalog, one) for one in receipts)
        turns = [turn for pair in zip(commits, sweeps, strict=True) for turn in pair]
        answers = (await asyncio.gather(*turns, return_exceptions=True))[::2]
        for receipt, answer in zip(receipts, answers, strict=True):
            row = await catalog.asset(receipt.asset.id)
            assert row is not None
            assert isinstance(answer, list | Expired)
            shown = row.state is AssetState.PUBLISHED
            assert shown == isinstance(answer, list)
            assert shown or row.state is AssetState.SWEEPING
