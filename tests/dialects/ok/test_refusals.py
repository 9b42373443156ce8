"""Calls and uploads that must not go through: each with OK's code, and a reason."""

import json
from urllib.parse import quote

import pytest
from tests.dialects.ok.lab import PICTURE, told
from tests.service.house import ADA, HERE, WALL

from threebath.service.ports import TokenDraft
from threebath.service.sweep import examine
from threebath.testing import toy

MIB = 1024 * 1024


async def _nothing_left(ok):
    await ok.house.sweeper.sweep()
    findings = await examine(ok.house.memory.catalog, ok.house.blobs)
    assert (findings.assets, findings.blobs) == (0, 0)


FILES = {
    "bytes": (toy(99, 99) + b" " * 20 * MIB, 500, "PHOTO_SIZE_LIMIT_EXCEEDED"),
    "too small": (toy(15, 400), 501, "PHOTO_SIZE_TOO_SMALL"),
    "side too big": (toy(10_001, 20), 502, "PHOTO_SIZE_TOO_BIG"),
    "area too big": (toy(9_000, 9_000), 502, "PHOTO_SIZE_TOO_BIG"),
    "not recognised": (b"just some text", 503, "PHOTO_INVALID_FORMAT"),
    "a chosen empty file": (b"", 503, "PHOTO_INVALID_FORMAT"),
    "broken": (toy(640, 480, "broken"), 504, "PHOTO_IMAGE_CORRUPTED"),
}


@pytest.mark.parametrize(("content", "code", "name"), FILES.values(), ids=FILES)
async def test_a_bad_file_is_refused_by_its_true_cause(ok, content, code, name):
    """The six documented names; a good file beside it is not kept either."""
    issued = await ok.ok("photosV2.getUploadUrl", count=2)
    found = told(await ok.send(issued["upload_url"], PICTURE, content))
    assert (found[0], found[1].startswith(f"{name} : ")) == (code, True), found
    await _nothing_left(ok)
    assert len((await ok.send(issued["upload_url"], PICTURE)).json()["photos"]) == 1


BODIES = {
    "no parts": (b"--b--\r\n", "multipart/form-data; boundary=b", 505),
    "only fields": (
        b'--b\r\nContent-Disposition: form-data; name="a"\r\n\r\n1\r\n--b--',
        "multipart/form-data; boundary=b",
        505,
    ),
    "raw bytes": (PICTURE, "application/octet-stream", 21),
    "raw bytes without a type": (PICTURE, "", 21),
    "a form of fields": (b"pic1=x", "application/x-www-form-urlencoded", 21),
    "no boundary": (PICTURE, "multipart/form-data", 324),
    "another boundary": (b"--c\r\n\r\n", "multipart/form-data; boundary=b", 324),
    "cut off": (
        b'--b\r\nContent-Disposition: form-data; name="a"; filename="a.jpg"\r\n\r\ntoy',
        "multipart/form-data; boundary=b",
        324,
    ),
    "empty": (b"", "multipart/form-data; boundary=b", 324),
}


@pytest.mark.parametrize(("body", "kind", "code"), BODIES.values(), ids=BODIES)
async def test_a_body_without_pictures_says_what_it_is(ok, body, kind, code):
    """Nothing in it, no multipart, or no multipart that can be read."""
    issued = await ok.ok("photosV2.getUploadUrl")
    headers = {"Content-Type": kind} if kind else {}
    answer = await ok.send(issued["upload_url"], content=body, headers=headers)
    assert told(answer)[0] == code
    await _nothing_left(ok)


async def test_looking_at_an_address_sends_no_picture(ok):
    """A browser's GET is answered, and changes nothing."""
    issued = await ok.ok("photosV2.getUploadUrl")
    assert told(await ok.http.get(issued["upload_url"]))[0] == 505


async def test_more_parts_than_ids_are_too_many(ok):
    """And none of them is kept."""
    issued = await ok.ok("photosV2.getUploadUrl", count=2)
    code, text = told(await ok.send(issued["upload_url"], *[PICTURE] * 3))
    assert (code, "at most 2" in text) == (100, True)
    await _nothing_left(ok)


