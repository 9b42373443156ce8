"""What browsers, CDNs and clients see of a photo, on the wire."""

import asyncio
import time
from datetime import timedelta

import httpx
import pytest

from threebath.core.library import PhotoState
from web.conftest import site


@pytest.fixture
def client(live):
    with httpx.Client(base_url=live.url) as made:
        yield made


def path_of(photo, letter="x"):
    return f"/i/{photo.asset.id}/{letter}.jpg"


CONTENT = bytes(range(256)) * 4


@pytest.fixture
def photo(live):
    return live.photo(CONTENT)


def test_a_photo_comes_with_headers_that_make_it_safe_and_kept_for_ever(client, photo):
    """A photo never changes, never runs, and is called by our name, not its sender's."""
    got = client.get(path_of(photo))
    assert got.status_code == 200
    assert got.content == CONTENT
    said = dict(got.headers)
    assert said.pop("date")
    assert said.pop("x-request-id")
    assert said.pop("etag").startswith('"')
    assert said == {
        "content-type": "image/jpeg",
        "content-length": "1024",
        "content-disposition": f'inline; filename="{photo.asset.id}_x.jpg"',
        "cache-control": "public, max-age=31536000, immutable",
        "accept-ranges": "bytes",
        "x-content-type-options": "nosniff",
        "content-security-policy": "default-src 'none'; sandbox",
        "cross-origin-resource-policy": "cross-origin",
        "access-control-allow-origin": "*",
        "access-control-expose-headers": "X-Threebath-Colour, X-Threebath-Blurhash, "
        "X-Threebath-Phash",
    }


def test_a_head_is_a_get_without_its_body(client, photo):
    """Uploaders ask for the length before they link."""
    head, get = client.head(path_of(photo)), client.get(path_of(photo))
    unlike = {"date", "x-request-id"}
    assert {k: v for k, v in head.headers.items() if k not in unlike} == {
        k: v for k, v in get.headers.items() if k not in unlike
    }
    assert head.content == b""


def test_who_has_it_is_told_so(client, photo):
    """A validator that matches saves the bytes, however the client writes it."""
    etag = client.get(path_of(photo)).headers["etag"]
    for condition in (etag, f"W/{etag}", f'"other", {etag}', "*"):
        got = client.get(path_of(photo), headers={"If-None-Match": condition})
        assert got.status_code == 304
        assert got.content == b""
        assert got.headers["etag"] == etag
        assert "immutable" in got.headers["cache-control"]
        assert "content-type" not in got.headers
    for condition in ('"other"', etag.strip('"'), ""):
        got = client.get(path_of(photo), headers={"If-None-Match": condition})
        assert got.status_code == 200


@pytest.mark.parametrize(
    ("wanted", "start", "stop"),
    [
        ("bytes=0-0", 0, 1),
        ("bytes=0-1023", 0, 1024),
        ("bytes=1000-9999", 1000, 1024),
        ("bytes=1023-", 1023, 1024),
        ("bytes=-1", 1023, 1024),
        ("bytes=-5000", 0, 1024),
        ("bytes=17-42", 17, 43),
    ],
)
def test_a_range_is_exactly_that_range(client, photo, wanted, start, stop):
    """A download that broke off goes on where it was."""
    got = client.get(path_of(photo), headers={"Range": wanted})
    assert got.status_code == 206
    assert got.content == CONTENT[start:stop]
    assert got.headers["content-range"] == f"bytes {start}-{stop - 1}/1024"
    assert got.headers["content-length"] == str(stop - start)
    assert got.headers["content-type"] == "image/jpeg"


@pytest.mark.parametrize("wanted", ["bytes=1024-", "bytes=5000-6000", "bytes=-0"])
def test_a_range_beyond_the_end_says_where_the_end_is(client, photo, wanted):
    """416, with the length, and nothing of the photo."""
    got = client.get(path_of(photo), headers={"Range": wanted})
    assert got.status_code == 416
    assert got.headers["content-range"] == "bytes */1024"
    assert got.content == b""


