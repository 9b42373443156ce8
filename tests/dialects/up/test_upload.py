"""``up.photos.upload``: which image, into which album, how it comes back."""

import asyncio

import pytest
from tests.dialects.up.lab import (
    AID,
    EIGHT,
    OTHER_SESSION,
    PICTURE,
    UPLOAD,
    arguments,
    build,
    read_xml,
    refusal,
    sign,
)

from threebath.core.errors import PhotoNotFound
from threebath.service.sweep import examine
from threebath.testing import toy

USER = 219_074


async def test_the_eight_fields_in_order(up):
    """In JSON and in XML; ids are the owner's in the upper half."""
    photo = await up.uploaded(caption="Under the sunset", aid=AID)
    assert photo["aid"] == AID
    assert photo["owner"] == str(USER)
    number = int(photo["pid"]) - (USER << 32)
    assert photo["link"] == f"http://up.test/photo/id/{number}"
    assert photo["caption"] == "Under the sunset"
    root = read_xml((await up.upload(format="XML", aid=AID)).text)
    assert root.tag == "photos_upload_response"
    assert [one.tag for one in root] == EIGHT
    assert root.findtext("caption") == ""
    assert int(root.findtext("pid")) == int(photo["pid"]) + 1


@pytest.mark.parametrize(
    ("source", "src", "big", "small"),
    [
        ((2000, 1000), (130, 65), (604, 302), (75, 37)),
        ((100, 50), (100, 50), (100, 50), (75, 37)),
        ((50, 2000), (3, 130), (15, 604), (6, 225)),
        ((640, 480), (130, 97), (604, 453), (75, 56)),
        ((1, 1), (1, 1), (1, 1), (1, 1)),
    ],
)
async def test_three_sizes_none_enlarged(up, source, src, big, small):
    """130 and 604 at most each way, 75 by 225; the short side is rounded."""
    photo = await up.uploaded(toy(*source))
    for name, size in (("src", src), ("src_big", big), ("src_small", small)):
        assert await up.bytes_at(photo[name]) == toy(*size)


@pytest.mark.parametrize(
    "part",
    [
        {"data": ("somefilename.jpg", PICTURE, "image/jpg")},
        {"_file": ("C:\\fakepath\\a.jpg", PICTURE, "application/octet-stream")},
        {"somefilename.jpg": ("a.jpg", PICTURE, "None")},
        {"Filedata": ('a"b.jpg', PICTURE)},
        {"data": ("../../../etc/passwd", PICTURE)},
        {"data": (None, PICTURE, "image/jpeg")},
        {"_file": (None, PICTURE)},
    ],
    ids=lambda part: next(iter(part)),
)
async def test_the_image_has_any_name(up, part):
    """What has a file's name is a file; so is ``_file``, and what has an image's type."""
    asked = arguments(UPLOAD)
    assert list((await up.send(asked, files=part)).json()) == EIGHT


async def test_an_image_that_came_as_text_is_missing(up):
    """Whether it was signed or not; 324 says what is wrong with it."""
    asked = arguments(UPLOAD)
    for signed in (asked, {**asked, "data": "raw"}):
        sent = {**asked, "data": "raw", "sig": sign(signed)}
        for how in (
            {"data": sent},
            {"files": {name: (None, value) for name, value in sent.items()}},
        ):
            code, words = refusal(await up.post(**how))
            assert code == 324
            assert "data came as text" in words


async def test_no_image_two_images_bad_images(up):
    """324; two are a wrong number of parameters, not a wrong image."""
    asked = arguments(UPLOAD)
    assert refusal(await up.send(asked))[0] == 324
    two = [("data", ("a.jpg", PICTURE)), ("data2", ("b.jpg", PICTURE))]
    assert refusal(await up.send(asked, files=two))[0] == 100
    for bad in (b"", b"text", toy(9, 9, "broken"), b"x" * (10 * 1024**2 + 1)):
        code, words = await up.refused(bad)
        assert code == 324
        assert words.startswith("Missing or invalid image file: ")
    assert not up.house.blobs.stored


async def test_an_empty_file_input_beside_the_image_is_passed_over(up):
    """Browsers send one for each input that was left empty."""
    asked = arguments(UPLOAD)
    head = 'Content-Disposition: form-data; name="{}"'
    parts = [f"{head.format(name)}\r\n\r\n{value}" for name, value in asked.items()]
    parts += [
        f"{head.format('sig')}\r\n\r\n{sign(asked)}",
        f'{head.format("other")}; filename=""\r\n\r\n',
        f'{head.format("data")}; filename="a.jpg"\r\n\r\n{PICTURE.decode()}',
    ]
    body = "".join(f"--b\r\n{one}\r\n" for one in parts) + "--b--\r\n"
    headers = {"content-type": "multipart/form-data; boundary=b"}
    answer = await up.post(content=body.encode(), headers=headers)
    assert list(answer.json()) == EIGHT


