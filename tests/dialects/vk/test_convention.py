"""The calling convention beyond the plain call: versions, JSONP, captcha, rates, OAuth."""

import json
import re
from dataclasses import replace
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest
from starlette.applications import Starlette
from tests.dialects.vk.lab import ADDRESS, V

from threebath.dialects.up.pages import Pages
from threebath.dialects.vk import VK


@pytest.fixture
def vk_with(vk):
    """Return a client of the same house under other settings."""

    def make(**options):
        services = replace(vk.services, options=options)
        routes = [*VK(services).routes(), *Pages(services).routes()]
        transport = httpx.ASGITransport(Starlette(routes=routes))
        return httpx.AsyncClient(transport=transport, base_url=ADDRESS)

    return make


def _asked(vk, token="user", **params):
    return {"access_token": vk.world[f"{token}_token"], "v": V, **params}


@pytest.mark.parametrize("version", ["5.76", "5.0"])
async def test_before_5_77_photos_have_named_sizes(vk, version):
    """photo_75 and so on; sizes, with src, only where they are asked for."""
    reply = await vk.wall_reply()
    [photo] = (await vk.raw("photos.saveWallPhoto", v=version, **reply)).json()["response"]
    assert "sizes" not in photo
    assert photo["photo_604"].endswith("/x.jpg")
    assert (photo["width"], photo["height"]) == (640, 480)
    asked = {"photos": f"1_{photo['id']}", "photo_sizes": 1, "v": version}
    [again] = (await vk.raw("photos.getById", **asked)).json()["response"]
    assert again["sizes"][0]["src"].endswith("/s.jpg")


async def test_before_5_0_photos_have_other_names(vk):
    """pid, aid, created, src, src_big."""
    reply = await vk.wall_reply()
    [photo] = (await vk.raw("photos.saveWallPhoto", v="4.9", **reply)).json()["response"]
    assert photo.keys() >= {"pid", "aid", "created", "src", "src_big", "src_small"}


async def test_from_5_77_on_photos_have_sizes(vk):
    """And no photo_75."""
    reply = await vk.wall_reply()
    [photo] = await vk.ok("photos.saveWallPhoto", v="5.77", **reply)
    assert "photo_75" not in photo


async def test_a_callback_gets_the_answer(vk):
    """JSONP, for answers and for refusals; what is no name of a function is ignored."""
    for name, status in (("users.get", "response"), ("users.none", "error")):
        params = _asked(vk, callback="app.done")
        answer = await vk.http.get(f"/method/{name}", params=params)
        assert answer.headers["content-type"].startswith("text/javascript")
        found = re.fullmatch(r"/\*\*/app\.done\((.*)\);", answer.text, re.DOTALL)
        assert status in json.loads(found[1])
    params = _asked(vk, callback="alert(1)//")
    assert "response" in (await vk.http.get("/method/users.get", params=params)).json()


async def test_a_fourth_call_in_a_second_is_6(vk, vk_with):
    """Users and services: 3; communities: 20; only where the setting says so."""
    async with vk_with(vk_rates="True") as http:
        for token, most in (("user", 3), ("community", 20)):
            name = "group" if token == "community" else token
            found = []
            for _ in range(most + 1):
                answer = await http.post("/method/users.get", data=_asked(vk, name))
                found.append(answer.json().get("error", {}).get("error_code"))
            assert found == [None] * most + [6]
        vk.house.clock.forward(seconds=1)
        answer = await http.post("/method/users.get", data=_asked(vk))
        assert "response" in answer.json()


async def test_a_captcha_is_asked_for_and_taken(vk, vk_with):
    """14 with sid and picture; the call is repeated with both."""
    async with vk_with(vk_captcha="wall.post") as http:
        error = (await http.post("/method/wall.post", data=_asked(vk))).json()["error"]
        assert error["error_code"] == 14
        picture = await http.get(error["captcha_img"])
        assert picture.headers["content-type"].startswith("image/")
        key = re.search(r">(\w+)</text>", picture.text)[1]
        answered = {"captcha_sid": error["captcha_sid"], "captcha_key": key}
        good = _asked(vk, message="hi", **answered)
        assert "response" in (await http.post("/method/wall.post", data=good)).json()
        bad = {**good, "captcha_key": "wrong"}
        assert "error" in (await http.post("/method/wall.post", data=bad)).json()
        assert (await http.get("/captcha.php?sid=x")).status_code == 404


async def _consent(http, choice="allow", **asked):
    """Sign in, look at the page, press a button; return where that leads."""
    await http.post("/sign-in", data={"user_id": "1", "next": "/"})
    shown = await http.get("/authorize", params=asked)
    assert shown.status_code == 200, shown.text
    fields = dict(re.findall(r'name="(\w+)" value="([^"]*)"', shown.text))
    fields.pop("choice", None)
    fields = {name: value.replace("&amp;", "&") for name, value in fields.items()}
    answer = await http.post("/authorize", data={**fields, "choice": choice})
    assert answer.status_code == 302, answer.text
    return urlsplit(answer.headers["location"])