async def test_an_address_expires_and_keeps_its_ids_to_itself(ok):
    """102 when it is stale, 103 when it was touched, 121 for ids of another address."""
    issued = await ok.ok("photosV2.getUploadUrl", count=2)
    other = await ok.ok("photosV2.getUploadUrl")
    [first, second], address = issued["photo_ids"], issued["upload_url"]
    base = address.partition("&photoIds=")[0]
    touched = base[:-1] + ("A" if base[-1] != "A" else "B")
    cases = {
        f"{touched}&photoIds={quote(first)}": 103,
        f"/uploadImage?photoIds={quote(first)}": 103,
        f"/uploadImage?apiToken=%00&photoIds={quote(first)}": 103,
        base: 121,
        f"{base}&photoIds=": 121,
        f"{base}&photoIds=${{photoIds}}": 121,
        f"{base}&photoIds={quote(other['photo_ids'][0])}": 121,
        f"{base}&photoIds={quote(first)},{quote(other['photo_ids'][0])}": 121,
        f"{base}&photoIds={quote(first)},{quote(first)}": 121,
        f"{base}&photoIds={quote(first[:-3] + 'B==')}": 121,
        f"{base}&photoIds={quote(first.lower())}": 121,
    }
    for where, code in cases.items():
        assert told(await ok.send(where, PICTURE))[0] == code, where
    ok.house.clock.forward(days=1)
    code, text = told(await ok.send(address, PICTURE))
    assert (code, "expired at" in text, second in text) == (102, True, False)


async def test_another_networks_address_is_refused(ok):
    """A ticket that VK's methods gave out opens nothing here."""
    ticket = await ok.house.service.issue(ADA, WALL, HERE)
    where = f"/uploadImage?apiToken={ticket.seal(ok.keys)}&photoIds=a"
    assert told(await ok.send(where, PICTURE))[0] == 103


ISSUES = {
    "foreign album": ({"aid": "group"}, 512, "PHOTO_ALBUM_NOT_BELONGS_TO_USER"),
    "another network's album": ({"aid": "vk"}, 512, "PHOTO_ALBUM_NOT_BELONGS_TO_USER"),
    "not the group's album": (
        {"gid": "53001", "aid": "own"},
        513,
        "PHOTO_ALBUM_NOT_BELONGS_TO_GROUP",
    ),
    "unknown album": ({"aid": "999"}, 120, "PARAM_ALBUM_ID"),
    "nonsense album": ({"aid": "x y"}, 120, "PARAM_ALBUM_ID"),
    "unknown group": ({"gid": "999"}, 160, "PARAM_GROUP_ID : Invalid group_id [999]"),
    "nonsense group": ({"gid": "x"}, 160, "PARAM_GROUP_ID : Invalid group_id [x]"),
    "somebody's group": ({"gid": "7"}, 50, "NOT_ADMIN"),
    "somebody else": ({"uid": "456"}, 110, "PARAM_USER_ID : Invalid uid"),
    "one size too long": (
        {"sizes": "[1, 99999999]", "count": "2"},
        500,
        "PHOTO_SIZE_LIMIT",
    ),
    "the largest too long": ({"sizes": "99999999", "count": "3"}, 500, "PHOTO_SIZE_LIMIT"),
    "sizes for another count": ({"sizes": "1,2", "count": "3"}, 100, "PARAM : sizes"),
    "sizes of no number": ({"sizes": "a"}, 100, "PARAM : sizes"),
    "a doubtful flag": ({"placeholders": "perhaps"}, 100, "PARAM : placeholders"),
}


@pytest.mark.parametrize(("asked", "code", "words"), ISSUES.values(), ids=ISSUES)
async def test_step_one_refuses_what_cannot_be(ok, asked, code, words):
    """Whose album, whose group, how long; before a byte is sent."""
    named = {
        "own": ok.world["album_id"],
        "group": ok.world["group_album_id"],
        "vk": str(ok.house.album_id),
    }
    asked = {name: named.get(one, one) for name, one in asked.items()}
    found = await ok.error("photosV2.getUploadUrl", **asked)
    assert (found[0], found[1].startswith(words)) == (code, True), found


