"""Kinds 1 to 4: get an address, send the files, save; and what follows."""

import json

import pytest
from tests.dialects.vk import shapes
from tests.dialects.vk.lab import PICTURE

from threebath.core import errors as e
from threebath.core.errors import UploadError
from threebath.dialects.vk.errors import API_CODES, TEXTS, UPLOAD_CODES
from threebath.dialects.vk.kinds import KINDS
from threebath.dialects.vk.methods import METHODS
from threebath.testing import toy

PHOTO_KEYS = {
    "id", "owner_id", "album_id", "date", "text", "sizes", "has_tags", "access_key"
}  # fmt: skip


@pytest.mark.parametrize("row", KINDS, ids=lambda row: f"{row.issue} {row.kind.name}")
@pytest.mark.parametrize("name", ["photo", "file", "file0", "file1", "файл", "a b"])
async def test_every_kind_takes_any_field_name(vk, row, name):
    """Clients disagree about the field's name; the kind is in the address."""
    steps = await vk.three_steps(row, name=name)
    shown = steps.reply["response"] if row.wrapped else steps.reply
    assert tuple(one for one in shown if one != "_sig") == row.reply
    assert steps.saved


SAVED = [row for row in KINDS if row.commit]


@pytest.mark.parametrize("row", SAVED, ids=lambda row: f"{row.issue} {row.kind.name}")
async def test_every_save_is_repeatable(vk, row):
    """The same reply saved again is the same thing again."""
    steps = await vk.three_steps(row)
    assert steps.saved == await vk.save(row, steps.reply)


async def test_album_photos_come_back_in_the_order_of_their_numbers(vk):
    """Files are ordered by the field's number, and all five become photos."""
    album = vk.world["album_id"]
    issued = await vk.ok("photos.getUploadServer", album_id=album)
    assert (issued["album_id"], issued["user_id"]) == (album, 1)
    files = [(f"file{n}", (f"{n}.jpg", toy(100 + n, 100))) for n in (3, 1, 5, 2, 4)]
    reply = (await vk.http.post(issued["upload_url"], files=files)).json()
    assert (type(reply["server"]), type(reply["aid"])) == (int, int)
    photos = await vk.ok("photos.save", album_id=album, **reply)
    assert [one["sizes"][1]["width"] for one in photos] == [101, 102, 103, 104, 105]
    assert all(one.keys() >= PHOTO_KEYS for one in photos)
    assert {one["album_id"] for one in photos} == {album}
    assert [one["id"] for one in photos] == sorted(one["id"] for one in photos)


async def test_the_reply_describes_the_photo_as_the_manual_shows_it(vk):
    """A JSON text without backslashes: photo, sizes, kid, debug."""
    reply = await vk.wall_reply(toy(640, 480))
    assert "\\" not in reply["photo"]
    [described] = json.loads(reply["photo"])
    assert list(described) == ["photo", "sizes", "kid", "debug"]
    assert described["photo"].endswith(":y")
    assert [one[0] for one in described["sizes"]] == list("smxyopqr")
    assert described["sizes"][0][4:] == [75, 56]
    assert described["debug"] == "xsymyxyyyoypyqyry"
    assert len(reply["hash"]) == 32


@pytest.mark.parametrize("quote", ['"', '\\"'])
async def test_the_photo_verifies_as_sent_and_with_the_backslashes_of_php(vk, quote):
    """The manual tells PHP clients to strip backslashes; not all of them do."""
    reply = await vk.wall_reply()
    reply["photo"] = reply["photo"].replace('"', quote)
    assert await vk.ok("photos.saveWallPhoto", **reply)


async def test_six_photos_are_saved_at_once_on_a_wall_and_a_repeat_gives_the_same(vk):
    """Up to six in one saveWallPhoto."""
    reply = await vk.wall_reply(*[PICTURE] * 6)
    photos = await vk.ok("photos.saveWallPhoto", caption="six", **reply)
    assert len(photos) == 6
    assert {one["text"] for one in photos} == {"six"}
    assert await vk.ok("photos.saveWallPhoto", **reply) == photos


async def test_a_wall_photo_is_posted_and_found_again(vk):
    """The photo's id goes into attachments; photos.get lists it, getById shows it."""
    [photo] = await vk.ok("photos.saveWallPhoto", **await vk.wall_reply())
    name = f"{photo['owner_id']}_{photo['id']}"
    post = await vk.ok("wall.post", message="look", attachments=f"photo{name}")
    assert post["post_id"] > 0
    listed = await vk.ok("photos.get", album_id="wall")
    assert (listed["count"], listed["items"]) == (1, [photo])
    assert await vk.ok("photos.getById", photos=name) == [photo]


