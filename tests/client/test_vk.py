"""VK's kinds and steps against what the real network answers."""

import httpx
import pytest
from tests.client.replay import html, jpeg, png, write
from tests.client.vk_answers import CASES, PHOTO_REPLY, PHOTOS, UPLOAD, photo, server

from threebath.client import VK, Batch
from threebath.client import errors as e
from threebath.client.vk.kinds import ALBUM, WALL


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
async def test_every_kind_is_one_call(vk, replay, tmp_path, case):
    """Address, upload, save: the methods, fields and parameters that VK documents."""
    replay.on(case.issue, case.issued).on("upload", case.reply)
    if case.save:
        replay.on(case.save, {"response": case.saved})
    path = write(tmp_path, case.file, case.content)

    result = await case.call(vk, path)
    if isinstance(result, Batch):
        (result,) = result.check()

    assert getattr(result, "attachment", "") == case.attachment
    issued, sent, *saved = replay.calls
    assert case.params.items() <= issued.fields.items()
    assert [(name, content) for name, _, _, content in sent.files] == [
        (case.field, case.content)
    ]
    assert sent.files[0][1] == case.file
    assert all(case.given.items() <= one.fields.items() for one in saved)
    assert sent.url == UPLOAD
    assert "secret-token" not in sent.url + str(sent.headers) + str(sent.fields)


def test_all_thirteen_kinds_are_here():
    """VK has thirteen kinds; documents and stories count twice or thrice."""
    methods = {case.issue for case in CASES}
    assert len(methods) == 15
    assert len(CASES) == 17


async def test_the_three_steps_one_by_one(vk, replay, tmp_path):
    """Whoever wants to see between the steps may take them singly."""
    replay.on("photos.getWallUploadServer", server()).on("upload", PHOTO_REPLY)
    replay.on("photos.saveWallPhoto", {"response": [photo()]})

    address = await vk.issue(WALL, {"group_id": 7})
    reply = await vk.send(address, [write(tmp_path)])
    (saved,) = await vk.save(reply, {"caption": "hello"})

    assert saved.sizes[-1].width == 604
    assert saved.url == "https://m.example/x.jpg"
    assert replay.calls[-1].fields["group_id"] == "7"
    assert replay.calls[-1].fields["caption"] == "hello"


async def test_an_album_goes_five_to_a_request_with_one_address(vk, replay, tmp_path):
    """Seven photos are two uploads and two saves, and one address serves both."""
    paths = [write(tmp_path, f"{n}.jpg") for n in range(7)]

    def taken(call):
        return {
            "server": 7,
            "photos_list": str([0] * len(call.files)),
            "aid": 5,
            "hash": str(len(call.files)),
        }

    def saved(call):
        return {"response": [photo(n) for n in range(int(call.fields["hash"]))]}

    replay.on("photos.getUploadServer", server()).on("upload", taken, taken)
    replay.on("photos.save", saved, saved)

    batch = await vk.upload_photos(paths, album=5)

    assert len(batch.values) == 7
    assert sorted(len(call.files) for call in replay.of("upload")) == [2, 5]
    fields = [[name for name, *_ in call.files] for call in replay.of("upload")]
    assert ["file1", "file2", "file3", "file4", "file5"] in fields


async def test_kinds_of_one_method_have_each_their_own_address(vk, replay, tmp_path):
    """Documents and drawings for one peer differ only in a parameter."""
    second = UPLOAD.replace("c1", "c2")
    replay.on("docs.getMessagesUploadServer", server(), server(upload_url=second))
    replay.on("upload", {"file": "d"}, {"file": "g"})
    drawing = {"id": 8, "owner_id": 66, "url": "u", "width": 1, "height": 1}
    document = {"id": 9, "owner_id": 66, "title": "cat.png", "size": 3, "ext": "png"}
    replay.on(
        "docs.save",
        {"response": {"type": "doc", "doc": document}},
        {"response": {"type": "graffiti", "graffiti": drawing}},
    )
    path = write(tmp_path, "cat.png", png())

    await vk.upload_message_document(path, peer=5)
    await vk.upload_graffiti(path, peer=5)

    assert [call.url for call in replay.of("upload")] == [UPLOAD, second]


async def test_some_of_a_request_are_refused(vk, replay, tmp_path):
    """VK lists only the good ones; each is then sent alone, so each has its verdict."""
    paths = [write(tmp_path, f"{n}.jpg", jpeg(640, 480, 80 * n)) for n in range(3)]
    bad = paths[1].read_bytes()

    def taken(call):
        good = [0 for *_, content in call.files if content != bad]
        listed = str(good) if good else ""
        return {"server": 7, "photos_list": listed, "aid": 5, "hash": "h"}

    replay.on("photos.getUploadServer", server()).on("upload", *[taken] * 4)
    replay.on("photos.save", {"response": [photo(1)]}, {"response": [photo(3)]})

    batch = await vk.upload_photos(paths, album=5)

    assert [one.path for one in batch.failed] == [str(paths[1])]
    assert isinstance(batch.failed[0].error, e.UploadRefused)
    assert [one.id for one in batch.values] == [1, 3]
    with pytest.raises(e.UploadRefused):
        batch.check()