async def test_sizes_that_fit_are_let_through(ok):
    """As a list with commas or as JSON; none, one, or as many as photos."""
    for sizes in ("", "1", "[133389, 103100]", "133389,103100", '["1","2"]'):
        assert await ok.ok("photosV2.getUploadUrl", count=2, sizes=sizes)


async def test_a_group_takes_its_own_permission(ok):
    """GROUP_CONTENT, named in the answer."""
    draft = TokenDraft(
        token=ok.world["access_token"],
        app_id=512_000_000_001,
        user_id=123,
        permissions=frozenset({"PHOTO_CONTENT"}),
    )
    await ok.house.memory.registry.add_token(draft)
    for method, asked in (
        ("photosV2.getUploadUrl", {"gid": "53001"}),
        ("mediatopic.post", {"gid": "53001", "attachment": "{}"}),
        ("group.setMainPhoto", {"group_id": "53001", "photo_id": "1"}),
    ):
        answer = await ok.raw(method, **asked)
        assert told(answer)[0] == 10
        assert answer.json()["error_data"] == "group_content"
    for method in ("photos.getAlbums", "photos.createAlbum", "mediatopic.post"):
        assert (await ok.error(method, title="t", attachment="{}"))[0] == 10


COMMITS = {
    "nothing": ({}, 100),
    "no token": ({"photo_id": "x"}, 100),
    "no JSON": ({"photos": "[{"}, 100),
    "deep JSON": ({"photos": "[" * 100_000}, 100),
    "an object": ({"photos": "{}"}, 100),
    "an empty list": ({"photos": "[]"}, 100),
    "a list of strings": ({"photos": '["a"]'}, 100),
    "no token in it": ({"photos": '[{"photo_id":"a"}]'}, 100),
    "numbers in it": ({"photos": '[{"photo_id":1,"token":2}]'}, 100),
    "too many": ({"photos": json.dumps([{"photo_id": "a", "token": "b"}] * 101)}, 100),
    "an unknown id": ({"photo_id": "A" * 56, "token": "B" * 128}, 121),
    "a short id": ({"photos": '[{"photo_id":"a","token":"t"}]'}, 121),
    "not base64": ({"photo_id": "é" * 56, "token": "B" * 128}, 121),
    "half a character": ({"photos": '[{"photo_id":"\\ud800","token":"t"}]'}, 121),
}


@pytest.mark.parametrize("method", ["photosV2.commit", "moments.commit"])
@pytest.mark.parametrize(("asked", "code"), COMMITS.values(), ids=COMMITS)
async def test_a_commit_of_nonsense_is_refused_as_a_whole(ok, method, asked, code):
    """A single photo's failure is the call's; a malformed call commits nothing."""
    assert (await ok.error(method, **asked))[0] == code


async def test_a_commit_needs_the_right_token_and_the_right_caller(ok):
    """Another photo's token, a moment's, a forged one, another user's, a text too long."""
    (first, t1), (second, t2) = await ok.upload(PICTURE, PICTURE)
    [moment] = await ok.upload(method="moments.getUploadUrl")
    flipped = t1[:5] + ("A" if t1[5] != "A" else "B") + t1[6:]
    for photo_id, token, code in (
        (first, t2, 121),
        (second, t1, 121),
        (first, flipped, 100),
        (first, t1.lower(), 100),
        (first, "", 100),
        (*moment, 100),
    ):
        found = await ok.error("photosV2.commit", photo_id=photo_id, token=token)
        assert found[0] == code
    assert (await ok.error("moments.commit", photo_id=first, token=t1))[0] == 100
    asked = {"photo_id": first, "token": t1}
    assert (await ok.error("photosV2.commit", comment="x" * 2201, **asked))[0] == 601
    await ok.house.memory.registry.grant(512_000_000_001, 456, "PHOTO_CONTENT")
    code, text = await ok.error("photosV2.commit", "app", uid=456, **asked)
    assert (code, "made for user 123" in text) == (100, True)
    assert (await ok.ok("photosV2.commit", **asked))["photos"]


