"""UP's one call against what its documentation shows."""

import asyncio
import hashlib

import httpx
import pytest
from tests.client.replay import html, jpeg, write

from threebath.client import UP, Stage
from threebath.client import errors as e

UPLOAD = "up.photos.upload"
PHOTO = {
    "pid": "940915697041656",
    "aid": "940915667462717",
    "owner": "219074",
    "src": "http://m.example/s.jpg",
    "src_big": "http://m.example/n.jpg",
    "src_small": "http://m.example/t.jpg",
    "link": "http://my.example/photo/id/31637752",
    "caption": "Under the sunset",
}


def refused(code, text="text"):
    """UP's error in JSON."""
    return {"error_code": code, "error_msg": text, "request_args": []}


def signed(fields):
    """Sign as docs/protocols/up.md 4.1 says, with other code than the client's."""
    rest = sorted(f"{name}={value}" for name, value in fields.items() if name != "sig")
    return hashlib.md5(("".join(rest) + "mysecret").encode()).hexdigest()


async def test_a_photo_is_one_signed_call(up, replay, tmp_path):
    """Fields in the sample's order, the image last and unsigned."""
    replay.on(UPLOAD, PHOTO)
    path = write(tmp_path, "somefilename.jpg")

    caption = "Под закатом"
    photo = await up.upload_photo(path, album=940915667462717, caption=caption)

    assert (photo.pid, photo.aid, photo.owner) == (
        "940915697041656",
        "940915667462717",
        "219074",
    )
    call = replay.calls[0]
    names = ["method", "api_key", "community", "session_key", "call_id", "caption", "aid"]
    assert list(call.fields) == [*names, "format", "sig"]
    assert call.fields["caption"] == caption
    assert call.files == [("data", "somefilename.jpg", "image/jpeg", jpeg())]
    assert call.fields["sig"] == signed(call.fields)
    assert len(call.fields["call_id"].partition(".")[2]) == 6


async def test_call_ids_differ_even_in_parallel(up, replay, tmp_path):
    """A clock that stands still must not make two calls alike."""
    paths = [write(tmp_path, f"{n}.jpg") for n in range(20)]
    replay.on(UPLOAD, *[PHOTO] * 20)

    await up.upload_photos(paths, parallel=8)

    assert len({call.fields["call_id"] for call in replay.calls}) == 20


async def test_pids_may_be_numbers(up, replay, tmp_path):
    """Old answers have numbers where later ones have texts."""
    replay.on(UPLOAD, {**PHOTO, "pid": 940915697041656, "owner": 219074})

    assert (await up.upload_photo(write(tmp_path))).pid == "940915697041656"


@pytest.mark.parametrize("code", [1, 2, 4])
async def test_a_refusal_that_passes_is_repeated_with_a_new_signature(
    up, replay, tmp_path, code
):
    """UP answered, so it made nothing; call_id and sig are new."""
    replay.on(UPLOAD, refused(code), PHOTO)

    await up.upload_photo(write(tmp_path))

    first, second = replay.calls
    assert first.fields["call_id"] < second.fields["call_id"]
    assert second.fields["sig"] == signed(second.fields)
    assert second.files == first.files


@pytest.mark.parametrize(
    ("code", "kind"),
    [
        (5, e.PermissionMissing),
        (100, e.NetworkError),
        (101, e.TokenRefused),
        (102, e.TokenRefused),
        (104, e.SignatureRefused),
        (120, e.NetworkError),
        (321, e.LimitReached),
        (324, e.UploadRefused),
        (325, e.LimitReached),
    ],
)
async def test_every_other_refusal_is_raised(up, replay, tmp_path, code, kind):
    """With its number, and never the secret."""
    replay.on(UPLOAD, refused(code, "told"))

    with pytest.raises(kind, match=f"error {code}: told") as caught:
        await up.upload_photo(write(tmp_path))

    assert caught.value.code == code
    assert "mysecret" not in str(caught.value)


async def test_a_session_that_has_run_out_is_renewed_once(replay, tmp_path):
    """The hook logs in again; the file is sent again from its start."""

    async def login():
        return "fresh"

    up = UP("k", "mysecret", session_key="old", login=login, transport=replay.transport())
    replay.on(UPLOAD, refused(102), PHOTO)

    await up.upload_photo(write(tmp_path))

    assert [call.fields["session_key"] for call in replay.calls] == ["old", "fresh"]


@pytest.mark.parametrize(
    "trouble",
    [
        httpx.ReadError("reset"),
        httpx.ReadTimeout("slow"),
        html(502),
        httpx.Response(200, text="<html>"),
        httpx.Response(200, text='{"pid": "9'),
    ],
    ids=["reset", "stalled", "502", "html", "half"],
)
async def test_a_call_without_a_clear_answer_is_never_repeated(
    up, replay, tmp_path, trouble
):
    """The photo may be there; a second call would be a second photo."""
    replay.on(UPLOAD, trouble)

    with pytest.raises(e.Uncertain):
        await up.upload_photo(write(tmp_path))


async def test_a_call_that_never_left_is_repeated(up, replay, tmp_path):
    """No connection, no photo."""
    replay.on(UPLOAD, httpx.ConnectTimeout("no"), PHOTO)

    assert (await up.upload_photo(write(tmp_path))).pid == PHOTO["pid"]


async def test_a_connection_that_breaks_before_the_end_is_repeated(tmp_path):
    """As long as the form is not whole, UP cannot have made a photo of it."""
    tries = []

    async def network(reader, writer):
        tries.append(1)
        if len(tries) == 1:
            await reader.read(100_000)
        else:
            head = await reader.readuntil(b"\r\n\r\n")
            length = int(head.lower().split(b"content-length: ")[1].split(b"\r\n")[0])
            await reader.readexactly(length)
            body = b'{"pid": "1", "aid": "2", "owner": "3"}'
            writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n" % len(body))
            writer.write(body)
        writer.close()

    server = await asyncio.start_server(network, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    path = write(tmp_path, "long.jpg", jpeg() + bytes(10_000_000))
    async with server, UP("k", "s", base=f"http://127.0.0.1:{port}") as up:
        photo = await up.upload_photo(path)

    assert photo.pid == "1"
    assert len(tries) == 2


async def test_a_batch_has_a_verdict_for_each(up, replay, tmp_path):
    """One refused photo does not hold up the others."""
    paths = [write(tmp_path, name) for name in ("a.jpg", "bad.jpg", "c.jpg")]

    def answer(call):
        return refused(324) if call.files[0][1] == "bad.jpg" else PHOTO

    replay.on(UPLOAD, answer, answer, answer)

    batch = await up.upload_photos(paths)

    assert [one.stage for one in batch.outcomes] == [
        Stage.SAVED,
        Stage.FAILED,
        Stage.SAVED,
    ]


async def test_other_methods_are_one_call_too(up, replay):
    """Albums and communities need no file."""
    replay.on("up.photos.getAlbums", [{"aid": "1"}])

    answer = await up.call("up.photos.getAlbums", {"uid": 219074})

    assert [one.at("aid").text for one in answer.items()] == ["1"]
    assert replay.calls[0].fields["sig"] == signed(replay.calls[0].fields)
