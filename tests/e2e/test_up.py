"""UP on a real server: approving in a browser, two hundred uploads at once."""

import asyncio
import hashlib
import io

import httpx
import pytest
from PIL import Image, ImageDraw
from tests.live import running

from threebath.bootstrap import open_stores, sweeper
from threebath.service.sweep import examine
from threebath.settings import Settings

COLOURS = {"first": "#c0563b", "second": "#3b6ea5", "third": "#5a8a4a"}


def jpeg(colour="#335577", size=(900, 600)):
    image = Image.new("RGB", size, colour)
    width, height = size
    ImageDraw.Draw(image).ellipse((width / 3, height / 4, width * 2 / 3, height), "#f4e3c1")
    target = io.BytesIO()
    image.save(target, "JPEG")
    return target.getvalue()


class Client:
    """Calls UP's methods as the ready-made world's application."""

    def __init__(self, live, http):
        self.world = live.worlds["up"]
        self.http = http

    async def call(self, method, files=None, **given):
        asked = {
            **{name: self.world[name] for name in ("api_key", "community", "session_key")},
            "method": method,
            "format": "JSON",
            **given,
        }
        text = "".join(f"{k}={v}" for k, v in sorted(asked.items())) + self.world["secret"]
        asked["sig"] = hashlib.md5(text.encode()).hexdigest()
        answer = await self.http.post(self.world["api"], data=asked, files=files)
        assert answer.status_code == 200
        return answer.json()

    async def upload(self, content, **given):
        files = {"data": ("a.jpg", content, "image/jpg")}
        return await self.call("up.photos.upload", files, **given)


@pytest.fixture
def live(tmp_path):
    with running(tmp_path / "data") as server:
        yield server


@pytest.fixture
async def up(live):
    async with httpx.AsyncClient(timeout=120) as http:
        yield Client(live, http)


async def left_over(live):
    """Sweep, then compare the store with the catalog."""
    settings = Settings(data=live.folder)
    async with open_stores(settings) as stores:
        await sweeper(stores).sweep()
        return await examine(stores.catalog, stores.blobs)


async def test_two_hundred_at_once_leave_sixty(live, up):
    """Sixty photos, a hundred and forty refusals, and nothing left over."""
    album = await up.call("up.photos.createAlbum", name="Rush")
    picture = jpeg(size=(64, 48))
    turns = asyncio.Semaphore(50)

    async def send():
        async with turns:
            return await up.upload(picture, aid=album["aid"])

    answers = await asyncio.gather(*(send() for _ in range(200)))
    refused = [one["error_code"] for one in answers if "error_code" in one]
    assert refused == [321] * 140
    [album] = await up.call("up.photos.getAlbums", aids=album["aid"])
    assert album["size"] == 60
    photos = await up.call("up.photos.get", aid=album["aid"], pageSize="100")
    assert len({one["pid"] for one in photos}) == 60
    found = await left_over(live)
    assert (found.assets, found.blobs, found.healthy) == (60, 180, True)


def encoded(image, kind="JPEG", **options):
    target = io.BytesIO()
    image.save(target, kind, **options)
    return target.getvalue()


def turned(size):
    """Return a JPEG whose EXIF says that the camera was held upright."""
    exif = Image.Exif()
    exif[0x0112], exif[0x010F] = 6, "A maker of cameras"
    return encoded(Image.new("RGB", size, "#885522"), exif=exif)


def animated(size):
    frames = [Image.new("P", size, n) for n in range(1, 4)]
    return encoded(frames[0], "GIF", save_all=True, append_images=frames[1:])


PICTURES = {
    "2000x1000": (jpeg(size=(2000, 1000)), (130, 65), (604, 302), (75, 37)),
    "100x50": (jpeg(size=(100, 50)), (100, 50), (100, 50), (75, 37)),
    "50x2000": (jpeg(size=(50, 2000)), (3, 130), (15, 604), (6, 225)),
    "animated": (animated((300, 200)), (130, 87), (300, 200), (75, 50)),
    "turned": (turned((800, 400)), (65, 130), (302, 604), (75, 150)),
    "png": (
        encoded(Image.new("RGBA", (700, 700), (0, 0, 0, 0)), "PNG"),
        *((130, 130), (604, 604), (75, 75)),
    ),
    "bmp": (
        encoded(Image.new("RGB", (64, 64)), "BMP"),
        *((64, 64), (64, 64), (64, 64)),
    ),
}


@pytest.fixture(scope="module")
def shared(tmp_path_factory):
    with running(tmp_path_factory.mktemp("up") / "data") as server:
        yield server


@pytest.mark.parametrize("name", PICTURES)
async def test_real_pictures_come_in_three_sizes(shared, name):
    """Upright, as JPEG, never enlarged, without a byte of what the camera wrote."""
    content, *sizes = PICTURES[name]
    async with httpx.AsyncClient(timeout=60) as http:
        photo = await Client(shared, http).upload(content)
        for field, size in zip(("src", "src_big", "src_small"), sizes, strict=True):
            answer = await http.get(photo[field])
            assert answer.headers["content-type"] == "image/jpeg"
            assert b"A maker" not in answer.content
            with Image.open(io.BytesIO(answer.content)) as image:
                assert (image.format, image.size) == ("JPEG", size)
                assert not image.getexif()


