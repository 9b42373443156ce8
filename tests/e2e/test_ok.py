"""OK on a real server: real pictures, good and bad, through the sandbox and to disk."""

import asyncio
import io
import json
import random

import httpx
import pytest
from PIL import Image
from tests.dialects.ok.lab import md5, told
from tests.live import running
from tests.pictures import encoded, photo, scene

from threebath.bootstrap import open_stores, sweeper
from threebath.service.sweep import examine
from threebath.settings import Settings

MIB = 1024 * 1024


class Client:
    """Calls OK's methods with the ready-made world's token."""

    def __init__(self, live, http):
        self.world = live.worlds["ok"]
        self.http = http

    async def call(self, method, **asked):
        params = {name: str(one) for name, one in asked.items()}
        params |= {"method": method, "application_key": self.world["application_key"]}
        token = self.world["access_token"]
        text = "".join(f"{name}={params[name]}" for name in sorted(params))
        params["sig"] = md5(text + md5(token + self.world["application_secret_key"]))
        data = {**params, "access_token": token}
        return await self.http.post(f"{self.world['api']}fb.do", data=data)

    async def send(self, *contents, **asked):
        """Do steps 1 and 2; return the upload host's answer."""
        issued = (
            await self.call("photosV2.getUploadUrl", count=len(contents), **asked)
        ).json()
        files = [("pic", (f"{n}.jpg", one)) for n, one in enumerate(contents)]
        answer = await self.http.post(issued["upload_url"], files=files)
        assert answer.status_code == 200
        return answer

    async def commit(self, photos):
        listed = [{"photo_id": one, **found} for one, found in photos.items()]
        answer = await self.call("photosV2.commit", photos=json.dumps(listed))
        return answer.json()["photos"]


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    with running(tmp_path_factory.mktemp("ok") / "data") as live:
        yield live


@pytest.fixture
async def ok(server):
    async with httpx.AsyncClient(timeout=100) as http:
        yield Client(server, http)


def large():
    return photo(640, 480) + b"\0" * 21 * MIB


BAD = {
    "bytes": (large, 500),
    "1x1 GIF": (lambda: encoded(scene(1, 1), "GIF"), 501),
    "a long side": (lambda: encoded(Image.new("L", (10_001, 20)), "PNG"), 502),
    "random bytes": (lambda: random.Random(1).randbytes(10_240), 503),
    "a page": (lambda: b"<!doctype html><title>x</title>", 503),
    "cut off": (lambda: photo(640, 480)[:9_000], 504),
    "damaged": (lambda: encoded(scene(64, 64), "PNG")[:-300] + b"x" * 288, 504),
}


@pytest.mark.parametrize(("content", "code"), BAD.values(), ids=BAD)
async def test_a_bad_picture_is_refused_by_its_true_cause(ok, content, code):
    """The cases of the protocol page with real bytes; beside a good picture."""
    answer = await ok.send(photo(640, 480), content())
    assert told(answer)[0] == code


async def test_every_format_becomes_the_documented_sizes(ok):
    """JPEG, PNG, GIF and WebP; each field's picture really has its size."""
    contents = [encoded(scene(1600, 1200), form) for form in ("JPEG", "PNG", "GIF", "WEBP")]
    done = await ok.commit((await ok.send(*contents)).json()["photos"])
    ids = ",".join(one["assigned_photo_id"] for one in done)
    found = (await ok.call("photos.getInfo", photo_ids=ids)).json()["photos"]
    assert len(found) == 4
    for one in found:
        sizes = {}
        for name in ("pic50x50", "pic190x190", "pic240min", "pic640x480", "pic_max"):
            answer = await ok.http.get(one[name])
            sizes[name] = Image.open(io.BytesIO(answer.content)).size
        assert sizes == {
            "pic50x50": (50, 50),
            "pic190x190": (190, 190),
            "pic240min": (320, 240),
            "pic640x480": (640, 480),
            "pic_max": (1600, 1200),
        }


async def test_a_hundred_photos_go_in_one_form(ok):
    """As many as an address has ids; the server works them off in turns."""
    album = (await ok.call("photos.createAlbum", title="A hundred")).json()
    small = photo(64, 48)
    photos = (await ok.send(*[small] * 100, aid=album)).json()["photos"]
    done = await ok.commit(photos)
    assert {one["status"] for one in done} == {"SUCCESS"}
    page = (await ok.call("photos.getPhotos", aid=album, count=100)).json()
    assert len({one["id"] for one in page["photos"]}) == 100


async def test_a_groups_main_photo_is_set_in_the_database(ok):
    """By the id of step 1, which no row but the receipt's knows."""
    gid = ok.world["group_id"]
    [photo_id] = (await ok.send(photo(640, 480), gid=gid)).json()["photos"]
    asked = {"group_id": gid, "photo_id": photo_id}
    assert (await ok.call("group.setMainPhoto", **asked)).json() is True
    main = (await ok.call("photos.getPhotos", gid=gid, aid="group_main")).json()
    assert len(main["photos"]) == 1


async def test_a_topic_is_posted_once_however_many_ask(ok):
    """A client that gave up too early and said it again, while the first call went on."""
    [(_, found)] = (await ok.send(photo(640, 480))).json()["photos"].items()
    media = [{"type": "photo", "list": [{"id": found["token"]}]}]
    asked = {"attachment": json.dumps({"media": media})}
    answers = await asyncio.gather(*(ok.call("mediatopic.post", **asked) for _ in range(8)))
    assert len({one.json() for one in answers}) == 1


async def test_nothing_of_the_refused_is_left(ok, server):
    """What the tests above were refused left no row and no byte."""
    before = (await ok.call("photos.getPhotos", detectTotalCount="true")).json()
    async with open_stores(Settings(data=server.folder)) as stores:
        await sweeper(stores).sweep()
        found = await examine(stores.catalog, stores.blobs)
    assert found.healthy
    assert before["totalCount"] <= found.assets


def test_the_world_names_what_a_client_needs(server):
    """All that `threebath dev --json` promises for OK."""
    assert server.worlds["ok"].keys() >= {
        "api", "application_key", "application_secret_key", "session_key",
        "session_secret_key", "access_token", "user_id", "group_id", "album_id",
    }  # fmt: skip
