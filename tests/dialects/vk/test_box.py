"""The profile photo of an iframe application: only the user's yes, and only once."""

import re
from dataclasses import replace

import httpx
import pytest
from starlette.applications import Starlette
from tests.dialects.vk.lab import ADDRESS, PICTURE, V

from threebath.dialects.up.pages import Pages
from threebath.dialects.vk import VK


@pytest.fixture
async def http(vk):
    options = {"sign_in": "anyone", "vk_iframe_apps": str(vk.world["app_id"])}
    services = replace(vk.services, options=options)
    routes = [*VK(services).routes(), *Pages(services).routes()]
    transport = httpx.ASGITransport(Starlette(routes=routes))
    async with httpx.AsyncClient(transport=transport, base_url=ADDRESS) as http:
        yield http


async def _call(http, vk, method, **params):
    data = {"access_token": vk.world["user_token"], "v": V, **params}
    return (await http.post(f"/method/{method}", data=data)).json()["response"]


async def _hash(http, vk):
    issued = await _call(http, vk, "photos.getOwnerPhotoUploadServer")
    reply = await vk.send(issued["upload_url"], PICTURE)
    saved = await _call(http, vk, "photos.saveOwnerPhoto", **reply)
    assert (saved["saved"], saved["photo_src"]) == (0, False)
    return saved["photo_hash"]


async def _photo(http, vk):
    [me] = await _call(http, vk, "users.get", fields="photo_200")
    return me.get("photo_200")


async def _window(http, photo_hash, user=1, choice="yes"):
    await http.post("/sign-in", data={"user_id": str(user), "next": "/"})
    asked = {"photo_hash": photo_hash, "origin": "http://localhost:3000"}
    shown = await http.get("/profile_photo", params=asked)
    fields = dict(re.findall(r'name="(\w+)" value="([^"]*)"', shown.text))
    return await http.post("/profile_photo", data={**fields, **asked, "choice": choice})


async def test_a_yes_changes_the_photo_and_tells_the_page(http, vk):
    """Nothing before it; the message goes to the application's own page alone."""
    photo_hash = await _hash(http, vk)
    assert await _photo(http, vk) is None
    answer = await _window(http, photo_hash)
    assert 'data-type="onProfilePhotoSave"' in answer.text
    assert 'data-origin="http://localhost:3000"' in answer.text
    assert "script-src 'sha256-" in answer.headers["content-security-policy"]
    assert await _photo(http, vk) in answer.text


async def test_a_second_yes_changes_nothing(http, vk):
    """The first photo's window does not undo the second's."""
    first, second = await _hash(http, vk), await _hash(http, vk)
    await _window(http, first)
    await _window(http, second)
    shown = await _photo(http, vk)
    await _window(http, first)
    assert await _photo(http, vk) == shown


async def test_a_no_changes_nothing(http, vk):
    """And the page is told so."""
    answer = await _window(http, await _hash(http, vk), choice="no")
    assert "onProfilePhotoCancel" in answer.text
    assert await _photo(http, vk) is None


async def test_it_is_the_users_own_yes(http, vk):
    """Somebody else is refused, and so is a form or a page from elsewhere."""
    photo_hash = await _hash(http, vk)
    assert (await _window(http, photo_hash, user=5)).status_code == 400
    await http.post("/sign-in", data={"user_id": "1", "next": "/"})
    asked = {"photo_hash": photo_hash, "origin": "http://localhost", "choice": "yes"}
    assert (await http.post("/profile_photo", data=asked)).status_code == 400
    evil = {"photo_hash": photo_hash, "origin": "https://evil.example"}
    assert (await http.get("/profile_photo", params=evil)).status_code == 400
    for other in ("nonsense", http.cookies["threebath_visitor"]):
        wrong = {**asked, "photo_hash": other}
        assert (await http.get("/profile_photo", params=wrong)).status_code == 400
    http.cookies.set("threebath_visitor", photo_hash)
    assert (await http.get("/profile_photo", params=asked)).status_code == 303
    assert await _photo(http, vk) is None


async def test_a_community_photo_and_other_applications_need_no_window(http, vk):
    """The rule is for iframe applications; the script is there for them."""
    script = await http.get("/js/box.js")
    assert "showProfilePhotoBox" in script.text
    issued = await vk.ok("photos.getOwnerPhotoUploadServer")
    reply = await vk.send(issued["upload_url"], PICTURE)
    assert (await vk.ok("photos.saveOwnerPhoto", **reply))["saved"] == 1
