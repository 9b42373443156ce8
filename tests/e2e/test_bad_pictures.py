"""Bad pictures against a real server with real workers: VK's answers, and nothing left."""

import io
import struct
import zlib

import httpx
import pytest
from PIL import Image
from tests.live import running


def _encoded(size, kind):
    target = io.BytesIO()
    Image.new("RGB", size, "#446688").save(target, kind)
    return target.getvalue()


def _png_header(width, height):
    """Return a PNG that claims a size and has next to nothing in it."""

    def chunk(name, data):
        checked = name + data
        return (
            struct.pack(">I", len(data)) + checked + struct.pack(">I", zlib.crc32(checked))
        )

    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    body = (
        chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(b"\x00")) + chunk(b"IEND", b"")
    )
    return b"\x89PNG\r\n\x1a\n" + body


JPEG = _encoded((640, 480), "JPEG")
BAD = {
    "empty": (b"", "the file is empty"),
    "text": (b"no picture at all, " * 50, "not of a supported format"),
    "truncated": (JPEG[: len(JPEG) // 2], "damaged"),
    "one byte short": (_encoded((300, 300), "PNG")[:-13], "damaged"),
    "0x0": (_png_header(0, 0), "damaged"),
    "1xN": (_encoded((1, 3000), "PNG"), "is 1x3000; width / height must be 1/20 to 20"),
    "sides": (_png_header(13_000, 1_001), "width + height may be at most 14000"),
    "bomb": (_png_header(30_000, 30_000), "width + height may be at most 14000"),
    "bytes": (JPEG + bytes(50 * 1024 * 1024), "larger than 52428800 bytes"),
}


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    with running(tmp_path_factory.mktemp("bad") / "data") as live:
        yield live


def _call(live, method, **params):
    world = live.worlds["vk"]
    data = {**params, "access_token": world["user_token"], "v": "5.199"}
    return httpx.post(world["api"] + method, data=data, timeout=60).json()


@pytest.mark.parametrize("name", BAD)
def test_a_bad_picture_is_refused_by_its_true_cause_and_leaves_nothing(server, name):
    """Soft at the upload, 100 with the reason at the save; no blob on the disk."""
    content, why = BAD[name]
    address = _call(server, "photos.getWallUploadServer")["response"]["upload_url"]
    reply = httpx.post(address, files={"photo": ("a.jpg", content)}, timeout=60).json()
    assert reply["photo"] == "[]"
    error = _call(server, "photos.saveWallPhoto", **reply)["error"]
    assert error["error_code"] == 100
    assert why in error["error_msg"], error["error_msg"]
    assert [path for path in (server.folder / "blobs").rglob("*") if path.is_file()] == []


def test_chunked_bodies_and_100_continue_are_served(server):
    """curl with Expect, and a body without a length."""
    address = _call(server, "photos.getWallUploadServer")["response"]["upload_url"]
    head = b'--x\r\nContent-Disposition: form-data; name="photo"; filename="a.jpg"\r\n\r\n'

    def stream():
        yield head
        for at in range(0, len(JPEG), 1000):
            yield JPEG[at : at + 1000]
        yield b"\r\n--x--"

    headers = {"content-type": "multipart/form-data; boundary=x", "expect": "100-continue"}
    reply = httpx.post(address, content=stream(), headers=headers, timeout=60).json()
    assert reply["photo"].startswith('[{"photo"')