async def test_a_community_photo_belongs_to_the_community(vk):
    """Negative or positive, group_id names the community; the photo says who sent it."""
    reply = await vk.wall_reply(group_id=-7)
    [photo] = await vk.ok("photos.saveWallPhoto", group_id=7, **reply)
    assert (photo["owner_id"], photo["user_id"]) == (-7, 1)
    name = f"photo-7_{photo['id']}"
    asked = {"owner_id": -7, "from_group": 1, "attachments": name}
    assert (await vk.ok("wall.post", **asked))["post_id"]


async def test_a_message_photo_is_for_who_has_its_key(vk):
    """Unlisted: its owner sees it, others only with the access key."""
    issued = await vk.ok("photos.getMessagesUploadServer", peer_id=5)
    assert issued["album_id"] == -3
    reply = await vk.send(issued["upload_url"], PICTURE)
    [photo] = await vk.ok("photos.saveMessagesPhoto", **reply)
    name, key = f"photo1_{photo['id']}", photo["access_key"]
    sent = await vk.ok("messages.send", peer_id=5, random_id=9, attachment=name)
    assert sent == await vk.ok("messages.send", peer_id=5, random_id=9, attachment=name)
    community = {"peer_id": 5, "random_id": 1, "attachment": name}
    assert (await vk.error("messages.send", "group", **community))[0] == 100
    community["attachment"] = f"{name}_{key}"
    assert await vk.ok("messages.send", "group", **community)
    community["attachment"] = f"{name}_{'0' * 18}"
    assert (await vk.error("messages.send", "group", **community))[0] == 100


async def test_a_community_sends_photos_in_messages(vk):
    """A community's token uploads and saves in the community's name."""
    issued = await vk.ok("photos.getMessagesUploadServer", "group", peer_id=5)
    assert (issued["user_id"], issued["group_id"]) == (0, 7)
    reply = await vk.send(issued["upload_url"], PICTURE)
    [photo] = await vk.ok("photos.saveMessagesPhoto", "group", **reply)
    assert photo["owner_id"] == -7


async def test_a_profile_photo_replaces_the_main_photo_and_makes_one_post(vk):
    """The answer has the square previews; saving again makes no second post."""
    issued = await vk.ok("photos.getOwnerPhotoUploadServer")
    assert list(issued) == ["upload_url"]
    reply = await vk.send(issued["upload_url"], PICTURE, _square_crop="10,20,200")
    assert (reply["mid"], reply["message_code"], reply["profile_aid"]) == (1, 2, -6)
    assert vk.house.renderer.options == [{"_square_crop": "10,20,200"}]
    saved = await vk.ok("photos.saveOwnerPhoto", **reply)
    assert saved["saved"] == 1
    assert saved == await vk.ok("photos.saveOwnerPhoto", **reply)
    [me] = await vk.ok("users.get", fields="photo_200")
    assert me["photo_200"] == saved["photo_src"]
    listed = await vk.ok("photos.get", album_id="profile")
    assert listed["items"][0]["album_id"] == -6


async def test_the_crop_may_come_in_the_address(vk):
    """Some clients put _square_crop into the query of the upload address."""
    issued = await vk.ok("photos.getOwnerPhotoUploadServer", owner_id=-7)
    await vk.send(issued["upload_url"] + "&_square_crop=1,2,200", PICTURE)
    assert vk.house.renderer.options == [{"_square_crop": "1,2,200"}]


async def test_albums_are_made_listed_filled_and_emptied(vk):
    """createAlbum, getAlbums, save, get, delete: the counts follow."""
    album = await vk.ok("photos.createAlbum", title="Second roll", description="b/w")
    reply_to = await vk.ok("photos.getUploadServer", album_id=album["id"])
    reply = await vk.send(reply_to["upload_url"], PICTURE, PICTURE, name="file{n}")
    photos = await vk.ok("photos.save", album_id=album["id"], latitude="59.9", **reply)
    assert photos[0]["lat"] == 59.9
    listed = await vk.ok("photos.getAlbums", album_ids=album["id"])
    assert [(one["title"], one["size"]) for one in listed["items"]] == [("Second roll", 2)]
    assert await vk.ok("photos.delete", photo_id=photos[0]["id"]) == 1
    got = await vk.ok("photos.get", album_id=album["id"])
    assert [one["id"] for one in got["items"]] == [photos[1]["id"]]
    code, text = await vk.error("photos.save", album_id=album["id"], **reply)
    assert (code, "deleted" in text) == (121, True)


def test_every_method_has_a_published_shape():
    """What is served is checked against VK's schema, whoever calls it in these tests."""
    assert METHODS.keys() == shapes.METHODS.keys()


def test_every_family_of_errors_has_a_number_and_words():
    """A new leaf of the tree has VK's number on the day it is born."""
    families = {e.Refused, e.BadRequest, e.BadToken, e.FileRejected, e.Unavailable}
    assert families | {UploadError} <= API_CODES.keys()
    assert {UploadError, e.FileRejected, e.Unavailable} <= UPLOAD_CODES.keys()
    assert set(API_CODES.values()) <= TEXTS.keys()