async def test_every_character_of_a_token_counts(ok):
    """Nothing about it can be changed, not even unused bits."""
    [(photo_id, token)] = await ok.upload()
    for at in range(len(token)):
        bad = token[:at] + ("A" if token[at] != "A" else "B") + token[at + 1 :]
        found = await ok.error("photosV2.commit", photo_id=photo_id, token=bad)
        assert found[0] == 100


async def test_all_moments_fail_with_one(ok):
    """No status of each is documented: all of them, or an error."""
    pairs = await ok.upload(method="moments.getUploadUrl")
    bad = [{"photo_id": one, "token": token} for one, token in pairs]
    bad.append({"photo_id": pairs[0][0], "token": "x"})
    assert (await ok.error("moments.commit", photos=json.dumps(bad)))[0] == 100
    photos = ok.house.memory.rows.photos
    assert photos == {}
    assert (await ok.error("moments.getUploadUrl", type="MOVIE"))[0] == 100


async def test_what_was_swept_or_deleted_is_not_committed(ok):
    """Too late is told as such, and a deleted photo does not come back."""
    [(photo_id, token)] = await ok.upload()
    [pair] = await ok.upload()
    [done] = await ok.commit(pair)
    await ok.ok("photos.deletePhoto", photo_id=done["assigned_photo_id"])
    asked = {"photo_id": pair[0], "token": pair[1]}
    code, text = await ok.error("photosV2.commit", **asked)
    assert (code, "deleted" in text) == (100, True)
    ok.house.clock.forward(days=1, minutes=5)
    await ok.house.sweeper.sweep()
    code, text = await ok.error("photosV2.commit", photo_id=photo_id, token=token)
    assert (code, "expired" in text) == (100, True)


PHOTO = {"type": "photo"}

TOPICS = {
    "no attachment": (None, 100),
    "no JSON": ("{", 100),
    "a list": ("[]", 100),
    "no media": ("{}", 100),
    "empty media": ('{"media":[]}', 100),
    "media of strings": ('{"media":["a"]}', 100),
    "an unknown block": ('{"media":[{"type":"movie-app"}]}', 100),
    "a block of no type": ('{"media":[{"type":[]}]}', 100),
    "text of no text": ('{"media":[{"type":"text","text":1}]}', 100),
    "a photo list of none": ('{"media":[{"type":"photo","list":[]}]}', 100),
    "a photo without id": ('{"media":[{"type":"photo","list":[{}]}]}', 121),
    "a photo of a number": ('{"media":[{"type":"photo","list":[7]}]}', 121),
    "a photo of a list": ('{"media":[{"type":"photo","list":[{"id":[]}]}]}', 121),
    "a photo of true": ('{"media":[{"type":"photo","list":[{"photoId":true}]}]}', 121),
    "a photo that is not there": (
        '{"media":[{"type":"photo","list":[{"photoId":7}]}]}',
        121,
    ),
    "a forged token": ('{"media":[{"type":"photo","list":[{"id":"x"}]}]}', 100),
    "too many blocks": (json.dumps({"media": [{"type": "text", "text": "a"}] * 101}), 600),
    "too long a text": (
        json.dumps({"media": [{"type": "text", "text": "a" * 16_001}] * 2}),
        601,
    ),
    "a link to a script": (
        '{"media":[{"type":"link","url":"javascript:alert(1)"}]}',
        607,
    ),
    "one answer": (
        '{"media":[{"type":"poll","question":"?","answers":[{"text":"a"}]}]}',
        603,
    ),
    "answers of no text": (
        '{"media":[{"type":"poll","question":"?","answers":[1,2]}]}',
        603,
    ),
    "answers of no list": ('{"media":[{"type":"poll","question":"?"}]}', 603),
    "too long a question": (
        json.dumps({"media": [{"type": "poll", "question": "?" * 401}]}),
        602,
    ),
    "too long an answer": (
        json.dumps(
            {"media": [{"type": "poll", "question": "?", "answers": [{"text": "a" * 101}]}]}
        ),
        604,
    ),
}