@pytest.mark.parametrize(
    "wanted",
    [
        "bytes=0-1,5-6",
        "bytes=5-1",
        "bytes=a-b",
        "bytes=-",
        "bytes 0-1",
        "lines=0-1",
        "bytes=0-" + "9" * 40,
        "bytes=" + "0-1," * 5000 + "0-1",
    ],
)
def test_what_is_not_one_range_gets_the_whole(client, photo, wanted):
    """Many ranges cost more than the whole (CVE-2025-62727); nonsense is no range."""
    got = client.get(path_of(photo), headers={"Range": wanted})
    assert got.status_code == 200
    assert got.content == CONTENT


def test_a_range_of_something_else_gets_the_whole(client, photo):
    """If-Range holds a download together across versions."""
    etag = client.get(path_of(photo)).headers["etag"]
    for condition, status in ((etag, 206), (f"W/{etag}", 200), ('"other"', 200)):
        headers = {"Range": "bytes=0-9", "If-Range": condition}
        assert client.get(path_of(photo), headers=headers).status_code == status


def test_what_is_not_there_is_not_there_in_one_way(live, client, photo):
    """No byte of the answer tells a guess from a photo that waits for approval."""
    waiting = live.photo(state=PhotoState.PENDING)
    paths = [
        f"/i/{'0' * 32}/x.jpg",
        path_of(photo, "w"),
        path_of(photo).replace(".jpg", ".png"),
        path_of(photo).replace(".jpg", ""),
        path_of(waiting),
        f"{path_of(waiting)}?view=1-{'0' * 32}",
    ]
    answers = [client.get(one) for one in paths]
    assert {one.status_code for one in answers} == {404}
    assert {one.text for one in answers} == {"not found"}
    assert {one.headers["cache-control"] for one in answers} == {"no-store"}
    assert len({tuple(one.headers) for one in answers}) == 1


def test_a_waiting_photo_is_seen_by_its_bearer_and_kept_by_nobody(live, client):
    """A cache between must not show it to the next one who asks."""
    waiting = live.photo(CONTENT, state=PhotoState.PENDING)
    soon = live.world.now + timedelta(minutes=5)
    query = live.world.media.view_query(waiting.asset.id, soon)
    got = client.get(f"{path_of(waiting)}?{query}")
    assert got.content == CONTENT
    assert got.headers["cache-control"] == "private, no-store"


def test_other_methods_are_told_what_is_allowed(client, photo):
    """Media is read-only at this address."""
    got = client.post(path_of(photo))
    assert got.status_code == 405
    assert set(got.headers["allow"].split(", ")) == {"GET", "HEAD"}


def test_a_lost_blob_is_our_fault_and_says_so(live, client, photo):
    """A missing or truncated file is a 503 or a cut, never a short 200 that gets cached."""
    key = photo.asset.rendition("x").key
    live.world.memory.blobs.stored[key] = CONTENT[:-1]
    with pytest.raises(httpx.RemoteProtocolError):
        client.get(path_of(photo))
    del live.world.memory.blobs.stored[key]
    got = client.get(path_of(photo))
    assert got.status_code == 503
    assert got.headers["cache-control"] == "no-store"


class Endless:
    """Blobs that count their readers and hardly ever run out of bytes."""

    def __init__(self):
        self.open = 0
        self.sent = 0

    async def read(self, key, start=0, stop=None):
        self.open += 1
        try:
            while True:
                self.sent += 65536
                yield bytes(65536)
                await asyncio.sleep(0)
        finally:
            self.open -= 1


def wait_until(condition, seconds=5):
    deadline = time.monotonic() + seconds
    while not condition() and time.monotonic() < deadline:
        time.sleep(0.01)
    assert condition()


@pytest.fixture
def endless():
    blobs = Endless()
    with site(blobs=blobs) as live:
        photo = live.photo(b"", length=2**40)
        yield live, blobs, f"GET {path_of(photo)} HTTP/1.1\r\nHost: a\r\n\r\n".encode()


def test_a_client_that_leaves_leaves_nothing_open(endless):
    """Phones drop connections all day: each blob is closed at once."""
    live, blobs, request = endless
    with live.socket() as client:
        client.sendall(request)
        client.recv(100_000)
        assert blobs.open == 1
    wait_until(lambda: blobs.open == 0)


