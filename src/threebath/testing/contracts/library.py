"""What every library must do: albums, photos, posts, messages."""

import asyncio
from dataclasses import replace

import pytest

from threebath.core.errors import AlbumNotFound, PhotoNotFound, TooManyAlbums
from threebath.core.library import (
    Album,
    AssetState,
    Community,
    Message,
    PhotoState,
    Post,
    User,
)
from threebath.core.places import Place
from threebath.service.ports import Accounts, Catalog, Library, PhotoQuery, Registry
from threebath.testing.contracts.tags import TagsContract
from threebath.testing.samples import LATER, NOW, a_draft, a_receipt, published

NOBODY = 10**30
"""An id that no row has: clients send such numbers too."""

POST = Post(
    id=0,
    network="vk",
    owner_id=-3,
    actor_id=5,
    text="Häuschen 🏡",
    attachments=("photo5_456239017", "photo5_456239018"),
    created_at=NOW,
)

MESSAGE = Message(
    id=0, peer_id=2_000_000_001, actor_id=5, text="hi", attachments=("a",), created_at=NOW
)


class LibraryContract(TagsContract):
    """Give it fixtures ``catalog``, ``library``, ``accounts`` and ``registry``.

    All are of one store, empty at first. ``small_library`` is one over that store too, and
    takes three albums per owner.
    """

    pytestmark = pytest.mark.anyio

    async def test_an_album_comes_back(self, library: Library) -> None:
        """With all that the draft said, and an id of its own."""
        draft = a_draft(
            description="by the sea", capacity=3, extra={"privacy": "all"}, default_for=0
        )
        made = await library.create_album(draft, NOW)
        assert made == Album(
            id=made.id,
            network="vk",
            owner_id=5,
            title="Summer",
            description="by the sea",
            capacity=3,
            extra={"privacy": "all"},
            created_at=NOW,
            updated_at=NOW,
        )
        assert made.id > 0
        assert await library.album(made.id) == made

    @pytest.mark.parametrize("number", [0, -1, 77, NOBODY, -NOBODY])
    async def test_what_is_not_there_is_not_found(
        self, library: Library, number: int
    ) -> None:
        """Whatever number a client sends."""
        with pytest.raises(AlbumNotFound):
            await library.album(number)
        for ask in (library.photo, library.approve, library.remove):
            with pytest.raises(PhotoNotFound):
                await ask(number)
        with pytest.raises(PhotoNotFound):
            await library.recaption(number, "caption")
        assert await library.albums("vk", number) == []
        assert await library.photos(PhotoQuery(owner_id=number)) == []
        assert await library.photos(PhotoQuery(ids=(number,), state=None)) == []

    async def test_albums_are_listed_by_owner_and_network(self, library: Library) -> None:
        """Oldest first; those that were asked for, where any were."""
        first, second, third = [
            await library.create_album(a_draft(title=title), NOW) for title in "abc"
        ]
        await library.create_album(a_draft(network="ok"), NOW)
        await library.create_album(a_draft(owner_id=-5), NOW)
        assert await library.albums("vk", 5) == [first, second, third]
        assert await library.albums("vk", 5, [third.id, first.id, 10**9]) == [first, third]

    async def test_a_default_album_is_made_once(self, library: Library) -> None:
        """For its network, owner and application; albums without one are not defaults."""
        draft = a_draft(default_for=7)
        first = await library.create_album(draft, NOW)
        assert first.default_for == 7
        assert await library.create_album(replace(draft, title="again"), LATER) == first
        for other in (
            replace(draft, default_for=8),
            replace(draft, network="ok"),
            replace(draft, owner_id=6),
            replace(draft, default_for=0),
            replace(draft, default_for=0),
        ):
            assert (await library.create_album(other, NOW)).id != first.id
        assert len(await library.albums("vk", 5)) == 4

    async def test_a_default_album_is_made_once_by_many(self, library: Library) -> None:
        """Racing calls all get the one album."""
        draft = a_draft(default_for=7)
        made = await asyncio.gather(*(library.create_album(draft, NOW) for _ in range(12)))
        assert len({one.id for one in made}) == 1
        assert len(await library.albums("vk", 5)) == 1

    async def test_an_owner_has_only_so_many_albums(self, small_library: Library) -> None:
        """In each network; a default album that is there is still found."""
        default = await small_library.create_album(a_draft(default_for=7), NOW)
        for _ in range(2):
            await small_library.create_album(a_draft(), NOW)
        with pytest.raises(TooManyAlbums) as refusal:
            await small_library.create_album(a_draft(), NOW)
        assert refusal.value.limit == 3
        assert await small_library.create_album(a_draft(default_for=7), NOW) == default
        await small_library.create_album(a_draft(network="ok"), NOW)
        await small_library.create_album(a_draft(owner_id=6), NOW)

    async def test_photos_are_listed_as_the_query_says(
        self, catalog: Catalog, library: Library
    ) -> None:
        """Each condition narrows; none means any."""
        album = await library.create_album(a_draft(), NOW)
        wall, theirs, moment, lying = await published(
            catalog,
            a_receipt(),
            a_receipt(owner=-3),
            a_receipt(place=Place.MOMENT, kind="ok.moment"),
            a_receipt(place=Place.ALBUM, album=album.id),
        )
        [pending] = await published(catalog, a_receipt(), state=PhotoState.PENDING)
        for query, found in (
            (PhotoQuery(), [wall, theirs, moment, lying]),
            (PhotoQuery(state=None), [wall, theirs, moment, lying, pending]),
            (PhotoQuery(state=PhotoState.PENDING), [pending]),
            (PhotoQuery(network="ok"), [moment]),
            (PhotoQuery(owner_id=5), [wall, moment, lying]),
            (PhotoQuery(owner_id=5, network="vk"), [wall, lying]),
            (PhotoQuery(owner_id=5, place=Place.WALL), [wall]),
            (PhotoQuery(owner_id=-3), [theirs]),
            (PhotoQuery(album_id=album.id), [lying]),
            (PhotoQuery(ids=(lying.id, wall.id, pending.id, 1)), [wall, lying]),
            (PhotoQuery(ids=(pending.id,), state=None), [pending]),
            (PhotoQuery(ids=(wall.id,), owner_id=-3), []),
        ):
            assert await library.photos(query) == found, query
            assert await library.count_photos(query) == len(found), query

    async def test_photos_come_in_pages(self, catalog: Catalog, library: Library) -> None:
        """From either end; the count is of all pages."""
        photos = await published(catalog, *(a_receipt() for _ in range(5)))
        page = PhotoQuery(offset=1, limit=2)
        assert await library.photos(page) == photos[1:3]
        assert await library.photos(replace(page, newest_first=True)) == photos[3:1:-1]
        assert await library.photos(replace(page, offset=4)) == photos[4:]
        assert await library.photos(replace(page, offset=NOBODY, limit=NOBODY)) == []
        assert await library.count_photos(page) == 5

    async def test_a_photo_is_approved_once_and_for_good(
        self, catalog: Catalog, library: Library
    ) -> None:
        """A second time changes nothing."""
        [photo] = await published(catalog, state=PhotoState.PENDING)
        shown = replace(photo, state=PhotoState.VISIBLE)
        for _ in range(2):
            await library.approve(photo.id)
            assert await library.photo(photo.id) == shown
        assert await library.photos(PhotoQuery()) == [shown]

    async def test_a_caption_can_change(self, catalog: Catalog, library: Library) -> None:
        """Of one photo, and nothing else of it."""
        first, second = await published(catalog, a_receipt(), a_receipt())
        await library.recaption(first.id, "Häuschen 🏡")
        assert await library.photo(first.id) == replace(first, caption="Häuschen 🏡")
        assert await library.photo(second.id) == second

    @pytest.mark.parametrize(
        "caption", ["a\0b", "a\ud800b", "\x7f\u202e\ufffe", "x" * 9_000]
    )
    async def test_strange_captions_harm_nothing(
        self, catalog: Catalog, library: Library, caption: str
    ) -> None:
        """What a database cannot hold is replaced; the answer is what was kept."""
        [photo] = await published(catalog, caption=caption, extra={"tag": caption})
        assert await library.photo(photo.id) == photo
        assert photo.caption.startswith(caption[0])
        assert len(photo.caption) == len(caption)
        await library.recaption(photo.id, caption)
        assert (await library.photo(photo.id)).caption == photo.caption

    async def test_a_removed_photo_is_gone(
        self, catalog: Catalog, library: Library
    ) -> None:
        """Its album has room again; its asset waits for the sweep."""
        album = await library.create_album(a_draft(capacity=1), NOW)
        receipt = a_receipt(place=Place.ALBUM, album=album.id)
        [photo] = await published(catalog, receipt)
        await library.remove(photo.id)
        for ask in (library.photo, library.remove, library.approve):
            with pytest.raises(PhotoNotFound):
                await ask(photo.id)
        with pytest.raises(PhotoNotFound):
            await library.recaption(photo.id, "late")
        assert await library.photos(PhotoQuery(state=None)) == []
        assert (await library.album(album.id)).size == 0
        row = await catalog.asset(photo.asset.id)
        assert row is not None
        assert row.state is AssetState.DELETED
        await published(catalog, a_receipt(place=Place.ALBUM, album=album.id))

    async def test_a_photo_is_removed_once_by_many(
        self, catalog: Catalog, library: Library
    ) -> None:
        """One call removes it, the others find it gone; the album counts once."""
        album = await library.create_album(a_draft(), NOW)
        first, _ = await published(
            catalog, *(a_receipt(place=Place.ALBUM, album=album.id) for _ in range(2))
        )
        answers = await asyncio.gather(
            *(library.remove(first.id) for _ in range(8)), return_exceptions=True
        )
        assert answers.count(None) == 1
        assert {type(one) for one in answers} == {type(None), PhotoNotFound}
        assert (await library.album(album.id)).size == 1

    async def test_a_removed_main_photo_is_no_main_photo(
        self,
        catalog: Catalog,
        library: Library,
        accounts: Accounts,
        registry: Registry,
    ) -> None:
        """Its owner is left without; removing an older one changes nothing."""
        await registry.add_user(User(id=5, first_name="Ann", last_name="Lee"))
        older, newer = await published(
            catalog, *(a_receipt(place=Place.PROFILE) for _ in range(2))
        )
        await library.remove(older.id)
        assert (await accounts.users([5]))[0].main_photo_id == newer.id
        await library.remove(newer.id)
        assert (await accounts.users([5]))[0].main_photo_id == 0
        await registry.add_community(Community(id=3, name="Cats", screen_name="cats"))
        [theirs] = await published(catalog, a_receipt(place=Place.PROFILE, owner=-3))
        assert (await accounts.communities([3]))[0].main_photo_id == theirs.id
        await library.remove(theirs.id)
        assert (await accounts.communities([3]))[0].main_photo_id == 0

    async def test_any_photo_can_become_the_main_one(
        self, catalog: Catalog, library: Library, accounts: Accounts, registry: Registry
    ) -> None:
        """Its owner's; wherever it was published to."""
        await registry.add_user(User(id=5, first_name="Ann", last_name="Lee"))
        [photo] = await published(catalog, a_receipt(place=Place.PERSONAL, owner=5))
        assert (await accounts.users([5]))[0].main_photo_id == 0
        await library.make_main(photo.id)
        assert (await accounts.users([5]))[0].main_photo_id == photo.id
        with pytest.raises(PhotoNotFound):
            await library.make_main(NOBODY)

    async def test_posts_are_listed_newest_first(self, library: Library) -> None:
        """By owner and network; each has an id of its own, whatever it came with."""
        first, second = [
            await library.add_post(replace(POST, id=9, text=text)) for text in "ab"
        ]
        await library.add_post(replace(POST, owner_id=5))
        await library.add_post(replace(POST, network="ok"))
        assert first == replace(POST, id=first.id, text="a")
        assert 0 < first.id < second.id
        assert await library.posts("vk", -3) == [second, first]
        assert await library.posts("vk", -3, limit=1) == [second]
        assert await library.posts("vk", NOBODY) == []

    async def test_a_post_is_made_once_by_many(self, library: Library) -> None:
        """For its owner in its network; the first one's words stay."""
        made = await asyncio.gather(
            *(library.add_post(replace(POST, text=str(n)), "x") for n in range(12))
        )
        assert {one.id for one in made} == {made[0].id}
        assert await library.posts("vk", -3) == [made[0]]
        for other in (replace(POST, owner_id=5), replace(POST, network="ok")):
            assert (await library.add_post(other, "x")).id != made[0].id
        assert (await library.add_post(POST, "y")).id != made[0].id
        assert (await library.add_post(POST)).id != (await library.add_post(POST)).id

    async def test_messages_have_ids(self, library: Library) -> None:
        """Each its own; without a random id two alike are two."""
        first, second = [await library.add_message(MESSAGE) for _ in range(2)]
        assert first == replace(MESSAGE, id=first.id)
        assert 0 < first.id < second.id

    async def test_a_random_id_makes_a_message_one(self, library: Library) -> None:
        """From one sender to one peer; a retry returns the first, a race too."""
        again = replace(MESSAGE, text="again")
        first, *others = await asyncio.gather(
            *(library.add_message(one, 42) for one in [MESSAGE, *[again] * 7])
        )
        assert others == [first] * 7
        assert (await library.add_message(MESSAGE, 43)).id != first.id
        for other in (replace(MESSAGE, peer_id=6), replace(MESSAGE, actor_id=6)):
            assert (await library.add_message(other, 42)).id != first.id