async def test_the_default_album_is_made_once(up):
    """For each application and user; it is named after the application."""
    first = await asyncio.gather(*(up.uploaded() for _ in range(5)))
    assert len({one["aid"] for one in first}) == 1
    other = await up.uploaded(session_key=OTHER_SESSION)
    assert other["aid"] != first[0]["aid"]
    await up.application()
    asked = arguments(UPLOAD, api_key="another", session_key="other-app")
    files = {"data": ("a.jpg", PICTURE)}
    third = (await up.send(asked, secret="its own", files=files)).json()
    assert third["aid"] not in (other["aid"], first[0]["aid"])
    albums = await up.ok("up.photos.getAlbums", uid=USER)
    assert [(one["name"], one["size"]) for one in albums] == [
        ("Under the sunset", 0),
        ("Sunset Photos", 5),
        ("Other Photos", 1),
    ]


async def test_an_album_takes_sixty(up):
    """Pending ones count; the next one is refused, and leaves nothing."""
    await asyncio.gather(*(up.uploaded(aid=AID) for _ in range(60)))
    code, words = await up.refused(aid=AID)
    assert (code, words) == (321, "Album is full: the album already holds 60 photos")
    await up.grant()
    assert (await up.refused(aid=AID))[0] == 321
    await assert_clean(up, 60)
    [album] = await up.ok("up.photos.getAlbums", aids=AID)
    assert album["size"] == 60


async def test_a_default_album_takes_a_thousand(up):
    """The next one is refused with the same number."""
    await up.grant()
    await up.uploaded()
    rows = up.house.memory.rows
    [album] = [one for one in rows.albums.values() if one.default_for]
    assert album.capacity == 1000
    for _ in range(999):
        await up.uploaded(toy(1, 1))
    assert (await up.refused())[0] == 321


async def test_two_hundred_at_once_leave_sixty(up):
    """And a hundred and forty refusals, each for the true reason."""
    answers = await asyncio.gather(*(up.upload(aid=AID) for _ in range(200)))
    found = [answer.json() for answer in answers]
    assert sum(list(one) == EIGHT for one in found) == 60
    assert [one["error_code"] for one in found if "error_code" in one] == [321] * 140
    await assert_clean(up, 60)


async def test_too_many_may_not_wait(up):
    """Sixty of an application and user, whichever album they are in; none is lost."""
    for _ in range(60):
        await up.uploaded()
    code, words = await up.refused()
    assert code == 325
    assert words.endswith("60 photos of this application wait for approval already")
    await up.uploaded(session_key=OTHER_SESSION)
    await up.grant()
    await up.uploaded()
    await assert_clean(up, 62)


async def test_eighty_at_once_leave_sixty_that_wait(up):
    """Though the album has room for more: the limit is exact; the rest leave nothing."""
    answers = await asyncio.gather(*(up.upload() for _ in range(80)))
    found = [answer.json() for answer in answers]
    assert sum(list(one) == EIGHT for one in found) == 60
    assert [one["error_code"] for one in found if "error_code" in one] == [325] * 20
    await assert_clean(up, 60)


async def assert_clean(up, photos):
    """After a sweep, exactly *photos* are left, with their blobs and nothing else."""
    await up.house.sweeper.sweep()
    found = await examine(up.house.memory.catalog, up.house.blobs)
    assert found.healthy
    assert found.assets == photos
    assert found.blobs == 3 * photos


@pytest.mark.parametrize(
    "aid",
    ["abc", "-1", "0", "1", "940915667462718", "9" * 19, str((8055 << 32) + 2058813)],
)
async def test_an_album_that_is_none_is_refused(up, aid):
    """Not a number, unknown, or the right number under another owner: 120."""
    assert (await up.refused(aid=aid))[0] == 120


async def test_another_s_album_is_refused(up):
    """Whoever has it, whatever the network."""
    theirs = await up.ok("up.photos.createAlbum", name="B", session_key=OTHER_SESSION)
    assert (await up.refused(aid=theirs["aid"]))[0] == 120
    on_vk = str((11 << 32) + up.house.album_id)
    assert (await up.refused(aid=on_vk))[0] == 120