@pytest.mark.parametrize(
    "content",
    [
        jpeg()[:-2000],
        jpeg()[:200],
        encoded(Image.new("RGB", (400, 300)), "PNG")[:-30],
        b"GIF89a",
        b"<?php echo 1;",
        b"\xff\xd8\xff\xe0" + b"\0" * 500,
        b"",
    ],
    ids=["cut", "cut early", "cut png", "gif's name", "program", "zeros", "empty"],
)
async def test_what_is_no_whole_picture_is_refused(shared, content):
    """324, with the reason; never a failure of ours."""
    async with httpx.AsyncClient(timeout=60) as http:
        refused = await Client(shared, http).upload(content)
    assert refused["error_code"] == 324
    assert refused["error_msg"].startswith("Missing or invalid image file: the ")
    assert {one["key"] for one in refused["request_args"]} >= {"method", "sig"}


async def sign_in(page, live, uid, path):
    await page.goto(live.address + path)
    await page.get_by_label("User id").fill(uid)
    await page.get_by_role("button", name="Sign in").click()
    await page.wait_for_url(live.address + path)


async def shown(page):
    """Return the captions of the pictures that really are shown."""
    await page.wait_for_load_state("networkidle")
    return await page.eval_on_selector_all(
        "img", "all => all.filter(one => one.naturalWidth > 1).map(one => one.alt)"
    )


async def test_the_owner_approves_one_and_rejects_one(live, up, browser):
    """In Chromium: before and after, who sees what, on the page and at the address."""
    photos = {
        name: await up.upload(jpeg(colour), caption=f"The {name} <photo>")
        for name, colour in COLOURS.items()
    }
    world = up.world
    [album] = await up.call("up.photos.getAlbums", aids=photos["first"]["aid"])
    path = album["link"].removeprefix(live.address)
    owner, other = await browser.window(), await browser.window()
    await sign_in(owner, live, world["uid"], path)
    await sign_in(other, live, world["other_uid"], path)
    captions = [f"The {name} <photo>" for name in COLOURS]
    assert await shown(owner) == captions
    assert await shown(other) == []
    await browser.shoot(owner, "up-approval")

    for name, choice in (("first", "Approve"), ("second", "Reject")):
        card = owner.get_by_role("listitem").filter(has_text=f"The {name} ")
        await card.get_by_role("button", name=choice).click()
        await owner.wait_for_load_state("networkidle")
    waiting = owner.get_by_role("region", name="Waiting for you")
    assert await waiting.get_by_role("listitem").count() == 1
    assert sorted(await shown(owner)) == [captions[0], captions[2]]
    await browser.shoot(owner, "up-approved")
    await other.reload()
    assert await shown(other) == captions[:1]
    await browser.shoot(other, "up-visitor")

    bare = {name: one["src_big"].partition("?")[0] for name, one in photos.items()}
    seen = {name: (await up.http.get(url)).status_code for name, url in bare.items()}
    assert seen == {"first": 200, "second": 404, "third": 404}
    with_view = [(await up.http.get(one["src_big"])).status_code for one in photos.values()]
    assert with_view == [200, 404, 200]
    found = await left_over(live)
    assert (found.assets, found.blobs, found.healthy) == (2, 6, True)
    assert browser.troubles == []


async def test_the_other_pages_in_a_browser(live, up, browser):
    """Signing in, allowing more, a narrow screen, a dark one; nothing is blocked."""
    world = up.world
    page = await browser.window(viewport={"width": 390, "height": 780}, color_scheme="dark")
    path = f"/authorize.php?api_key={world['api_key']}&v=1.0&ext_perm=photo_upload"
    await page.goto(live.address + path)
    await browser.shoot(page, "up-sign-in")
    await sign_in(page, live, world["uid"], path)
    await browser.shoot(page, "up-authorize")
    await page.get_by_role("button", name="Allow").click()
    await page.get_by_text("will be seen at once").wait_for()
    asked = {"ext_perm": "photo_upload"}
    assert await up.call("up.users.hasAppPermission", **asked) == 1
    photo = await up.upload(jpeg(), caption="At once")
    await page.goto(photo["link"])
    assert await shown(page) == ["At once"]
    token = await up.call("up.auth.createToken")
    back = f"{live.address}/sign-in"
    login = f"/login.php?api_key={world['api_key']}&auth_token={token}&next={back}"
    await page.goto(live.address + login)
    await browser.shoot(page, "up-login")
    await page.get_by_role("button", name="Allow").click()
    await page.wait_for_url(back)
    session = await up.call("up.auth.getSession", auth_token=token)
    assert session["uid"] == world["uid"]
    assert browser.troubles == []
