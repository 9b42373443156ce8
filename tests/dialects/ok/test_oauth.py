"""OAuth: a person lets a program in at a page, and the program gets its tokens."""

import re
from dataclasses import replace
from html import unescape
from urllib.parse import parse_qs, urlsplit

import pytest
from tests.dialects.ok.lab import APP, build, md5

BACK = "http://localhost:9000/back"
ASKED = {
    "client_id": "9",
    "scope": "VALUABLE ACCESS;PHOTO_CONTENT,NONSENSE",
    "response_type": "code",
    "redirect_uri": BACK,
    "state": "a&b",
}


async def sign_in(ok, user_id="123"):
    await ok.http.post("/sign-in", data={"user_id": user_id, "next": "/"})


async def choose(ok, choice="allow", **changes):
    """Open the page, press a button, and return where the browser is sent."""
    asked = {**ASKED, **changes}
    answer = await ok.http.get("/oauth/authorize", params=asked)
    assert answer.status_code == 200, answer.text
    fields = {
        name: unescape(value)
        for name, value in re.findall(r'name="(\w+)" value="([^"]*)"', answer.text)
    }
    answer = await ok.http.post("/oauth/authorize", data={**fields, "choice": choice})
    assert answer.status_code == 303, answer.text
    return answer.headers["location"]


def said(address, part="query"):
    found = parse_qs(getattr(urlsplit(address), part))
    return {name: one for name, [one] in found.items()}


async def exchange(ok, **fields):
    data = {"client_id": "9", "client_secret": APP.secret, "redirect_uri": BACK, **fields}
    answer = await ok.http.post("/oauth/token.do", data=data)
    assert answer.headers["cache-control"] == "no-store"
    return answer


async def me(ok, token):
    params = {"application_key": APP.key, "method": "users.getCurrentUser"}
    text = "".join(f"{name}={params[name]}" for name in sorted(params))
    sig = md5(text + md5(token + APP.secret))
    answer = await ok.http.post(
        "/fb.do", data={**params, "access_token": token, "sig": sig}
    )
    return answer.json()


async def test_a_code_becomes_tokens_and_a_refresh_token_more_of_them(ok):
    """The server's flow; a code is good once, a refresh token for thirty days."""
    await sign_in(ok)
    where = await choose(ok)
    assert where.startswith(f"{BACK}?")
    assert said(where)["state"] == "a&b"
    code = said(where)["code"]
    answer = await exchange(ok, grant_type="authorization_code", code=code)
    told = answer.json()
    assert list(told) == ["access_token", "refresh_token", "expires_in", "token_type"]
    assert (told["expires_in"], told["token_type"]) == (1800, "session")
    assert (await me(ok, told["access_token"]))["name"] == "Olga Orlova"
    again = await exchange(ok, grant_type="authorization_code", code=code)
    assert (again.status_code, again.json()["error"]) == (400, "invalid_grant")
    ok.house.clock.forward(days=29)
    assert (await me(ok, told["access_token"]))["error_code"] == 102
    refresh = {"grant_type": "refresh_token", "refresh_token": told["refresh_token"]}
    fresh = (await exchange(ok, **refresh)).json()
    assert (await me(ok, fresh["access_token"]))["uid"] == "123"
    granted = await ok.house.memory.registry.permissions(9, 123)
    assert granted == {"VALUABLE_ACCESS", "PHOTO_CONTENT"}
    ok.house.clock.forward(days=2)
    assert (await exchange(ok, **refresh)).json()["error"] == "invalid_grant"


async def test_a_browser_gets_its_token_in_the_hash(ok):
    """With the secret that signs, which is the one that a server would derive."""
    await sign_in(ok)
    where = await choose(ok, response_type="token", scope="LONG_ACCESS_TOKEN")
    told = said(where, "fragment")
    assert told["session_secret_key"] == md5(told["access_token"] + APP.secret)
    assert told["permissions_granted"] == "LONG_ACCESS_TOKEN"
    assert (told["expires_in"], told["state"]) == ("2592000", "a&b")
    assert (await me(ok, told["access_token"]))["uid"] == "123"


