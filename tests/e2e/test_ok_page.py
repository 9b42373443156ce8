"""OK's own example as a page of ours, in a real Chromium over a real server."""

import hashlib
import random

import httpx
import pytest
from tests.live import running

from threebath.cli.pictures import photographs

PATH = "/ok/example"


@pytest.fixture(scope="module")
def live(tmp_path_factory):
    with running(tmp_path_factory.mktemp("ok") / "data") as server:
        yield server


@pytest.fixture(scope="module")
def pictures():
    return {one.name: one.content for one in photographs()}


async def opened(browser, live, **options):
    """Sign in as the ready-made world's user and open the page."""
    page = await browser.window(**options)
    await page.goto(live.address + PATH)
    await page.get_by_label("User id").fill(live.worlds["ok"]["user_id"])
    await page.get_by_role("button", name="Sign in").click()
    await page.wait_for_url(live.address + PATH)
    return page


async def draw(page, quantity):
    await page.get_by_label("How many photos?").fill(str(quantity))
    await page.get_by_role("button", name="Draw").click()
    await page.wait_for_selector("#fields input")
    return await page.query_selector_all("#fields input")


async def fill(page, fields, contents):
    for field, (name, content) in zip(fields, contents, strict=False):
        kind = "text/plain" if name.endswith(".txt") else "image/jpeg"
        await field.set_input_files({"name": name, "mimeType": kind, "buffer": content})
    await page.wait_for_timeout(200)


async def results(page):
    """Send, wait for the commit, and return what each field's card says."""
    await page.get_by_role("button", name="Send").click()
    await page.wait_for_selector("#results li")
    await page.wait_for_load_state("networkidle")
    lines = await page.eval_on_selector_all(
        "#results p", "all => all.map(x => x.innerText)"
    )
    return [" ".join(one.split()) for one in lines]


async def test_all_fields_are_filled_sent_and_committed(live, browser, pictures):
    """Three pictures, three statuses, three photos that really show."""
    page = await opened(browser, live)
    fields = await draw(page, 3)
    assert [await one.get_attribute("name") for one in fields] == ["pic1", "pic2", "pic3"]
    await fill(page, fields, list(pictures.items())[:3])
    await browser.shoot(page, "ok-example-filled")
    assert await results(page) == ["pic1 SUCCESS", "pic2 SUCCESS", "pic3 SUCCESS"]
    assert await page.inner_text("#verdict") == "Success: 3 uploaded"
    widths = await page.eval_on_selector_all(
        "#results img", "all => all.map(x => x.naturalWidth)"
    )
    assert widths == [360, 480, 240]
    await browser.shoot(page, "ok-example-committed")
    assert browser.troubles == []


async def test_fields_left_empty_are_said_to_be(live, browser, pictures):
    """Two of three; the one in the middle was left alone. On a phone, in the dark."""
    phone = {"viewport": {"width": 390, "height": 844}, "color_scheme": "dark"}
    page = await opened(browser, live, **phone)
    first, _, third = await draw(page, 3)
    await fill(page, [first, third], list(pictures.items())[3:5])
    assert await results(page) == ["pic1 SUCCESS", "pic2 left empty", "pic3 SUCCESS"]
    assert await page.inner_text("#sent") == "2 of 3 fields had a picture."
    await browser.shoot(page, "ok-example-phone")
    assert browser.troubles == []


async def test_a_text_among_the_pictures_is_refused_before_any_commit(
    live, browser, pictures
):
    """The error is told by name, nothing is committed, and the next try goes through."""
    page = await opened(browser, live)
    fields = await draw(page, 2)
    [picture, *_] = pictures.items()
    await fill(page, fields, [picture, ("notes.txt", b"Not a picture at all.\n" * 9)])
    await page.get_by_role("button", name="Send").click()
    await page.wait_for_selector("#sent.bad")
    told = await page.inner_text("#sent")
    assert told.startswith("PHOTO_INVALID_FORMAT : ")
    assert await page.is_hidden("#done")
    wire = await page.text_content("#wire")
    assert "photosV2.commit" not in wire
    await browser.shoot(page, "ok-example-refused")
    await fill(page, fields[1:], [("again.jpg", picture[1])])
    assert await results(page) == ["pic1 SUCCESS", "pic2 SUCCESS"]
    await draw(page, 1)
    await page.get_by_role("button", name="Send").click()
    await page.wait_for_selector("#sent.bad")
    assert (await page.inner_text("#sent")).startswith("PHOTO_NO_IMAGE : ")
    assert browser.troubles == []


async def test_the_page_signs_as_the_server_does(live, browser):
    """Its own MD5, for texts of every length around a block, and beyond ASCII."""
    page = await opened(browser, live)
    dice = random.Random(5)
    texts = ["x" * n for n in range(130)]
    wild = [[dice.randrange(32, 0x1F600) for _ in range(40)] for _ in range(40)]
    texts += ["".join(map(chr, one)) for one in wild]
    texts = [one.encode("utf-8", "replace").decode() for one in texts]
    made = await page.evaluate("texts => texts.map(md5)", texts)
    assert made == [hashlib.md5(one.encode()).hexdigest() for one in texts]


async def test_only_who_signed_in_sees_the_page(live):
    """Others are sent to sign in; the page loads nothing from elsewhere."""
    async with httpx.AsyncClient(base_url=live.address) as http:
        answer = await http.get(PATH)
        assert (answer.status_code, answer.headers["location"][:9]) == (303, "/sign-in?")
        where = answer.headers["location"]
        asked = {"user_id": live.worlds["ok"]["user_id"], "next": PATH}
        await http.post(where.partition("?")[0], data=asked)
        answer = await http.get(PATH)
        policy = answer.headers["content-security-policy"]
        assert "default-src 'none'" in policy
        assert "unsafe" not in policy
        again = await http.get(PATH)
        assert again.text == answer.text
