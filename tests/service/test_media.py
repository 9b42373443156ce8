"""Who may look at what."""

from datetime import timedelta

import pytest

from threebath.core.errors import PhotoNotFound
from threebath.core.library import PhotoState
from threebath.core.signing import Keyring
from threebath.service.media import Keeping, media_path
from web.world import World


@pytest.fixture
def world():
    return World()


async def refusal(world, *args, **kwargs):
    with pytest.raises(PhotoNotFound) as caught:
        await world.media.open(*args, **kwargs)
    return str(caught.value)


def view_of(world, asset_id, **life):
    query = world.media.view_query(asset_id, world.now + timedelta(**life))
    return query.removeprefix("view=")


async def test_a_visible_photo_is_open_to_who_knows_its_address(world):
    """The id is 128 random bits: knowing it is leave to look."""
    photo = await world.photo(b"jpeg bytes")
    media = await world.media.open(photo.asset.id, "x")
    assert media.key == photo.asset.renditions[1].key
    assert media.length == 10
    assert media.content_type == "image/jpeg"
    assert media.filename == f"{photo.asset.id}_x.jpg"
    assert media.keeping is Keeping.FOR_EVER
    assert media_path(photo.asset.id, "x") == f"/i/{photo.asset.id}/x.jpg"


async def test_each_rendition_has_an_etag_of_its_own(world):
    """A strong validator names bytes, not photos."""
    photos = [await world.photo(), await world.photo()]
    tags = {
        (await world.media.open(one.asset.id, letter)).etag
        for one in photos
        for letter in "sx"
    }
    assert len(tags) == 4


async def test_what_is_not_published_is_not_there(world):
    """An upload that was never saved, or was deleted, is nobody's to see."""
    accepted = (await world.receive()).asset.id
    view = view_of(world, accepted, hours=1)
    deleted = await world.photo()
    await world.memory.library.remove(deleted.id)
    assert await refusal(world, accepted, "x")
    assert await refusal(world, accepted, "x", view=view)
    assert await refusal(world, deleted.asset.id, "x")


async def test_every_way_of_not_being_there_is_told_alike(world):
    """Whoever guesses learns nothing: not even that something waits for approval."""
    visible = await world.photo()
    waiting = await world.photo(state=PhotoState.PENDING)
    told = {
        await refusal(world, "0" * 32, "x"),
        await refusal(world, "../../etc/passwd", "x"),
        await refusal(world, visible.asset.id.upper() + "\n", "x"),
        await refusal(world, visible.asset.id, "w"),
        await refusal(world, visible.asset.id, "x", suffix="png"),
        await refusal(world, waiting.asset.id, "x"),
        await refusal(world, waiting.asset.id, "x", view="1-" + "0" * 32),
    }
    assert len(told) == 1


async def test_a_waiting_photo_is_shown_to_the_bearer_of_its_view(world):
    """Its owner looks at it before approving, by an address that runs out."""
    photo = await world.photo(state=PhotoState.PENDING)
    view = view_of(world, photo.asset.id, minutes=10)
    media = await world.media.open(photo.asset.id, "x", view=view)
    assert media.keeping is Keeping.NEVER
    world.now += timedelta(minutes=10)
    await refusal(world, photo.asset.id, "x", view=view)


async def test_an_approved_photo_is_public_whatever_the_address_says(world):
    """An old view, or a broken one, does no harm to a visible photo."""
    photo = await world.photo(state=PhotoState.PENDING)
    view = view_of(world, photo.asset.id, minutes=10)
    await world.memory.library.approve(photo.id)
    for one in (view, "nonsense", ""):
        media = await world.media.open(photo.asset.id, "x", view=one)
        assert media.keeping is Keeping.FOR_EVER


async def test_a_view_is_for_one_asset_and_one_moment(world):
    """No bit of it can be changed, and none carried over."""
    photo = await world.photo(state=PhotoState.PENDING)
    other = await world.photo(state=PhotoState.PENDING)
    view = view_of(world, photo.asset.id, minutes=10)
    expires, _, signature = view.partition("-")
    await refusal(world, other.asset.id, "x", view=view)
    await refusal(world, photo.asset.id, "x", view=f"{int(expires) + 1}-{signature}")
    for spoilt in (
        view.upper(),
        view + "0",
        " " + view,
        f"0{view}",
        f"{expires}-{'0' * 32}",
    ):
        await refusal(world, photo.asset.id, "x", view=spoilt)
    for at in range(len(signature)):
        flipped = signature[:at] + f"{int(signature[at], 16) ^ 1:x}" + signature[at + 1 :]
        await refusal(world, photo.asset.id, "x", view=f"{expires}-{flipped}")


async def test_views_outlive_a_rotation_of_keys(world):
    """The first secret signs, all verify."""
    photo = await world.photo(state=PhotoState.PENDING)
    view = view_of(world, photo.asset.id, minutes=10)
    world.keys = Keyring((b"n" * 16, *world.keys.secrets))
    assert await world.media.open(photo.asset.id, "x", view=view)
    world.keys = Keyring((b"n" * 16,))
    await refusal(world, photo.asset.id, "x", view=view)
