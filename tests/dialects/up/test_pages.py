"""What people see: signing in, allowing, approving; each form is its own page's."""

import re
from html import unescape

import pytest
from tests.dialects.up.lab import AID, KEY, OTHER_SESSION, build

from threebath.core.signing import Keyring, Purpose
from threebath.dialects.visitors import COOKIE, HEADER
from threebath.service.sweep import examine

USER, OTHER = 219_074, 8_055
ALBUM = "/photo/album/id/2058813"


async def sign_in(up, user=USER, back="/"):
    up.http.cookies.clear()
    answer = await up.http.post("/sign-in", data={"user_id": user, "next": back})
    assert answer.status_code == 303
    return answer.headers["location"]


async def look(up, path, status=200):
    """Open a page; it holds no script and takes nothing from elsewhere."""
    answer = await up.http.get(path)
    assert answer.status_code == status, answer.text
    if status == 200:
        policy = answer.headers["content-security-policy"]
        assert policy.startswith("default-src 'none'; style-src 'sha256-")
        assert "frame-ancestors 'none'" in policy
        assert "<script" not in answer.text
        assert answer.headers["cache-control"] == "no-store"
    return answer.text


def fields(text):
    """Return the hidden fields of a page."""
    found = re.findall(r'<input type="hidden" name="(.*?)" value="(.*?)">', text)
    return {name: unescape(value) for name, value in found}


async def press(up, path, **chosen):
    """Fill in a page's form."""
    page = await look(up, path)
    sent = {**fields(page), **{name: str(one) for name, one in chosen.items()}}
    return await up.http.post(path.partition("?")[0], data=sent)


def number(photo):
    return int(photo["pid"]) & (2**32 - 1)


async def test_the_owner_approves_and_rejects(up):
    """Approved photos are everybody's; of rejected ones no byte is left."""
    photos = [await up.uploaded(aid=AID, caption=f"<b>{n}</b>") for n in range(3)]
    await sign_in(up)
    page = await look(up, ALBUM)
    assert "Waiting for you · 3" in page
    assert "&lt;b&gt;0&lt;/b&gt;" in page
    assert "<b>0" not in page
    answer = await press(up, ALBUM, approve=number(photos[0]))
    assert (answer.status_code, answer.headers["location"]) == (303, ALBUM)
    page = await up.http.get(ALBUM)
    token = fields(page.text)["csrf"]
    rejected = {"reject": number(photos[1]), "csrf": token}
    assert (await up.http.post(ALBUM, data=rejected)).status_code == 303
    seen = await up.ok("up.photos.get", aid=AID, session_key=OTHER_SESSION)
    assert [one["pid"] for one in seen] == [photos[0]["pid"]]
    own = await up.ok("up.photos.get", aid=AID)
    assert [one["pid"] for one in own] == [photos[0]["pid"], photos[2]["pid"]]
    found = await examine(up.house.memory.catalog, up.house.blobs)
    assert (found.assets, found.blobs, found.healthy) == (2, 6, True)
    [album] = await up.ok("up.photos.getAlbums", aids=AID)
    assert album["size"] == 2


async def test_all_at_once(up):
    """One form approves everything that waits."""
    for _ in range(3):
        await up.uploaded(aid=AID)
    await sign_in(up)
    page = await look(up, ALBUM)
    every = re.findall(r'type="hidden" name="approve" value="(\d+)"', page)
    sent = {"csrf": fields(page)["csrf"], "approve": every}
    assert (await up.http.post(ALBUM, data=sent)).status_code == 303
    assert len(await up.ok("up.photos.get", aid=AID, session_key=OTHER_SESSION)) == 3


async def test_deciding_twice_changes_nothing(up):
    """Two windows, a repeated click: what was decided stays decided."""
    photo = await up.uploaded(aid=AID)
    await sign_in(up)
    token = fields(await look(up, ALBUM))["csrf"]
    for choice in ({"approve": number(photo)}, {"reject": number(photo)}):
        answer = await up.http.post(ALBUM, data={**choice, "csrf": token})
        assert answer.status_code == 303
    assert len(await up.ok("up.photos.get", aid=AID, session_key=OTHER_SESSION)) == 1
    gone = await up.uploaded(aid=AID)
    for _ in range(2):
        answer = await up.http.post(ALBUM, data={"reject": number(gone), "csrf": token})
        assert answer.status_code == 303
    senseless = await up.http.post(ALBUM, data={"reject": "x" * 30, "csrf": token})
    assert senseless.status_code == 404