async def test_an_album_that_says_less_than_it_took_is_uncertain(vk, replay, tmp_path):
    """An opaque list and too few photos: it is not known which, so nothing is repeated."""
    paths = [write(tmp_path, f"{n}.jpg") for n in range(2)]
    reply = {"server": 7, "photos_list": "opaque", "aid": 5, "hash": "h"}
    replay.on("photos.getUploadServer", server()).on("upload", reply)
    replay.on("photos.save", {"response": [photo()]})

    batch = await vk.upload_photos(paths, album=5)

    assert [type(one.error) for one in batch.outcomes] == [e.Uncertain, e.Uncertain]


def refused(code, text="no", **more):
    """VK's envelope of an error."""
    return {"error": {"error_code": code, "error_msg": text, **more}}


@pytest.mark.parametrize(
    ("code", "kind"),
    [
        (5, e.TokenRefused),
        (27, e.TokenRefused),
        (7, e.PermissionMissing),
        (9, e.LimitReached),
        (29, e.LimitReached),
        (300, e.LimitReached),
        (129, e.UploadRefused),
        (121, e.NetworkError),
        (114, e.NetworkError),
    ],
)
async def test_a_refusal_is_raised_with_its_code_and_is_not_repeated(
    vk, replay, tmp_path, code, kind
):
    """What will not pass is said at once."""
    replay.on("photos.getWallUploadServer", refused(code, "Told by VK"))

    with pytest.raises(kind, match=rf"getWallUploadServer: error {code}: Told") as caught:
        await vk.upload_wall_photo(write(tmp_path))

    assert caught.value.code == code
    assert "secret-token" not in str(caught.value)


async def test_our_reason_comes_along(vk, replay, tmp_path):
    """What a threebath server says in its header stands in the error."""
    headers = {"X-Threebath-Reason": "made for owner -7"}
    answer = httpx.Response(200, json=refused(121, "Invalid hash"), headers=headers)
    replay.on("photos.getWallUploadServer", server()).on("upload", PHOTO_REPLY)
    replay.on("photos.saveWallPhoto", answer)

    with pytest.raises(e.NetworkError, match=r"Invalid hash .made for owner -7.") as caught:
        await vk.upload_wall_photo(write(tmp_path))

    assert caught.value.reason == "made for owner -7"


@pytest.mark.parametrize("code", [1, 6, 10])
async def test_a_busy_network_is_asked_again(vk, replay, tmp_path, code):
    """Getting an address leaves nothing behind, so it is repeated after a pause."""
    replay.on("photos.getWallUploadServer", refused(code), refused(code), server())
    replay.on("upload", PHOTO_REPLY)
    replay.on("photos.saveWallPhoto", {"response": [photo()]})

    assert (await vk.upload_wall_photo(write(tmp_path))).id == 1

    assert len(replay.slept) == 2
    assert replay.slept[1] > 0


async def test_too_fast_a_save_is_repeated_even_at_vk(vk, replay, tmp_path):
    """Error 6 says that nothing was done."""
    replay.on("photos.getWallUploadServer", server()).on("upload", PHOTO_REPLY)
    replay.on("photos.saveWallPhoto", refused(6), {"response": [photo()]})

    assert (await vk.upload_wall_photo(write(tmp_path))).id == 1


@pytest.mark.parametrize(
    "trouble",
    [
        httpx.ReadError("reset"),
        httpx.ReadTimeout("slow"),
        httpx.RemoteProtocolError("peer closed connection without sending complete body"),
        html(502),
        httpx.Response(200, text='{"response": [{"id'),
        refused(10),
        refused(1),
    ],
    ids=["reset", "stalled", "truncated", "502", "half", "code 10", "code 1"],
)
async def test_a_save_without_a_clear_answer_is_never_repeated_at_vk(
    vk, replay, tmp_path, trouble
):
    """VK may have saved it; a second try could be a second photo."""
    replay.on("photos.getWallUploadServer", server()).on("upload", PHOTO_REPLY)
    replay.on("photos.saveWallPhoto", trouble)

    with pytest.raises(e.Uncertain, match="it is not known whether"):
        await vk.upload_wall_photo(write(tmp_path))


async def test_a_save_that_was_never_sent_is_repeated_at_vk(vk, replay, tmp_path):
    """No connection, so nothing was done."""
    replay.on("photos.getWallUploadServer", server()).on("upload", PHOTO_REPLY)
    lost = httpx.ConnectError("refused")
    replay.on("photos.saveWallPhoto", lost, {"response": [photo()]})

    assert (await vk.upload_wall_photo(write(tmp_path))).id == 1


