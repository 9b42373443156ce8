"""Photos, moments and topics: get an address, send the files, commit; and what follows."""

import json
import re
from base64 import b64decode
from urllib.parse import parse_qs, quote, urlsplit

import pytest
from tests.dialects.ok.lab import PICTURE
from tests.service.house import ADA, WALL

from threebath.core import errors as e
from threebath.dialects.ok.errors import CODES, NAMES, UPLOAD_CODES
from threebath.dialects.ok.kinds import KINDS
from threebath.service.sweep import examine
from threebath.service.uploads import Commit
from threebath.testing import toy

DAY = 86_400_000


async def test_step_one_answers_as_the_document_shows_it(ok):
    """Four keys in order; ids of 40 bytes; an address that needs nothing more."""
    issued = await ok.ok("photosV2.getUploadUrl", count=3)
    assert list(issued) == ["photo_ids", "upload_url", "expires_ms", "ttl_ms"]
    assert len({*issued["photo_ids"]}) == 3
    for one in issued["photo_ids"]:
        assert (len(one), len(b64decode(one, validate=True)), one[-2:]) == (56, 40, "==")
    query = parse_qs(urlsplit(issued["upload_url"]).query)
    assert query["photoIds"] == [",".join(issued["photo_ids"])]
    now = int(ok.house.clock().timestamp() * 1000)
    assert (issued["expires_ms"] - now, issued["ttl_ms"]) == (DAY, DAY)


async def test_one_photo_is_the_default_and_a_hundred_fit_into_an_address(ok):
    """The address of a hundred stays below what servers and proxies take."""
    assert len((await ok.ok("photosV2.getUploadUrl"))["photo_ids"]) == 1
    issued = await ok.ok("photosV2.getUploadUrl", count=100)
    assert len(issued["photo_ids"]) == 100
    assert len(issued["upload_url"]) < 8_000
    for count in (0, 101, -1, "x", "1.0", 10**30):
        assert (await ok.error("photosV2.getUploadUrl", count=count))[0] == 100


async def test_album_photos_are_committed_with_comments(ok):
    """Statuses in the order of the call, permanent ids, and the photos with their texts."""
    pairs = await ok.upload(
        toy(100, 80), toy(200, 80), toy(300, 80), aid=ok.world["album_id"]
    )
    comments = ["Привет 😀", "a b&c+d", ""]
    listed = [
        {"photo_id": one, "token": token, "comment": comment, "unknown": 1}
        for (one, token), comment in zip(pairs, comments, strict=True)
    ][::-1]
    answer = await ok.ok("photosV2.commit", photos=json.dumps(listed, ensure_ascii=False))
    assert [one["photo_id"] for one in answer["photos"]] == [one for one, _ in pairs][::-1]
    assert {one["status"] for one in answer["photos"]} == {"SUCCESS"}
    ids = [one["assigned_photo_id"] for one in answer["photos"]]
    assert all(one.isdecimal() for one in ids)
    found = await ok.ok("photos.getInfo", photo_ids=",".join(ids))
    assert [one["text"] for one in found["photos"]] == comments[::-1]
    assert [one["standard_width"] for one in found["photos"]] == [300, 200, 100]
    assert {one["album_id"] for one in found["photos"]} == {ok.world["album_id"]}
    [album] = (await ok.ok("photos.getAlbums"))["albums"]
    assert (album["photos_count"], album["aid"]) == (3, ok.world["album_id"])


async def test_a_single_photo_is_committed_by_itself(ok):
    """The form of Unity and of the PHP clients; a blank comment is none."""
    [(photo_id, token)] = await ok.upload()
    asked = {"photo_id": photo_id, "token": token}
    answer = await ok.ok("photosV2.commit", comment="", **asked)
    [done] = answer["photos"]
    assert list(done) == ["photo_id", "assigned_photo_id", "status"]
    [photo] = (await ok.ok("photos.getPhotos"))["photos"]
    assert (photo["id"], photo["text"]) == (done["assigned_photo_id"], "")
    again = await ok.ok("photosV2.commit", "session", verb="GET", comment="later", **asked)
    assert again == answer
    spaced = {name: one.replace("+", " ") for name, one in asked.items()}
    assert (await ok.ok("photosV2.commit", **spaced))["photos"][0]["status"] == "SUCCESS"