async def test_others_see_what_is_approved_and_decide_nothing(up):
    """Nor does a form from elsewhere."""
    photo = await up.uploaded(aid=AID)
    await sign_in(up)
    token = fields(await look(up, ALBUM))["csrf"]
    choice = {"approve": number(photo)}
    for forged in ({}, {"csrf": ""}, {"csrf": "0" * 32}):
        answer = await up.http.post(ALBUM, data={**choice, **forged})
        assert answer.status_code == 400
    own = await look(up, f"/photo/id/{number(photo)}")
    assert 'class="photo"' in own
    await sign_in(up, OTHER)
    page = await look(up, ALBUM)
    assert "Waiting" not in page
    assert "No photos to see here yet" in page
    await look(up, f"/photo/id/{number(photo)}", 404)
    answer = await up.http.post(ALBUM, data={**choice, "csrf": token})
    assert answer.status_code == 404
    assert await up.ok("up.photos.get", aid=AID, session_key=OTHER_SESSION) == []


@pytest.mark.parametrize(
    "path", ["/photo/album/id/1", "/photo/album/id/99999999999999999999", "/photo/id/1"]
)
async def test_what_is_not_there_or_not_ours_is_404(up, path):
    """Another network's album, a number that no row has."""
    await sign_in(up)
    await look(up, path, 404)


async def test_strangers_are_asked_who_they_are(up):
    """And come back to where they were; only to places of ours."""
    answer = await up.http.get(ALBUM)
    assert answer.status_code == 303
    assert answer.headers["location"] == f"/sign-in?next={ALBUM.replace('/', '%2F')}"
    page = await look(up, answer.headers["location"])
    assert fields(page)["next"] == ALBUM
    assert f'name="user_id" value="{USER}">Uma Peters</button>' in page
    assert await sign_in(up, back=ALBUM) == ALBUM
    for elsewhere in ("//evil.test", "https://evil.test", "/\\evil.test", "x", "/\r\nx"):
        assert await sign_in(up, back=elsewhere) == "/"


async def test_nobody_is_signed_in_as_nobody(up):
    """Unknown, senseless, or sent by a page of somebody else."""
    for user in ("1", "x", "", "9" * 20, "-5"):
        answer = await up.http.post("/sign-in", data={"user_id": user})
        assert answer.status_code == 403
        assert COOKIE not in answer.cookies
    elsewhere = {"origin": "https://evil.test"}
    answer = await up.http.post("/sign-in", data={"user_id": USER}, headers=elsewhere)
    assert answer.status_code == 403


async def test_the_cookie_is_ours_and_runs_out(up):
    """Touched, of other keys, or too old: not signed in. Signing out forgets it."""
    await sign_in(up)
    good = up.http.cookies[COOKIE]
    foreign = Keyring((b"another secret for tests",))
    others = (b"a form of another page", b"\xff", b"threebath_visitor:1:9999999999:ab")
    ours = [up.keys.seal(Purpose.PAGE, one) for one in others]
    theirs = foreign.seal(Purpose.PAGE, b"threebath_visitor:219074:9999999999:ab")
    for bad in (good[:-1], "x" + good[1:], "", theirs, *ours):
        up.http.cookies.clear()
        up.http.cookies.set(COOKIE, bad)
        assert (await up.http.get(ALBUM)).status_code == 303
    await sign_in(up)
    assert (await up.http.post("/sign-out")).status_code == 303
    await look(up, ALBUM)
    token = fields(await look(up, ALBUM))["csrf"]
    answer = await up.http.post("/sign-out", data={"csrf": token})
    assert (answer.status_code, up.http.cookies.get(COOKIE)) == (303, None)
    await sign_in(up)
    up.house.clock.forward(hours=12)
    assert (await up.http.get(ALBUM)).status_code == 303


async def test_without_a_way_to_sign_in_there_are_no_pages(tmp_path):
    """The default: the pages say so, and nobody can choose who to be."""
    async with build(tmp_path, sign_in="off") as up:
        for path in (ALBUM, f"/login.php?api_key={KEY}", "/sign-in", "/photo/id/1"):
            assert "has not been told" in await look(up, path, 403)
        answer = await up.http.post("/sign-in", data={"user_id": USER})
        assert answer.status_code == 403
        assert COOKIE not in answer.cookies


