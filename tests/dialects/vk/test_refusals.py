"""Uploads and saves that must not go through: each with VK's code, and a reason."""

from dataclasses import replace

import pytest
from tests.dialects.vk.lab import PICTURE
from tests.service.house import ADA

from threebath.core.networks.ok import MOMENT
from threebath.core.places import Place
from threebath.core.tickets import Destination
from threebath.service.sweep import examine
from threebath.testing import toy


async def _nothing_left(vk):
    await vk.house.sweeper.sweep()
    findings = await examine(vk.house.memory.catalog, vk.house.blobs)
    assert (findings.assets, findings.blobs) == (0, 0)


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (b"", "the file is empty"),
        (b"just text", "not of a supported format"),
        (toy(640, 480, "broken"), "damaged"),
        (toy(9000, 6000), "width + height may be at most 14000"),
        (toy(100, 2100), "width / height must be 1/20 to 20"),
        (b"x" * (50 * 1024 * 1024 + 1), "larger than 52428800 bytes"),
    ],
)
async def test_a_soft_refusal_shows_at_the_save_with_the_uploads_reason(vk, content, why):
    """An empty list of photos; the save answers 100 and says why, as VK never does."""
    reply = await vk.wall_reply(content)
    assert reply["photo"] == "[]"
    assert "error" not in reply
    code, text = await vk.error("photos.saveWallPhoto", **reply)
    assert (code, "photo is invalid" in text, why in text) == (100, True, True), text
    await _nothing_left(vk)


async def test_six_files_for_an_album_are_too_many(vk):
    """Five at a time."""
    issued = await vk.ok("photos.getUploadServer", album_id=vk.world["album_id"])
    reply = await vk.send(issued["upload_url"], *[PICTURE] * 6, name="file{n}")
    assert reply["photos_list"] == "[]"
    code, text = await vk.error("photos.save", **reply)
    assert (code, "at most 5 file(s)" in text) == (100, True), text
    await _nothing_left(vk)


async def test_the_good_ones_of_several_are_kept(vk):
    """Partial success, as VK has it."""
    reply = await vk.wall_reply(b"text", PICTURE)
    assert len(await vk.ok("photos.saveWallPhoto", **reply)) == 1


@pytest.mark.parametrize(
    ("content", "word"),
    [
        (toy(150, 150), "ERR_UPLOAD_BAD_IMAGE_SIZE: the picture is 150x150"),
        (toy(1000, 250), "ERR_UPLOAD_BAD_IMAGE_SIZE"),
        (toy(9000, 6000), "ERR_UPLOAD_BIG_IMAGE_SIZE"),
        (b"text", "ERR_UPLOAD_FILE_NOT_SUPPORTED"),
        (b"", "ERR_UPLOAD_FILE_NOT_UPLOADED"),
    ],
)
async def test_a_main_photo_is_refused_with_a_word(vk, content, word):
    """Shape B: error, bwact, server, _sig."""
    issued = await vk.ok("photos.getOwnerPhotoUploadServer")
    reply = await vk.send(issued["upload_url"], content)
    assert reply["error"].startswith(word)
    assert set(reply) == {"error", "bwact", "server", "_sig"}
    await _nothing_left(vk)


@pytest.mark.parametrize("sent", ["", "[]", "undefined", "[object Object]", "None", None])
async def test_nonsense_instead_of_a_photo_is_100(vk, sent):
    """What clients send that did not look at the reply."""
    reply = await vk.wall_reply()
    code, text = await vk.error("photos.saveWallPhoto", **{**reply, "photo": sent})
    assert (code, "photo is" in text) == (100, True)


@pytest.mark.parametrize("field", ["server", "hash"])
async def test_a_missing_field_is_named(vk, field):
    """100, and which."""
    reply = await vk.wall_reply()
    code, text = await vk.error("photos.saveWallPhoto", **{**reply, field: None})
    assert (code, f"{field} is missing" in text) == (100, True)