async def test_a_program_without_a_server_is_let_in(vk, vk_with):
    """The implicit flow, to blank.html; the token works, and knows its permissions."""
    async with vk_with(sign_in="anyone") as http:
        asked = {"client_id": vk.world["app_id"], "scope": "65540", "state": "s1"}
        asked["redirect_uri"] = "https://oauth.vk.com/blank.html"
        found = await _consent(http, response_type="token", **asked)
        told = {name: one[0] for name, one in parse_qs(found.fragment).items()}
        assert (found.path, told["expires_in"], told["state"]) == ("/blank.html", "0", "s1")
        assert (await http.get("/blank.html")).status_code == 200
        call = {"access_token": told["access_token"], "v": V}
        album = (await http.post("/method/photos.getAlbums", data=call)).json()
        assert "response" in album
        refused = (await http.post("/method/docs.get", data=call)).json()
        assert refused["error"]["error_code"] == 7


async def test_a_program_with_a_server_exchanges_its_code_once(vk, vk_with):
    """The code flow; a used code, a wrong secret: 401 with OAuth's words."""
    async with vk_with(sign_in="anyone") as http:
        app = {"client_id": vk.world["app_id"]}
        back = "http://localhost/back?x=1"
        asked = {**app, "response_type": "code", "redirect_uri": back, "scope": "photos"}
        found = await _consent(http, **asked)
        code = parse_qs(found.query)["code"][0]
        exchange = {**app, "client_secret": vk.world["app_secret"], "code": code}
        wrong = await http.post("/access_token", data={**exchange, "client_secret": "x"})
        assert (wrong.status_code, wrong.json()["error"]) == (401, "invalid_client")
        got = (await http.get("/access_token", params=exchange)).json()
        assert (got["user_id"], got["expires_in"]) == (1, 86_400)
        again = await http.post("/access_token", data=exchange)
        assert (again.status_code, again.json()["error"]) == (401, "invalid_grant")


async def test_communities_get_tokens_of_their_own(vk, vk_with):
    """access_token_7, and groups in the code flow; only for who administers them."""
    async with vk_with(sign_in="anyone") as http:
        asked = {"client_id": vk.world["app_id"], "group_ids": "7", "scope": "photos"}
        found = await _consent(http, response_type="token", **asked)
        token = parse_qs(found.fragment)["access_token_7"][0]
        call = {"access_token": token, "v": V}
        answer = await http.post("/method/groups.getById", data=call)
        assert answer.json()["response"]["groups"][0]["id"] == 7


async def test_a_no_is_told_to_the_program(vk, vk_with):
    """error=access_denied."""
    async with vk_with(sign_in="anyone") as http:
        asked = {"client_id": vk.world["app_id"], "response_type": "token"}
        found = await _consent(http, "cancel", **asked)
        assert parse_qs(found.fragment)["error"] == ["access_denied"]


async def test_services_and_names_are_let_in_by_their_secrets(vk, vk_with):
    """client_credentials; and the password grant, where visitors are believed."""
    app = {"client_id": vk.world["app_id"], "client_secret": vk.world["app_secret"]}
    async with vk_with(sign_in="anyone") as http:
        service = {**app, "grant_type": "client_credentials"}
        token = (await http.post("/access_token", data=service)).json()["access_token"]
        call = {"access_token": token, "v": V, "user_ids": 1}
        assert "response" in (await http.post("/method/users.get", data=call)).json()
        by_name = {**app, "grant_type": "password", "username": "ada", "password": "x"}
        assert (await http.post("/token", data=by_name)).json()["user_id"] == 1
        nobody = await http.post("/token", data={**by_name, "username": "nobody"})
        assert nobody.status_code == 401
    async with vk_with() as http:
        assert (await http.post("/token", data=by_name)).status_code == 401


@pytest.mark.parametrize(
    "asked",
    [
        {"client_id": "x"},
        {"client_id": "51500001", "redirect_uri": "https://evil.example/"},
        {"client_id": "51500001", "redirect_uri": "https://oauth.vk.com.evil.example/"},
    ],
)
async def test_nobody_is_sent_where_the_application_is_not(vk_with, asked):
    """A page that says so, and no redirect."""
    async with vk_with(sign_in="anyone") as http:
        await http.post("/sign-in", data={"user_id": "1", "next": "/"})
        answer = await http.get("/authorize", params=asked)
        assert answer.status_code == 400


async def test_who_is_not_signed_in_is_asked_to(vk_with):
    """And a form from elsewhere is not taken."""
    async with vk_with(sign_in="anyone") as http:
        answer = await http.get("/authorize?client_id=51500001")
        assert answer.status_code == 303
        await http.post("/sign-in", data={"user_id": "1", "next": "/"})
        forged = {"client_id": "51500001", "choice": "allow", "csrf": "x"}
        assert (await http.post("/authorize", data=forged)).status_code == 400


async def test_an_operator_says_how_large_a_video_may_be(vk, vk_with):
    """The limit is a setting; the refusal names it."""
    async with vk_with(vk_video_bytes="9") as http:
        issued = (await http.post("/method/video.save", data=_asked(vk))).json()["response"]
        files = {"video_file": ("a.mp4", b"0123456789")}
        reply = (await http.post(issued["upload_url"], files=files)).json()
    assert (reply["error"], "larger than 9 bytes" in reply["error_descr"]) == (
        "too_big",
        True,
    )