@pytest.mark.parametrize(("attachment", "code"), TOPICS.values(), ids=TOPICS)
async def test_a_topic_that_cannot_be_is_refused(ok, attachment, code):
    """By what is wrong with it; nothing is posted."""
    assert (await ok.error("mediatopic.post", attachment=attachment))[0] == code
    assert ok.house.memory.rows.posts == {}


async def test_a_picture_is_named_once_and_in_one_way(ok):
    """By token or by photo id, never both; a step-1 id is no photo id."""
    [(photo_id, token)] = await ok.upload()
    done = await ok.photo()
    for listed in (
        [{"id": token, "photoId": photo_id}],
        [{"id": token}, {"photoId": photo_id}],
        [{"photoId": photo_id}],
        [{"id": token}, {"id": token}],
        [{"photoId": done}, {"photoId": f"0{done}"}],
    ):
        attachment = ok.topic({"type": "photo", "list": listed})
        assert (await ok.error("mediatopic.post", attachment=attachment))[0] == 121
    assert len(ok.house.memory.rows.photos) == 1


async def test_a_topic_has_room_for_a_hundred_pictures_and_for_ones_own(ok):
    """600 for more; 121 for what belongs to a group that the topic is not for."""
    listed = [{"photoId": str(number)} for number in range(101)]
    attachment = ok.topic({"type": "photo", "list": listed})
    assert (await ok.error("mediatopic.post", attachment=attachment))[0] == 600
    groups = await ok.photo(gid="53001")
    attachment = ok.topic({"type": "photo", "list": [{"photoId": groups}]})
    code, text = await ok.error("mediatopic.post", attachment=attachment)
    assert (code, "somebody else's" in text) == (121, True)
    assert await ok.ok("mediatopic.post", attachment=attachment, gid="53001")


async def test_a_token_is_for_one_topic_or_one_commit(ok):
    """A second, different topic with the same token is refused; so is a committed one."""
    (first, t1), (second, t2) = await ok.upload(PICTURE, PICTURE)

    def topic(token, text):
        photo = {"type": "photo", "list": [{"id": token}]}
        return ok.topic({"type": "text", "text": text}, photo)

    assert await ok.ok("mediatopic.post", attachment=topic(t1, "one"))
    code, text = await ok.error("mediatopic.post", attachment=topic(t1, "two"))
    assert (code, "used before" in text) == (100, True)
    await ok.commit((second, t2))
    assert (await ok.error("mediatopic.post", attachment=topic(t2, "x")))[0] == 100
    assert [one["status"] for one in await ok.commit((first, t1), (second, t2))] == [
        "SUCCESS",
        "SUCCESS",
    ]


async def test_topics_go_where_the_caller_may_write(ok):
    """Types need groups and groups types; one group's photo is not another's."""
    attachment = ok.topic({"type": "text", "text": "x"})
    for asked, code in (
        ({"type": "GROUP_THEME"}, 100),
        ({"type": "USER", "gid": "53001"}, 100),
        ({"type": "NONSENSE"}, 100),
        ({"gid": "7"}, 50),
        ({"gid": "999"}, 160),
        ({"uid": "456"}, 110),
    ):
        found = await ok.error("mediatopic.post", attachment=attachment, **asked)
        assert found[0] == code, asked
    [(_, token)] = await ok.upload(gid="53001")
    photo = ok.topic({"type": "photo", "list": [{"id": token}]})
    code, text = await ok.error("mediatopic.post", attachment=photo, gid="7")
    assert code == 50
    await _administer_also_the_club(ok)
    code, text = await ok.error("mediatopic.post", attachment=photo, gid="7")
    assert (code, "made for owner -53001" in text) == (100, True)


async def _administer_also_the_club(ok):
    [club] = await ok.house.memory.accounts.communities([7])
    await ok.house.memory.registry.add_community(club, [123])