async def test_every_bit_of_the_hash_counts(vk):
    """Each flipped bit is 121, and so is an upper-case or padded hash."""
    reply = await vk.wall_reply()
    good = bytes.fromhex(reply["hash"])
    for bit in range(len(good) * 8):
        bad = bytearray(good)
        bad[bit // 8] ^= 1 << bit % 8
        found = await vk.error("photos.saveWallPhoto", **{**reply, "hash": bad.hex()})
        assert found[0] == 121
    for bad in (reply["hash"].upper(), reply["hash"] + " ", reply["hash"] + "00", "x"):
        if bad != reply["hash"]:
            found = await vk.error("photos.saveWallPhoto", **{**reply, "hash": bad})
            assert found[0] == 121


async def test_every_character_of_the_photo_counts(vk):
    """Whatever is changed in the text, the hash no longer fits."""
    reply = await vk.wall_reply()
    text = reply["photo"]
    for at in range(len(text)):
        bad = text[:at] + ("0" if text[at] != "0" else "1") + text[at + 1 :]
        found = await vk.error("photos.saveWallPhoto", **{**reply, "photo": bad})
        assert found[0] == 121


async def test_another_server_is_118_and_said(vk):
    """The number of another node."""
    reply = await vk.wall_reply()
    code, text = await vk.error("photos.saveWallPhoto", **{**reply, "server": 1})
    assert (code, "made for server 626627" in text) == (118, True)


async def test_another_group_is_121_and_said(vk):
    """The most frequent mistake of all: group_id in one step and not in the other."""
    reply = await vk.wall_reply()
    code, text = await vk.error("photos.saveWallPhoto", group_id=7, **reply)
    assert code == 121
    assert "made for owner 1; it is being used for owner -7" in text
    reply = await vk.wall_reply(group_id=7)
    code, text = await vk.error("photos.saveWallPhoto", **reply)
    assert (code, "made for owner -7" in text) == (121, True)


async def test_another_album_is_114_and_said(vk):
    """The album of step 1 is the album of step 3."""
    other = await vk.ok("photos.createAlbum", title="Other")
    issued = await vk.ok("photos.getUploadServer", album_id=vk.world["album_id"])
    reply = await vk.send(issued["upload_url"], PICTURE)
    code, text = await vk.error("photos.save", album_id=other["id"], **reply)
    assert (code, "made for album" in text) == (114, True)


async def test_another_kinds_reply_is_121(vk):
    """A wall's photo is no message's."""
    reply = await vk.wall_reply()
    code, text = await vk.error("photos.saveMessagesPhoto", **reply)
    assert (code, "made for kind vk.wall" in text) == (121, True)


async def test_another_users_reply_is_121(vk):
    """A community cannot save what its administrator uploaded, nor the reverse."""
    issued = await vk.ok("photos.getMessagesUploadServer")
    reply = await vk.send(issued["upload_url"], PICTURE)
    code, text = await vk.error("photos.saveMessagesPhoto", "group", **reply)
    assert (code, "made for user 1" in text) == (121, True)


async def test_every_bit_of_the_ticket_counts(vk):
    """Altered, cut, lengthened: refused with JSON and a word, never plain text."""
    issued = await vk.ok("photos.getWallUploadServer")
    address, ticket = issued["upload_url"].split("ticket=")
    letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
    bad_ones = [ticket[:-1], ticket + "A", "", "%00", ticket + "=", "é"]
    for at in range(len(ticket)):
        other = letters[(letters.index(ticket[at]) + 1) % 64]
        bad_ones.append(ticket[:at] + other + ticket[at + 1 :])
    for bad in bad_ones:
        reply = await vk.send(f"{address}ticket={bad}", PICTURE)
        assert reply["error"].startswith("ERR_UPLOAD_TERMINATED")


async def test_an_expired_ticket_says_so(vk):
    """With the time at which it did."""
    issued = await vk.ok("photos.getWallUploadServer")
    vk.house.clock.forward(days=1)
    reply = await vk.send(issued["upload_url"], PICTURE)
    assert "expired at 2026-05-02 12:00:00 UTC" in reply["error"]


async def test_a_get_on_the_upload_address_is_a_soft_refusal(vk):
    """As seen on VK: the usual reply with an empty photo."""
    issued = await vk.ok("photos.getWallUploadServer")
    answer = await vk.http.get(issued["upload_url"])
    assert (answer.status_code, answer.json()["photo"]) == (200, "[]")
    assert answer.headers["x-threebath-reason"] == "the request carries no file"


@pytest.mark.parametrize(
    ("body", "kind"),
    [
        (b"raw bytes", "application/octet-stream"),
        (b"", "multipart/form-data; boundary=x"),
        (b"--x\r\nnonsense", "multipart/form-data; boundary=x"),
        (b"--y--", "multipart/form-data"),
    ],
)
async def test_a_body_that_cannot_be_read_is_a_soft_refusal(vk, body, kind):
    """Never a crash, never plain text."""
    issued = await vk.ok("photos.getWallUploadServer")
    headers = {"content-type": kind}
    answer = await vk.http.post(issued["upload_url"], content=body, headers=headers)
    assert answer.json()["photo"] == "[]"
    await _nothing_left(vk)


async def test_a_failure_of_ours_is_no_empty_photo(vk):
    """A worker that died is our fault, and is told as such."""
    reply = await vk.wall_reply(toy(640, 480, "deadly"))
    assert reply["error"].startswith("ERR_STORAGE_ENGINE_SAVE_FAILED")
    await _nothing_left(vk)


async def test_two_uploads_to_one_address_are_two_photos(vk):
    """Clients keep an album's address and use it again."""
    issued = await vk.ok("photos.getWallUploadServer")
    ids = set()
    for _ in range(2):
        reply = await vk.send(issued["upload_url"], PICTURE)
        ids |= {one["id"] for one in await vk.ok("photos.saveWallPhoto", **reply)}
    assert len(ids) == 2


async def test_another_networks_address_opens_nothing(vk):
    """A genuine ticket whose kind VK does not have."""
    to = Destination(Place.MOMENT, ADA.user_id)
    caller = replace(ADA, permissions=frozenset({MOMENT.needs}))
    ticket = await vk.house.service.issue(caller, MOMENT, to)
    address = f"/c626627/upload.php?ticket={ticket.seal(vk.keys)}"
    reply = await vk.send(address, PICTURE)
    assert "another network" in reply["error"]
    assert vk.house.notes.failures == []