def test_a_client_that_does_not_read_fills_no_memory(endless):
    """Backpressure: the server reads no more of a blob than the client takes."""
    live, blobs, request = endless
    with live.socket() as client:
        client.sendall(request)
        wait_until(lambda: blobs.sent)
        seen = -1
        while seen != blobs.sent:
            seen = blobs.sent
            time.sleep(0.2)
        assert seen < 16 * 2**20
    wait_until(lambda: blobs.open == 0)


def test_a_client_that_never_reads_is_given_up(monkeypatch):
    """A closed window is no reason to hold a blob open for ever."""
    monkeypatch.setattr("threebath.web.server.UNREACHABLE_MS", 1000)
    blobs = Endless()
    with site(blobs=blobs) as live, live.socket() as client:
        photo = live.photo(b"", length=2**40)
        client.sendall(f"GET {path_of(photo)} HTTP/1.1\r\nHost: a\r\n\r\n".encode())
        wait_until(lambda: blobs.open)
        wait_until(lambda: not blobs.open, 10)


class ToyTranscoder:
    async def transcode(self, source, length, to):
        return to.value.encode()


def test_a_browser_gets_a_newer_format_at_the_same_address(tmp_path):
    """Negotiated, and caches are told so: JPEG for one, AVIF for another, never mixed."""
    with site(variants=lambda made: made.variants(ToyTranscoder(), tmp_path)) as live:
        photo = live.photo(b"jpeg" * 5000)
        address = live.url + path_of(photo)
        new = httpx.get(address, headers={"Accept": "image/avif,image/webp,*/*;q=0.8"})
        old = httpx.get(address)
        assert new.content == b"image/avif"
        assert new.headers["content-type"] == "image/avif"
        assert new.headers["content-disposition"].endswith('_x.avif"')
        assert old.content == b"jpeg" * 5000
        assert old.headers["content-type"] == "image/jpeg"
        assert {one.headers["vary"] for one in (old, new)} == {"Accept"}
        assert {one.headers["cache-control"] for one in (old, new)} == {
            "public, max-age=31536000, immutable"
        }
        headers = {"If-None-Match": new.headers["etag"]}
        assert httpx.get(address, headers=headers).status_code == 200
        again = httpx.get(address, headers={**headers, "Accept": "image/avif"})
        assert again.status_code == 304
        assert again.headers["vary"] == "Accept"


def test_a_lost_variant_costs_nobody_the_picture(tmp_path):
    """The JPEG is there, is kept briefly, and the variant is made again."""
    with site(variants=lambda made: made.variants(ToyTranscoder(), tmp_path)) as live:
        photo = live.photo(b"jpeg" * 5000)
        address, takes = live.url + path_of(photo), {"Accept": "image/avif"}
        assert httpx.get(address, headers=takes).content == b"image/avif"
        stored = live.world.memory.blobs.stored
        del stored[next(one for one in stored if one.endswith(".avif"))]
        got = httpx.get(address, headers=takes)
        assert got.content == b"jpeg" * 5000
        assert got.headers["cache-control"] == "public, max-age=60"
        assert httpx.get(address, headers=takes).content == b"image/avif"


def test_two_lines_of_accept_are_one_list(tmp_path):
    """As HTTP has it."""
    with site(variants=lambda made: made.variants(ToyTranscoder(), tmp_path)) as live:
        address = live.url + path_of(live.photo(b"jpeg" * 5000))
        lines = [("Accept", "text/html"), ("Accept", "image/webp")]
        assert httpx.get(address, headers=lines).content == b"image/webp"


def test_a_picture_says_how_it_looks(live):
    """A client that asks for the head alone can show something before the picture."""
    looks = {
        "colour": "#7f0010",
        "blurhash": "LKO2?U%2Tw=w]~RBVZRi};RPxuwH",
        "phash": "f" * 16,
    }
    photo = live.photo(b"jpeg", facts={**looks, "filename": "secret.jpg"})
    got = httpx.head(live.url + path_of(photo))
    found = {name: got.headers[f"x-threebath-{name}"] for name in looks}
    assert found == looks
    assert "secret" not in str(got.headers)