async def test_one_bad_photo_spoils_no_good_one(ok):
    """A status for each: the unknown, the foreign and the swapped fail by themselves."""
    (first, t1), (second, t2) = await ok.upload(PICTURE, PICTURE)
    [(other, t3)] = await ok.upload()
    done = await ok.commit(
        (first, t1), (second, t3), (other, t2), ("A" * 56, t2), (first, t1)
    )
    assert [one["status"] for one in done] == ["SUCCESS", *["FAILURE"] * 3, "SUCCESS"]
    assert done[0]["assigned_photo_id"] == done[4]["assigned_photo_id"]
    assert "assigned_photo_id" not in done[1]
    assert {one["status"] for one in await ok.commit((second, t2), (other, t3))} == {
        "SUCCESS"
    }


async def test_a_photo_is_in_the_sizes_that_clients_ask_for(ok):
    """Squares, short sides, boxes; large ones only of large pictures."""
    photo_id = await ok.photo(toy(4000, 2000))
    photo = (await ok.ok("photos.getPhotoInfo", photo_id=photo_id))["photo"]
    sizes = {}
    for name in filter(re.compile("pic").match, photo):
        path = photo[name].removeprefix("http://ok.test/i/").removesuffix(".jpg")
        asset, letter = path.split("/")
        [made] = [
            one
            for one in (await ok.house.memory.catalog.asset(asset)).asset.renditions
            if one.letter == letter
        ]
        sizes[name] = str(made.size)
    assert sizes == {
        "pic50x50": "50x50", "pic128x128": "128x128", "pic190x190": "190x190",
        "pic128max": "128x64", "pic160x120": "160x80", "pic176x176": "176x88",
        "pic180min": "360x180", "pic240min": "480x240", "pic320min": "640x320",
        "pic640x480": "640x320", "pic1024x768": "1024x512", "pic1024max": "1024x512",
        "pic_max": "2560x1280",
    }  # fmt: skip
    fields = "photo.pic_max, PHOTO.PIC50X50"
    asked = {"photo_id": photo_id, "fields": fields}
    found = (await ok.ok("photos.getPhotoInfo", **asked))["photo"]
    assert set(found) == {"id", "pic_max", "pic50x50"}
    small = (await ok.ok("photos.getInfo", photo_ids=await ok.photo(toy(20, 20))))[
        "photos"
    ][0]
    assert small["pic_max"] == small["pic640x480"]


@pytest.mark.parametrize("encoded", [True, False])
async def test_several_batches_go_to_one_address_with_placeholders(ok, encoded):
    """Any subset in any order, its ids raw or encoded; the answer has just those."""
    issued = await ok.ok("photosV2.getUploadUrl", count=5, placeholders="true")
    ids, address = issued["photo_ids"], issued["upload_url"]
    assert address.endswith("&photoIds=${photoIds}")
    tokens = {}
    for batch in ([ids[3], ids[0]], [ids[4]], [ids[1], ids[2]]):
        listed = ",".join(batch)
        here = address.replace("${photoIds}", quote(listed, safe="") if encoded else listed)
        photos = (await ok.send(here, *[PICTURE] * len(batch))).json()["photos"]
        assert list(photos) == batch
        tokens.update(photos)
    done = await ok.commit(*((one, tokens[one]["token"]) for one in ids))
    assert {one["status"] for one in done} == {"SUCCESS"}


NAMED = {
    "the document's": ("pic{n}", "a.jpg", "image/jpeg"),
    "the example's": ("pic{m}", "a.jpg", "image/jpeg"),
    "viral.html": ("pic1", "a.jpg", "image/png"),
    "iOS": ("image", "pic1.jpg", "image/jpg"),
    "Unity": ("pic1", "pic2.jpg", "multipart/form-data"),
    "ok_api": ("{m}_a.jpg", "a.jpg", "image"),
    "others": ("file", "C:\\Фото\\1.gif", "application/octet-stream"),
    "without a type": ("photo", "a", None),
}