async def test_a_person_may_say_no(ok):
    """The program hears of it, and nothing is granted."""
    await sign_in(ok)
    assert said(await choose(ok, "cancel"))["error"] == "access_denied"
    where = await choose(ok, "cancel", response_type="token")
    assert said(where, "fragment")["error"] == "access_denied"
    assert await ok.house.memory.registry.permissions(9, 123) == frozenset()


async def test_an_old_gem_may_refresh_with_its_access_token(ok):
    """It gets the same one back, as long as that is good."""
    asked = {"grant_type": "refresh_token", "application_key": APP.key, "sig": "x"}
    answer = await exchange(ok, refresh_token="tok1", **asked)
    assert answer.json()["access_token"] == "tok1"
    other = await exchange(ok, refresh_token=ok.world["access_token"], **asked)
    assert other.json()["error"] == "invalid_grant"


BAD = {
    "another secret": ({"client_secret": "no"}, 401, "invalid_client"),
    "no secret": ({"client_secret": ""}, 401, "invalid_client"),
    "another program": ({"client_id": "8"}, 401, "invalid_client"),
    "a program of no name": ({"client_id": "nobody"}, 401, "invalid_client"),
    "another redirect": ({"redirect_uri": f"{BACK}/x"}, 400, "invalid_grant"),
    "another code": ({"code": "x" * 72}, 400, "invalid_grant"),
    "no code": ({"code": ""}, 400, "invalid_grant"),
    "another grant": ({"grant_type": "password"}, 400, "unsupported_grant_type"),
    "a code to refresh with": (
        {"grant_type": "refresh_token", "refresh_token": "CODE"},
        400,
        "invalid_grant",
    ),
}


@pytest.mark.parametrize(("change", "status", "word"), BAD.values(), ids=BAD)
async def test_tokens_are_for_who_asked_for_them(ok, change, status, word):
    """Secret, program, redirect address and code must fit; then it still goes through."""
    await sign_in(ok)
    code = said(await choose(ok))["code"]
    good = {"grant_type": "authorization_code", "code": code}
    change = {name: one.replace("CODE", code) for name, one in change.items()}
    answer = await exchange(ok, **{**good, **change})
    assert (answer.status_code, answer.json()["error"]) == (status, word)
    assert (await exchange(ok, **good)).status_code == 200


async def test_a_code_lives_two_minutes(ok):
    """As documented."""
    await sign_in(ok)
    code = said(await choose(ok))["code"]
    ok.house.clock.forward(minutes=2)
    answer = await exchange(ok, grant_type="authorization_code", code=code)
    assert answer.json()["error"] == "invalid_grant"


async def test_a_refresh_token_is_no_code(ok):
    """Nor is it an access token."""
    await sign_in(ok)
    code = said(await choose(ok))["code"]
    told = (await exchange(ok, grant_type="authorization_code", code=code)).json()
    refresh = told["refresh_token"]
    again = await exchange(ok, grant_type="authorization_code", code=refresh)
    assert again.json()["error"] == "invalid_grant"
    assert (await me(ok, refresh))["error_code"] == 103


@pytest.mark.parametrize(
    "change",
    [
        {"redirect_uri": "https://evil.example/"},
        {"redirect_uri": "javascript:alert(1)"},
        {"redirect_uri": "http://localhost.evil.example/"},
        {"redirect_uri": "http://a@localhost/"},
        {"redirect_uri": "//localhost/"},
        {"redirect_uri": "http://localhost/\\evil"},
        {"redirect_uri": ""},
        {"client_id": "8"},
        {"client_id": "<script>"},
        {"response_type": "id_token"},
    ],
)
async def test_nobody_is_sent_where_the_program_never_said(ok, change):
    """A page says what is wrong; nothing is echoed that could run."""
    await sign_in(ok)
    answer = await ok.http.get("/oauth/authorize", params={**ASKED, **change})
    assert answer.status_code == 400
    assert "<script" not in answer.text
    assert "location" not in answer.headers