async def test_a_save_is_repeated_where_that_makes_nothing_new(own_vk, replay, tmp_path):
    """A threebath server answers a repeated save with the same photo."""
    replay.on("photos.getWallUploadServer", server()).on("upload", PHOTO_REPLY)
    lost = httpx.ReadError("reset")
    replay.on("photos.saveWallPhoto", lost, html(504), {"response": [photo()]})

    assert (await own_vk.upload_wall_photo(write(tmp_path))).id == 1


async def test_an_upload_is_repeated_because_what_is_not_saved_vanishes(
    vk, replay, tmp_path
):
    """The whole file is sent again, from its first byte."""
    replay.on("photos.getWallUploadServer", server())
    replay.on("upload", httpx.WriteError("reset"), html(502), PHOTO_REPLY)
    replay.on("photos.saveWallPhoto", {"response": [photo()]})

    await vk.upload_wall_photo(write(tmp_path))

    assert {len(call.files[0][3]) for call in replay.of("upload")} == {len(jpeg())}


async def test_a_video_whose_answer_was_lost_is_there(own_vk, replay, tmp_path):
    """The second file for one address is refused, so the first one came through."""
    issued = {"upload_url": UPLOAD, "owner_id": 66, "video_id": 4}
    replay.on("video.save", {"response": issued})
    refusal = {
        "error": "too fast",
        "error_code": -12,
        "error_descr": "this video has its file already; video.save makes another",
    }
    replay.on("upload", httpx.ReadError("reset"), refusal)

    path = write(tmp_path, "clip.mp4", b"\0\0\0\x18ftypisom" + bytes(600))
    assert (await own_vk.upload_video(path)).id == 4


EXPIRED = [
    {"error": "ERR_UPLOAD_TERMINATED: it has expired", "server": 7, "_sig": "0"},
    httpx.Response(200, text="Security Breach2"),
    httpx.Response(410, text="Gone"),
]


@pytest.mark.parametrize("expired", EXPIRED, ids=["ours", "VK's", "gone"])
async def test_an_expired_address_is_replaced_once(vk, replay, tmp_path, expired):
    """Addresses die in the middle of long batches; a new one is asked for."""
    second = UPLOAD.replace("c1", "c2")
    replay.on("photos.getWallUploadServer", server(), server(upload_url=second))
    replay.on("upload", expired, PHOTO_REPLY)
    replay.on("photos.saveWallPhoto", {"response": [photo()]})

    await vk.upload_wall_photo(write(tmp_path))

    assert [call.url for call in replay.of("upload")] == [UPLOAD, second]


SOFT = [
    ({"server": 7, "photo": "", "hash": "h"}, "took no file"),
    ({"server": 7, "photo": "[]", "hash": "h"}, "took no file"),
    (
        {"error": "ERR_UPLOAD_BAD_IMAGE_SIZE: photo min size 400x400", "server": 7},
        "min size 400x400",
    ),
    ({"error": "bad_image", "error_code": 3, "error_descr": "not an image"}, "not an im"),
    ({"error": {"error_code": 4, "type": "size"}}, "error 4: size"),
    ({"request_id": "r", "error_code": 4611, "error_msg": "Invalid File"}, "Invalid File"),
    ({"errcode": 1, "width": 90, "height": 65}, "error 1"),
]


@pytest.mark.parametrize(("reply", "told"), SOFT, ids=range(len(SOFT)))
async def test_every_shape_of_an_upload_error_is_noticed(vk, replay, tmp_path, reply, told):
    """Other clients send such replies on to the save call, and learn nothing."""
    replay.on("photos.getWallUploadServer", server()).on("upload", reply)

    with pytest.raises(e.UploadRefused, match=told):
        await vk.upload_wall_photo(write(tmp_path))


STORAGE = [
    {"error": "ERR_STORAGE_ENGINE_SAVE_FAILED: the disk is full", "server": 7},
    {"error": "unknown error", "error_code": 10, "error_descr": "the disk is full"},
    {"error": {"error_code": 10, "type": "ERR_STORAGE_ENGINE_SAVE_FAILED"}},
    {"error": "too fast", "error_code": -12, "error_descr": "wait"},
]


@pytest.mark.parametrize("reply", STORAGE, ids=range(len(STORAGE)))
async def test_an_upload_server_in_trouble_is_tried_again(vk, replay, tmp_path, reply):
    """It is not the file's fault."""
    replay.on("photos.getWallUploadServer", server()).on("upload", reply, PHOTO_REPLY)
    replay.on("photos.saveWallPhoto", {"response": [photo()]})

    assert (await vk.upload_wall_photo(write(tmp_path))).id == 1