@pytest.mark.parametrize(("name", "filename", "kind"), NAMED.values(), ids=NAMED)
async def test_parts_are_matched_by_their_order_alone(ok, name, filename, kind):
    """Names, types and file names of every client; text fields are passed over."""
    issued = await ok.ok("photosV2.getUploadUrl", count=3)
    contents = [toy(100 + n, 50) for n in range(3)]
    files = [
        (name.format(n=n + 1, m=n), (filename, one, kind) if kind else (filename, one))
        for n, one in enumerate(contents)
    ]
    answer = await ok.send(issued["upload_url"], files=files, data={"title": "x"})
    tokens = answer.json()["photos"]
    assert list(tokens) == issued["photo_ids"]
    done = await ok.commit(*((one, tokens[one]["token"]) for one in tokens))
    ids = ",".join(one["assigned_photo_id"] for one in done)
    found = (await ok.ok("photos.getInfo", photo_ids=ids))["photos"]
    assert [one["standard_width"] for one in found] == [100, 101, 102]


async def test_parts_without_a_file_name_are_known_by_their_fields(ok):
    """Where neither a file name nor a type says that it is a file."""
    issued = await ok.ok("photosV2.getUploadUrl")
    body = b'--b\r\nContent-Disposition: form-data; name="pic1"\r\n\r\n' + PICTURE
    kind = {"Content-Type": "multipart/form-data; boundary=b"}
    answer = await ok.send(issued["upload_url"], content=body + b"\r\n--b--", headers=kind)
    assert list(answer.json()["photos"]) == issued["photo_ids"]


async def test_fields_left_empty_use_up_no_id(ok):
    """What a browser sends for them has no name and no bytes."""
    issued = await ok.ok("photosV2.getUploadUrl", count=3)
    empty = ("", b"", "application/octet-stream")
    files = [("pic1", empty), ("pic2", ("a.jpg", PICTURE, "image/jpeg")), ("pic3", empty)]
    parts = "".join(
        f'--b\r\nContent-Disposition: form-data; name="{name}"; filename="{one[0]}"\r\n'
        f"Content-Type: {one[2]}\r\n\r\n{one[1].decode()}\r\n"
        for name, one in files
    )
    kind = {"Content-Type": "multipart/form-data; boundary=b"}
    answer = await ok.send(
        issued["upload_url"], content=f"{parts}--b--".encode(), headers=kind
    )
    assert list(answer.json()["photos"]) == issued["photo_ids"][:1]


async def test_tokens_have_the_length_that_clients_know(ok):
    """96 bytes in base64; each upload's is another one."""
    issued = await ok.ok("photosV2.getUploadUrl")
    tokens = set()
    for _ in range(2):
        [(_, found)] = (
            (await ok.send(issued["upload_url"], PICTURE)).json()["photos"].items()
        )
        assert list(found) == ["token"]
        assert len(found["token"]) == 128
        assert len(b64decode(found["token"], validate=True)) == 96
        tokens.add(found["token"])
    assert len(tokens) == 2


async def test_an_address_can_be_used_again_until_the_commit(ok):
    """A retry gives a new token; the first one that is committed counts."""
    issued = await ok.ok("photosV2.getUploadUrl")
    [photo_id] = issued["photo_ids"]
    first, second = [
        (await ok.send(issued["upload_url"], toy(50, side))).json()["photos"][photo_id][
            "token"
        ]
        for side in (50, 60)
    ]
    [done] = await ok.commit((photo_id, second))
    found = (await ok.ok("photos.getPhotos"))["photos"]
    assert [one["standard_height"] for one in found] == [60]
    code, text = await ok.error("photosV2.commit", photo_id=photo_id, token=first)
    assert (code, text.startswith("PARAM : ")) == (100, True)
    assert await ok.commit((photo_id, second)) == [done]


async def test_several_moments_are_one_commit(ok):
    """An address and an upload for each; ids in order of the call, a repeat the same."""
    pairs = []
    for _ in range(3):
        pairs += await ok.upload(method="moments.getUploadUrl", type="PHOTO")
    listed = json.dumps([{"photo_id": one, "token": token} for one, token in pairs])
    answer = await ok.ok("moments.commit", photos=listed)
    assert len({*answer["ids"]}) == 3
    assert await ok.ok("moments.commit", photos=listed) == answer
    assert (await ok.ok("photos.getPhotos"))["photos"] == []