async def test_a_registered_address_is_as_good_as_this_machine(ok):
    """Of a host, or of a phone's program, to which a link leads."""
    await sign_in(ok)
    mine = replace(APP, redirects=("https://app.example/back", "okauth://ok9"))
    await ok.house.memory.registry.add_application(mine)
    where = await choose(ok, redirect_uri="https://app.example/back?x=1")
    assert where.startswith("https://app.example/back?x=1&code=")
    asked = {**ASKED, "redirect_uri": "okauth://ok9", "response_type": "token"}
    page = await ok.http.get("/oauth/authorize", params=asked)
    csrf = re.search(r'name="csrf" value="(\w+)"', page.text)[1]
    done = {**asked, "csrf": csrf, "choice": "allow"}
    answer = await ok.http.post("/oauth/authorize", data=done)
    assert 'href="okauth://ok9#access_token=' in answer.text


async def test_the_page_is_for_who_signed_in_and_forms_for_who_saw_it(ok):
    """Others are sent to sign in first; a form from elsewhere does nothing."""
    answer = await ok.http.get("/oauth/authorize", params=ASKED)
    assert (answer.status_code, answer.headers["location"][:9]) == (303, "/sign-in?")
    await sign_in(ok)
    for csrf in ({}, {"csrf": "0" * 32}):
        data = {**ASKED, "choice": "allow", **csrf}
        assert (await ok.http.post("/oauth/authorize", data=data)).status_code == 400
    page = await ok.http.get("/oauth/authorize", params=ASKED)
    assert "frame-ancestors 'none'" in page.headers["content-security-policy"]
    assert "upload, change and delete your photos" in page.text
    assert "localhost:9000" in page.text


async def test_where_nobody_can_sign_in_nobody_is_let_in(tmp_path):
    """The setting is off unless somebody turns it on."""
    async with build(tmp_path, sign_in="off") as ok:
        answer = await ok.http.get("/oauth/authorize", params=ASKED)
        assert answer.status_code == 403
        assert (await ok.http.get("/ok/example")).status_code == 404
    async with build(tmp_path, sign_in="off", ok_example="CBAPPKEY") as ok:
        assert (await ok.http.get("/ok/example")).status_code == 403


async def test_a_proxy_may_have_signed_people_in(tmp_path):
    """The host application's own login, as the header says it."""
    async with build(tmp_path, sign_in="header") as ok:
        ok.http.headers["X-Threebath-User"] = "456"
        code = said(await choose(ok))["code"]
        answer = await exchange(ok, grant_type="authorization_code", code=code)
        assert (await me(ok, answer.json()["access_token"]))["uid"] == "456"


async def test_bad_bodies_are_told_in_oauths_words(ok):
    """A body of another type is an invalid request."""
    answer = await ok.http.post("/oauth/token.do", json={})
    assert (answer.status_code, answer.json()["error"]) == (400, "invalid_request")


async def test_the_example_has_one_session_for_each_visitor(tmp_path):
    """However often it is opened; signed with its own secret, it may upload."""
    async with build(tmp_path, ok_example="CBADARKROOM") as ok:
        await sign_in(ok)
        first = await ok.http.get("/ok/example")
        assert first.text == (await ok.http.get("/ok/example")).text
        [found] = re.findall(r'data-session="([^"]+)" data-secret="([^"]+)"', first.text)
        ok.world["session_key"], ok.world["session_secret_key"] = found
        assert await ok.ok("photosV2.getUploadUrl", "session")
        assert (await ok.error("photosV2.getUploadUrl", "session", gid="53001"))[0] == 10
        policy = first.headers["content-security-policy"]
        assert "script-src 'sha256-" in policy
        assert "unsafe" not in policy
        ok.house.clock.forward(minutes=30)
        assert (await ok.error("photosV2.getUploadUrl", "session"))[0] == 102