async def test_others_photos_stay_as_they_are(ok):
    """24 for what is somebody else's; 121 for what is not there; 100 without a name."""
    gid = "53001"
    groups = await ok.photo(gid=gid)
    mine = await ok.photo()
    for method in ("photos.editPhoto", "photos.deletePhoto"):
        assert (await ok.error(method, photo_id=groups))[0] == 24
        assert (await ok.error(method, photo_id=mine, gid=gid))[0] == 24
        assert (await ok.error(method, photo_id="999"))[0] == 121
        assert (await ok.error(method, photo_id="A" * 54 + "=="))[0] == 121
        assert (await ok.error(method))[0] == 100
    for name, code in ((mine, 24), ("999", 121), ("A" * 54 + "==", 121)):
        asked = {"group_id": gid, "photo_id": name}
        assert (await ok.error("group.setMainPhoto", **asked))[0] == code
    assert (await ok.error("group.setMainPhoto", photo_id=mine))[0] == 100
    assert (await ok.error("photos.getPhotoInfo", photo_id=mine, gid=gid))[0] == 121
    long = "x" * 2201
    assert (await ok.error("photos.editPhoto", photo_id=mine, description=long))[0] == 601


async def test_a_step_one_id_without_one_upload_is_no_main_photo(ok):
    """Nothing was sent, or more than once, so that nobody knows which."""
    gid = "53001"
    issued = await ok.ok("photosV2.getUploadUrl", gid=gid)
    asked = {"group_id": gid, "photo_id": issued["photo_ids"][0]}
    for words in ("nothing was", None, "several files were"):
        if words:
            code, text = await ok.error("group.setMainPhoto", **asked)
            assert (code, words in text) == (121, True)
        await ok.send(issued["upload_url"], PICTURE)


LISTS = {
    "no album": ({"aid": "999"}, 120),
    "nonsense": ({"aid": "nonsense"}, 120),
    "foreign": ({"aid": "group"}, 512),
    "another network's": ({"aid": "vk"}, 120),
    "not the group's": ({"aid": "own", "gid": "53001"}, 513),
    "too many": ({"count": "101"}, 100),
    "nonsense anchor": ({"anchor": "x"}, 100),
}


@pytest.mark.parametrize(("asked", "code"), LISTS.values(), ids=LISTS)
async def test_lists_that_cannot_be_are_refused(ok, asked, code):
    """Whose album it is, and how many at a time."""
    named = {"own": ok.world["album_id"], "group": ok.world["group_album_id"]}
    named["vk"] = str(ok.house.album_id)
    asked = {name: named.get(one, one) for name, one in asked.items()}
    assert (await ok.error("photos.getPhotos", **asked))[0] == code


async def test_helpers_need_what_they_need(ok):
    """Missing and nonsense parameters of the smaller methods."""
    for method, asked, code in (
        ("photos.getInfo", {}, 100),
        ("photos.getInfo", {"photo_ids": ",".join(["1"] * 101)}, 100),
        ("photos.getInfo", {"photo_ids": "A" * 54 + "=="}, 121),
        ("photos.createAlbum", {}, 100),
        ("photos.createAlbum", {"title": "x" * 256}, 100),
        ("photos.createAlbum", {"title": "x", "type": "a b"}, 100),
        ("photos.createAlbum", {"title": "x", "gid": "7"}, 50),
        ("users.hasAppPermission", {}, 100),
        ("sdk.init", {"session_data": "[]"}, 100),
    ):
        assert (await ok.error(method, **asked))[0] == code, (method, asked)


async def test_failures_of_ours_are_2_and_lose_nothing(ok):
    """The sandbox dies: the client hears of it as of a service that is away for now."""
    issued = await ok.ok("photosV2.getUploadUrl")
    answer = await ok.http.post(
        issued["upload_url"], files={"pic1": ("a.jpg", toy(99, 99, "deadly"))}
    )
    assert told(answer) == (2, "SERVICE : Service is temporary unavailable")
    assert len(ok.house.notes.failures) == 1