async def test_a_topic_takes_tokens_without_a_commit(ok):
    """Text, pictures in their order, a link, a poll; the answer is a bare string."""
    (_, t1), (_, t2) = await ok.upload(toy(100, 100), toy(110, 100))
    old = await ok.photo(toy(120, 100))
    attachment = ok.topic(
        {"type": "text", "text": "Три поезда 😀"},
        {"type": "photo", "list": [{"id": t2}, {"photoId": old}, {"id": t1}]},
        {"type": "link", "url": "https://example.com/a?b=c"},
        {"type": "poll", "question": "?", "answers": [{"text": "a"}, {"text": "b"}]},
    )
    answer = await ok.raw("mediatopic.post", type="USER", attachment=attachment)
    assert isinstance(answer.json(), str)
    [topic] = await ok.house.memory.library.posts("ok", 123)
    assert (answer.json(), topic.text) == (str(topic.id), "Три поезда 😀")
    ids = [int(one.removeprefix("photo:")) for one in topic.attachments[:3]]
    photos = [await ok.house.memory.library.photo(one) for one in ids]
    assert [one.asset.size.width for one in photos] == [110, 120, 100]
    assert [one.place for one in photos] == ["topic", "personal", "topic"]
    assert topic.attachments[3] == "link:https://example.com/a?b=c"
    again = await ok.ok("mediatopic.post", type="USER", attachment=attachment)
    assert again == answer.json()
    assert len(await ok.house.memory.library.posts("ok", 123)) == 1


async def test_a_groups_topic_is_in_its_name_where_that_is_asked_for(ok):
    """With the group's own upload; the photo is the group's."""
    gid = ok.world["group_id"]
    [(_, token)] = await ok.upload(gid=gid)
    media = {"type": "photo", "list": [{"id": token}]}
    asked = {"attachment": ok.topic(media, onBehalfOfGroup="true"), "gid": gid}
    assert await ok.ok("mediatopic.post", type="GROUP_THEME", **asked)
    [topic] = await ok.house.memory.library.posts("ok", -int(gid))
    assert topic.actor_id == -int(gid)
    [photo] = (await ok.ok("photos.getPhotos", gid=gid))["photos"]
    assert (photo["group_id"], topic.attachments) == (gid, (f"photo:{photo['id']}",))


async def test_topics_without_new_photos_are_as_many_as_are_posted(ok):
    """Saying the same again is saying it twice, where no upload tells otherwise."""
    asked = {"attachment": ok.topic({"type": "text", "text": "Hello"})}
    first, second = [await ok.ok("mediatopic.post", **asked) for _ in range(2)]
    assert first != second


async def test_group_photos_go_to_the_groups_album(ok):
    """gid with aid; the object says whose it is."""
    gid, aid = ok.world["group_id"], ok.world["group_album_id"]
    photo_id = await ok.photo(gid=gid, aid=aid)
    [photo] = (await ok.ok("photos.getPhotos", gid=gid, aid=aid))["photos"]
    assert (photo["id"], photo["group_id"], photo["album_id"]) == (photo_id, gid, aid)
    [album] = (await ok.ok("photos.getAlbums", gid=gid))["albums"]
    assert album["main_photo"]["id"] == photo_id


@pytest.mark.parametrize("committed", [True, False])
async def test_a_groups_main_photo_is_set_by_either_id(ok, committed):
    """By the id of step 1 as documented, or by the permanent one."""
    gid = ok.world["group_id"]
    [pair] = await ok.upload(gid=gid)
    name = pair[0]
    if committed:
        name = (await ok.commit(pair))[0]["assigned_photo_id"]
    assert await ok.ok("group.setMainPhoto", group_id=gid, photo_id=name) is True
    assert await ok.ok("group.setMainPhoto", group_id=gid, photo_id=name) is True
    [main] = (await ok.ok("photos.getPhotos", gid=gid, aid="group_main"))["photos"]
    assert main["group_id"] == gid