async def test_a_captcha_is_shown_to_whoever_can_read_it(replay, tmp_path):
    """Error 14 is answered with what a human read, once."""
    asked = []

    async def captcha(sid, picture):
        asked.append((sid, picture))
        return "q2w3"

    vk = VK("t", rate=None, captcha=captcha, transport=replay.transport())
    need = refused(14, "Captcha needed", captcha_sid="77", captcha_img="https://c.example")
    replay.on("photos.getWallUploadServer", need, server()).on("upload", PHOTO_REPLY)
    replay.on("photos.saveWallPhoto", {"response": [photo()]})

    await vk.upload_wall_photo(write(tmp_path))

    assert asked == [("77", "https://c.example")]
    again = replay.of("photos.getWallUploadServer")[1].fields
    assert (again["captcha_sid"], again["captcha_key"]) == ("77", "q2w3")


async def test_a_captcha_without_a_human_is_an_error(vk, replay, tmp_path):
    """The picture's address is in the error for those who handle it themselves."""
    need = refused(14, "Captcha needed", captcha_sid="77", captcha_img="https://c.example")
    replay.on("photos.getWallUploadServer", need)

    with pytest.raises(e.CaptchaNeeded) as caught:
        await vk.upload_wall_photo(write(tmp_path))

    assert caught.value.facts["captcha_img"] == "https://c.example"


async def test_calls_keep_the_rate(replay, tmp_path):
    """VK allows three calls a second; a burst is spread."""
    vk = VK("t", transport=replay.transport())
    paths = [write(tmp_path, f"{n}.jpg") for n in range(4)]
    replay.on("photos.getWallUploadServer", server()).on("upload", *[PHOTO_REPLY] * 4)
    replay.on("photos.saveWallPhoto", *[{"response": [photo(n)]} for n in range(4)])

    await vk.upload_wall_photos(paths, parallel=4)

    assert sum(replay.slept) >= 1 / 3
    assert max(replay.slept) <= 4 / 3 + 0.1


WRONG = [
    ("photos.getWallUploadServer", {"response": {"upload_url": 7}}, "upload_url is no te"),
    ("photos.getWallUploadServer", {"response": {}}, "has no upload_url"),
    ("photos.getWallUploadServer", {"response": None}, "has no response|is no object"),
    ("photos.getWallUploadServer", {"response": {"upload_url": "ftp://x/"}}, "no address"),
    ("photos.getWallUploadServer", {"response": {"upload_url": "/rel"}}, "no address"),
    ("photos.getWallUploadServer", ["list"], "is no object"),
    ("photos.getWallUploadServer", {"error": {"error_code": "x"}}, "is no whole number"),
    ("upload", [1], "is no object"),
    ("photos.saveWallPhoto", {"response": {"count": 1, "items": []}}, "is no list"),
    ("photos.saveWallPhoto", {"response": [{"id": True}]}, "owner_id|whole number"),
    ("photos.saveWallPhoto", {"response": [{"id": "1", "owner_id": 1}]}, "is no whole"),
]


@pytest.mark.parametrize(("where", "answer", "told"), WRONG, ids=range(len(WRONG)))
async def test_json_of_a_wrong_shape_is_named(
    own_vk, replay, tmp_path, where, answer, told
):
    """What is not as documented is said by place, never as a KeyError."""
    good = {
        "photos.getWallUploadServer": server(),
        "upload": PHOTO_REPLY,
        "photos.saveWallPhoto": {"response": [photo()]},
    }
    for name, usual in good.items():
        replay.on(name, answer if name == where else usual)
        if name == where:
            break

    with pytest.raises(e.BadShape, match=told):
        await own_vk.upload_wall_photo(write(tmp_path))


async def test_a_reply_without_what_the_save_takes_is_a_refusal(vk, replay, tmp_path):
    """A reply without hash cannot be saved; VK would only say 100."""
    replay.on("photos.getWallUploadServer", server())
    replay.on("upload", {"server": 7, "photo": PHOTOS})

    with pytest.raises(e.UploadRefused, match="has no hash"):
        await vk.upload_wall_photo(write(tmp_path))


async def test_arguments_go_as_vk_reads_them(vk, replay):
    """Absent is absent, true is 1, lists are joined by commas."""
    replay.on("users.get", {"response": []})

    await vk.call("users.get", {"a": None, "b": True, "c": [1, 2], "d": "", "e": False})

    said = replay.calls[0].fields
    expected = {"b": "1", "c": "1,2", "e": "0"}
    assert said == {**expected, "access_token": "secret-token", "v": "5.199"}
    assert "secret-token" not in replay.calls[0].url


def test_the_rows_know_their_groups():
    """Five files of an album go together, as VK's manual says."""
    assert ALBUM.group == 5
    assert WALL.group == 1