async def test_pending_photos_are_their_owner_s_alone(up):
    """In lists and by address; approved, they are everybody's."""
    photo = await up.uploaded(aid=AID)
    bare = photo["src"].partition("?")[0]
    own = await up.ok("up.photos.get", aid=AID)
    assert [one["pid"] for one in own] == [photo["pid"]]
    others = {"session_key": OTHER_SESSION}
    assert await up.ok("up.photos.get", aid=AID, **others) == []
    assert await up.ok("up.photos.get", pids=photo["pid"], **others) == []
    assert [one["size"] for one in await up.ok("up.photos.getAlbums", aids=AID)] == [1]
    [seen] = await up.ok("up.photos.getAlbums", aids=AID, **others)
    assert (seen["size"], seen["cover_pid"]) == (0, "0")
    with pytest.raises(PhotoNotFound):
        await up.bytes_at(bare)
    assert await up.bytes_at(photo["src"])
    await up.house.memory.library.approve(int(photo["pid"]) - (USER << 32))
    assert await up.bytes_at(bare)
    [now] = await up.ok("up.photos.get", aid=AID, **others)
    assert (now["pid"], now["src"]) == (photo["pid"], bare)


async def test_with_the_permission_photos_are_seen_at_once(up):
    """By everybody, under an address that does not run out."""
    assert await up.ok("up.users.hasAppPermission", ext_perm="photo_upload") == 0
    await up.grant()
    assert await up.ok("up.users.hasAppPermission", ext_perm="photo_upload") == 1
    photo = await up.uploaded(aid=AID)
    assert "view" not in photo["src"]
    [seen] = await up.ok("up.photos.get", aid=AID, session_key=OTHER_SESSION)
    assert seen["pid"] == photo["pid"]


CAPTIONS = [
    "<&>\"' ]]> &amp;",
    "Под закатом 🌅",
    "a\nb\r\nc\td",
    "E=mc2, https://youtu.be/watch?v=abc",
    "я" * 51_200,
    "\u202eright to left",
]


@pytest.mark.parametrize("caption", CAPTIONS, ids=lambda one: one[:12])
async def test_captions_come_back(up, caption):
    """In both formats; multipart says line breaks as they are."""
    asked = arguments(UPLOAD, caption=caption)
    fields = {name: (None, value) for name, value in asked.items()}
    sent = {**fields, "sig": (None, sign(asked)), "data": ("a.jpg", PICTURE)}
    assert (await up.post(files=sent)).json()["caption"] == caption
    root = read_xml((await up.upload(caption=caption, format="XML")).text)
    assert root.findtext("caption") == caption


async def test_what_no_answer_can_carry_is_replaced(up):
    """NUL and other controls; the signature is of what was sent."""
    assert (await up.uploaded(caption="a\x00b\x08c"))["caption"] == "a\ufffdb\ufffdc"


async def test_a_caption_beyond_all_measure_is_refused(up):
    """With 100, before anything is kept of it."""
    assert (await up.refused(caption="x" * 300_000))[0] == 100


async def test_a_body_without_end_is_cut_off(up):
    """After 64 MiB nobody listens; the reason is the image, where one came."""

    async def endless(head):
        yield head
        for _ in range(70):
            yield bytes(1024**2)

    kind = {"content-type": "multipart/form-data; boundary=b"}
    head = b'--b\r\nContent-Disposition: form-data; name="data"'
    for filename, words in (
        (b'; filename="a"', "the file is larger"),
        (b"", "bytes in one"),
    ):
        content = endless(head + filename + b"\r\n\r\n")
        answer = await up.post(content=content, headers=kind)
        code = "324" if filename else "100"
        assert read_xml(answer.text).findtext("error_code") == code
        assert words in answer.text


async def test_user_and_session_exclude_each_other(up):
    """Facebook's rule: a call acts for a session, or for a user, not both."""
    assert (await up.refused(uid=USER))[0] == 100


async def test_nothing_is_received_for_a_forged_call(up):
    """Neither rendered nor stored: the body is read to its end, and no more."""
    asked = {**arguments(UPLOAD), "sig": "0" * 32}
    answer = await up.send(asked, files={"data": ("a.jpg", PICTURE)})
    assert refusal(answer)[0] == 104
    assert not up.house.renderer.options
    assert not up.house.memory.rows.assets


async def test_a_failing_store_is_ours(up):
    """2: the service is not available; nothing half-made stays."""
    assert (await up.refused(toy(9, 9, "deadly")))[0] == 2
    up.house.renderer.options = None  # a bug of ours
    assert (await up.refused())[0] == 2
    assert [where for where, _ in up.house.notes.failures] == ["up call"] * 2
    await assert_clean(up, 0)


async def test_the_strict_profile_has_the_document_s_numbers(tmp_path):
    """Full, missing and bad are 100, each with words of its own."""
    async with build(tmp_path, up_profile="strict") as up:
        told = {await up.refused(b"text"), await up.refused(b"")}
        told.add(refusal(await up.send(arguments(UPLOAD))))
        for _ in range(60):
            await up.uploaded(aid=AID)
        told.add(await up.refused(aid=AID))
        await up.uploaded()
        assert {code for code, _ in told} == {100}
        assert len({words for _, words in told}) == 4
        assert (await up.refused(aid="1"))[0] == 120