async def test_albums_are_made_and_paged_through(ok):
    """createAlbum answers a bare string; pages end where the list does."""
    made = [
        await ok.ok("photos.createAlbum", title=f"Roll {n}", type="public")
        for n in range(4)
    ]
    assert all(isinstance(one, str) for one in made)
    seen, anchor = [], None
    for _ in range(3):
        asked = {"count": 2, "pagingAnchor": anchor, "detectTotalCount": "true"}
        page = await ok.ok("photos.getAlbums", **asked)
        seen += [one["aid"] for one in page["albums"]]
        anchor = page["pagingAnchor"]
        assert page["totalCount"] == 5
    assert seen == [*reversed(made), ok.world["album_id"]]
    assert page["hasMore"] is False
    asked = {"count": 2, "pagingAnchor": 4, "pagingDirection": "BACKWARD"}
    back = await ok.ok("photos.getAlbums", **asked)
    assert [one["aid"] for one in back["albums"]] == seen[:2]
    empty = await ok.ok("photos.getPhotos", aid=made[0])
    assert empty == {"photos": [], "hasMore": False}
    assert (await ok.error("photos.getAlbums", count=101))[0] == 100


async def test_photos_are_listed_newest_first_in_pages(ok):
    """anchor and hasMore; the special albums; a friend's photos."""
    ids = [await ok.photo(toy(50, 50 + n)) for n in range(3)]
    page = await ok.ok("photos.getPhotos", count=2)
    assert [one["id"] for one in page["photos"]] == ids[:0:-1]
    assert page["hasMore"] is True
    rest = await ok.ok("photos.getPhotos", count=2, anchor=page["anchor"])
    assert [one["id"] for one in rest["photos"]] == ids[:1]
    assert len((await ok.ok("photos.getPhotos", aid="application"))["photos"]) == 3
    assert (await ok.ok("photos.getPhotos", aid="tags"))["photos"] == []
    assert (await ok.ok("photos.getPhotos", fid=456))["photos"] == []


async def test_a_photo_is_edited_and_deleted_by_its_owner(ok):
    """Bare true; gone at once, and its bytes with the next sweep."""
    photo_id = await ok.photo()
    assert await ok.ok("photos.editPhoto", photo_id=photo_id, description="Поезд") is True
    found = await ok.ok("photos.getPhotoInfo", photo_id=photo_id)
    assert found["photo"]["text"] == "Поезд"
    assert await ok.ok("photos.deletePhoto", photo_id=photo_id) is True
    assert (await ok.error("photos.getPhotoInfo", photo_id=photo_id))[0] == 121
    await ok.house.sweeper.sweep()
    assert (await examine(ok.house.memory.catalog, ok.house.blobs)).assets == 0


async def test_the_current_user_shows_a_face(ok):
    """Ids are strings; the main photo appears once there is one."""
    me = await ok.ok("users.getCurrentUser", "session")
    assert (me["uid"], me["name"], "pic_1" in me) == ("123", "Olga Orlova", False)
    await ok.house.memory.library.make_main(int(await ok.photo()))
    assert (await ok.ok("users.getCurrentUser"))["pic_1"].endswith("/pic50x50.jpg")
    assert await ok.ok("users.hasAppPermission", ext_perm="VALUABLE ACCESS") is True


async def test_other_networks_photos_are_none_of_its_own(ok):
    """A VK photo's number means nothing here."""
    received = await ok.house.upload(toy(50, 50))
    commits = [Commit(receipt_id=one.id) for one in received.receipts]
    [photo] = await ok.house.service.commit(ADA, [WALL], commits)
    assert (await ok.error("photos.getPhotoInfo", photo_id=photo.id))[0] == 121


def test_every_family_of_errors_has_a_number_and_a_name():
    """A new leaf of the tree has OK's number on the day it is born."""
    families = {e.Refused, e.BadRequest, e.BadToken, e.FileRejected, e.Unavailable}
    assert families | {e.UploadError} <= CODES.keys()
    assert {*CODES.values(), *UPLOAD_CODES.values(), 513} <= NAMES.keys()
    assert [one.name for one in KINDS] == ["ok.photo", "ok.album", "ok.topic", "ok.moment"]