async def test_a_proxy_says_who_it_is(tmp_path):
    """In a header, which the proxy takes out of what comes from outside."""
    async with build(tmp_path, sign_in="header") as up:
        photo = await up.uploaded(aid=AID)
        await look(up, ALBUM, 403)
        up.http.headers[HEADER] = str(USER)
        answer = await press(up, ALBUM, approve=number(photo))
        assert answer.status_code == 303
        for wrong in ("", "x", "1"):
            up.http.headers[HEADER] = wrong
            await look(up, ALBUM, 403)


async def test_a_desktop_program_is_let_in(up):
    """Its own token becomes good; cancelled, or used twice, it does not."""
    token = await up.ok("up.auth.createToken", session_key=None)
    path = f"/login.php?api_key={KEY}&v=1.0&auth_token={token}"
    where = await sign_in(up, back=path)
    assert "Nothing was allowed" in (await press(up, where, choice="cancel")).text
    exchange = {"auth_token": token, "session_key": None}
    assert (await up.error("up.auth.getSession", **exchange))[0] == 100
    page = await look(up, where)
    assert "Sunset wants to act for you" in page
    assert "Go back to Sunset" in (await press(up, where, choice="allow")).text
    assert (await press(up, where, choice="allow")).status_code == 400
    session = await up.ok("up.auth.getSession", **exchange)
    assert session["uid"] == str(USER)


async def test_a_web_program_gets_a_token_back(up):
    """Appended to its address; the session has no secret of its own."""
    await sign_in(up, OTHER)
    there = "https://app.example/back?x=1%20"
    path = f"/login.php?api_key={KEY}&next=https%3A%2F%2Fapp.example%2Fback%3Fx%3D1%2520"
    page = await look(up, path)
    assert "https://app.example</code>" in page
    policy = (await up.http.get(path)).headers["content-security-policy"]
    assert "form-action 'self' https://app.example;" in policy
    answer = await press(up, path, choice="allow")
    back, _, token = answer.headers["location"].partition("&auth_token=")
    assert (answer.status_code, back) == (303, there)
    session = await up.ok("up.auth.getSession", auth_token=token, session_key=None)
    assert list(session) == ["session_key", "uid", "expires"]
    assert (session["uid"], session["expires"]) == (str(OTHER), 0)


async def test_a_permission_is_granted_and_withdrawn(up):
    """For good, by the user alone; the program is told by hasAppPermission."""
    await sign_in(up)
    path = f"/authorize.php?api_key={KEY}&v=1.0&ext_perm=photo_upload"
    told = (await press(up, path + "&next=http%3A%2F%2Fa.test%2F", choice="allow")).headers
    assert told["location"] == "http://a.test/"
    assert await up.ok("up.users.hasAppPermission", ext_perm="photo_upload") == 1
    assert "are seen by others at once" in await look(up, path)
    await press(up, path, choice="withdraw")
    assert await up.ok("up.users.hasAppPermission", ext_perm="photo_upload") == 0
    cancelled = await press(up, path, choice="cancel")
    assert "Nothing was changed" in cancelled.text
    forged = {"api_key": KEY, "ext_perm": "photo_upload", "choice": "allow"}
    assert (await up.http.post("/authorize.php", data=forged)).status_code == 400
    assert await up.ok("up.users.hasAppPermission", ext_perm="photo_upload") == 0


@pytest.mark.parametrize(
    "query",
    [
        "api_key=unknown",
        "",
        f"api_key={KEY}&next=javascript:alert(1)",
        f"api_key={KEY}&next=//evil.test",
        f"api_key={KEY}&next_cancel=data:text/html,x",
        f"api_key={KEY}&ext_perm=email",
        f"api_key={KEY}&next=http://[x/",
        f"api_key={KEY}&next=http://a;b/",
    ],
)
async def test_senseless_requests_for_consent_are_told_so(up, query):
    """With a page, and no way to go on."""
    await sign_in(up)
    page = await look(up, f"/authorize.php?{query}", 400)
    assert "That did not work" in page
    assert "<form" not in page


async def test_titles_cannot_break_the_page(up):
    """What an application is called is text."""
    await up.application(title="<img src=x onerror=alert(1)>")
    await sign_in(up)
    page = await look(up, "/login.php?api_key=another")
    assert "<img" not in page
