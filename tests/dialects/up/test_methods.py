"""Albums, photos, tags, people, communities, sessions: the methods around the upload."""

import json

import pytest
from tests.dialects.up.lab import (
    AID,
    KEY,
    OTHER_SESSION,
    SECRET,
    SESSION,
    arguments,
    read_xml,
    refusal,
)

USER, OTHER = 219_074, 8_055
ALBUM = [
    *("aid", "cover_pid", "owner", "name", "created", "modified"),
    *("description", "location", "link", "size"),
]


async def test_an_album_is_made_and_listed(up):
    """Ids are text, times and sizes are numbers; the page of the album is its link."""
    made = await up.ok(
        "up.photos.createAlbum", name="Под закатом", description="<&>", location="a=b"
    )
    assert list(made) == ALBUM
    assert (made["name"], made["description"], made["location"], made["cover_pid"]) == (
        *("Под закатом", "<&>", "a=b"),
        "0",
    )
    assert made["owner"] == str(USER)
    assert (
        made["link"] == f"http://up.test/photo/album/id/{int(made['aid']) - (USER << 32)}"
    )
    assert isinstance(made["created"], int)
    assert made["size"] == 0
    assert await up.ok("up.photos.getAlbums", aids=made["aid"]) == [made]
    photo = await up.uploaded(aid=made["aid"])
    [seen] = await up.ok("up.photos.getAlbums", aids=made["aid"])
    assert (seen["size"], seen["cover_pid"]) == (1, photo["pid"])
    asked = arguments("up.photos.getAlbums", uid=USER, format=None)
    root = read_xml((await up.send(asked)).text)
    assert (root.tag, root.get("list")) == ("photos_getAlbums_response", "true")
    assert [one.findtext("aid") for one in root] == [AID, made["aid"]]


@pytest.mark.parametrize(
    ("asked", "found"),
    [
        ({"uid": USER}, [AID]),
        ({"aids": AID}, [AID]),
        ({"aids": f"{AID},1, 2"}, [AID]),
        ({"aids": json.dumps([AID])}, [AID]),
        ({"aids": json.dumps([int(AID), 5])}, [AID]),
        ({"uid": OTHER, "aids": AID}, []),
        ({"uid": OTHER}, []),
        ({"aids": str((OTHER << 32) + 2058813)}, []),
        ({"uid": 9 * 10**18}, []),
    ],
    ids=str,
)
async def test_albums_are_found_by_owner_and_by_id(up, asked, found):
    """Both at once mean both; ids come with commas or as JSON."""
    albums = await up.ok("up.photos.getAlbums", **asked)
    assert [one["aid"] for one in albums] == found


@pytest.mark.parametrize(
    ("method", "given"),
    [
        ("up.photos.createAlbum", {}),
        ("up.photos.createAlbum", {"name": ""}),
        ("up.photos.getAlbums", {}),
        ("up.photos.getAlbums", {"aids": "", "uid": ""}),
        ("up.photos.getAlbums", {"aids": "1;2"}),
        ("up.photos.getAlbums", {"uid": "x"}),
        ("up.photos.getAlbums", {"aids": ",".join(["1"] * 1001)}),
        ("up.photos.get", {}),
        ("up.photos.getTags", {}),
        ("up.photos.addTag", {}),
        ("up.users.getInfo", {}),
        ("up.users.getInfo", {"pageUrls": ",".join(["a"] * 1001)}),
        ("up.users.hasAppPermission", {}),
        ("up.users.hasAppPermission", {"ext_perm": "email"}),
        ("up.auth.getSession", {}),
        ("up.auth.getSession", {"auth_token": "0" * 38}),
    ],
    ids=str,
)
async def test_a_missing_or_senseless_argument_is_100(up, method, given):
    """Whatever the method."""
    assert (await up.error(method, **given))[0] == 100


async def test_photos_are_found_by_album_id_and_person(up):
    """Several conditions mean all of them; ten to a page."""
    pids = [(await up.uploaded(aid=AID))["pid"] for _ in range(12)]
    elsewhere = (await up.uploaded())["pid"]

    async def found(**asked):
        return [one["pid"] for one in await up.ok("up.photos.get", **asked)]

    assert await found(aid=AID) == pids[:10]
    assert await found(aid=AID, pageNumber=2) == pids[10:]
    assert await found(aid=AID, pageNumber=2, pageSize=5) == pids[5:10]
    assert await found(aid=AID, pageSize=5000) == pids
    assert await found(pids=f"{pids[3]},{elsewhere},17") == [pids[3], elsewhere]
    assert await found(pids=f"{pids[3]},{elsewhere}", aid=AID) == [pids[3]]
    assert await found(pids=str(int(pids[3]) + (1 << 32))) == []
    for pid in pids[:11]:
        await up.ok("up.photos.addTag", pid=pid, tag_uid=OTHER, x=1, y=2)
    assert await found(uids=OTHER, pageSize=100) == pids[:11]
    assert await found(subj_id=OTHER) == pids[:11]
    assert await found(uids=f"{OTHER},{USER}", pids=pids[0]) == [pids[0]]
    assert await found(uids=USER) == []
    for wrong in (str(int(AID) + (1 << 32)), "5", str((11 << 32) + up.house.album_id)):
        assert (await up.error("up.photos.get", aid=wrong))[0] == 120
    [photo] = await up.ok("up.photos.get", pids=pids[0])
    assert isinstance(photo["created"], int)


async def test_tags(up):
    """Of a pending photo of one's own; twenty; then as many as one likes."""
    pid = (await up.uploaded())["pid"]
    listed = [
        {"x": "10.5", "y": 20, "tag_uid": OTHER},
        {"x": 100, "y": 0, "tag_text": "море 🌊"},
    ]
    assert await up.ok("up.photos.addTag", pid=pid, tags=json.dumps(listed)) == 1
    first, second = await up.ok("up.photos.getTags", pids=pid)
    assert list(first) == ["pid", "subject", "text", "xcoord", "ycoord", "created"]
    assert (first["pid"], first["subject"], first["text"]) == (pid, str(OTHER), "")
    assert (first["xcoord"], first["ycoord"]) == ("10.5", "20")
    assert (second["subject"], second["text"], second["xcoord"]) == ("", "море 🌊", "100")
    for _ in range(18):
        await up.ok("up.photos.addTag", pid=pid, tag_text="a=b", x=1, y=1)
    assert (await up.error("up.photos.addTag", pid=pid, tag_text="a", x=1, y=1))[0] == 326
    others = {"session_key": OTHER_SESSION}
    assert await up.ok("up.photos.getTags", pids=pid, **others) == []
    assert (await up.error("up.photos.addTag", pid=pid, **others))[0] == 121
    await up.house.memory.library.approve(int(pid) & (2**32 - 1))
    assert len(await up.ok("up.photos.getTags", pids=pid, **others)) == 20
    tag = {"pid": pid, "tag_text": "a", "x": 1, "y": 1}
    assert (await up.error("up.photos.addTag", **tag))[0] == 323
    await up.grant()
    assert await up.ok("up.photos.addTag", **tag) == 1
    await up.grant(OTHER)
    assert (await up.error("up.photos.addTag", **tag, **others))[0] == 323


@pytest.mark.parametrize(
    ("given", "code"),
    [
        ({"tag_uid": 1}, 322),
        ({"tag_text": " "}, 100),
        ({"tag_text": "a", "x": "101"}, 100),
        ({"tag_text": "a", "y": "-1"}, 100),
        ({"tags": "{"}, 100),
        ({"tags": "[" * 10_000}, 100),
        ({"tags": "{}"}, 100),
        ({"tags": "[1]"}, 100),
        ({"tags": '[{"tag_uid": [5], "x": 1, "y": 1}]'}, 322),
        ({"tags": '[{"tag_text": "a", "x": "NaN", "y": 1}]'}, 100),
        ({"tags": '[{"tag_text": "a", "x": {}, "y": 1}]'}, 100),
        ({"tags": "[" + ",".join(["{}"] * 1001) + "]"}, 100),
        ({"pid": "1", "tag_text": "a"}, 121),
        ({"pid": "x", "tag_text": "a"}, 121),
    ],
    ids=str,
)
async def test_a_senseless_tag_is_refused(up, given, code):
    """Nobody's, nowhere, no JSON, of no photo."""
    pid = (await up.uploaded())["pid"]
    asked = {"pid": pid, "x": 1, "y": 1, **given}
    assert (await up.error("up.photos.addTag", **asked))[0] == code
    assert await up.ok("up.photos.getTags", pids=pid) == []


async def test_people(up):
    """Who calls, who added the application, who may do more."""
    assert await up.ok("up.users.getLoggedInUser") == USER
    assert await up.ok("up.users.isAppAdded") == 1
    assert await up.ok("up.users.isAppAdded", uid=OTHER) == 0
    await up.grant(OTHER)
    assert await up.ok("up.users.isAppAdded", uid=OTHER) == 1
    root = read_xml((await up.send(arguments("up.users.isAppAdded", format=None))).text)
    assert (root.tag, root.text) == ("users_isAppAdded_response", "1")
    [uma] = await up.ok("up.users.getInfo", uids=USER, session_key=None)
    assert (uma["uid"], uma["pageUrl"], uma["name"]) == (str(USER), "uma", "Uma Peters")


async def test_communities(up):
    """No session, no community; an application of one community sees that one."""
    bare = {"session_key": None, "community": None}
    found = await up.ok("up.community.getList", **bare)
    assert [list(one) for one in found] == [["name", "title", "url"]] * len(found)
    assert {"mashable", "mycommunity"} <= {one["name"] for one in found}
    await up.application(community_id=1002)
    asked = arguments("up.community.getList", **bare, api_key="another", format=None)
    root = read_xml((await up.send(asked, secret="its own")).text)
    assert [one.findtext("name") for one in root.iter("community")] == ["mycommunity"]


async def test_communities_are_apart(up):
    """Albums and photos of one are not there in another, for the same user."""
    await up.application(community_id=1002)
    asked = {"api_key": "another", "session_key": "other-app", "community": "mycommunity"}
    theirs = arguments("up.photos.createAlbum", name="Apart", **asked)
    aid = (await up.send(theirs, secret="its own")).json()["aid"]
    files = {"data": ("a.jpg", b"toy 9x9")}
    await up.grant()
    theirs = arguments("up.photos.upload", aid=aid, **asked)
    pid = (await up.send(theirs, secret="its own", files=files)).json()["pid"]
    assert [one["aid"] for one in await up.ok("up.photos.getAlbums", uid=USER)] == [AID]
    assert await up.ok("up.photos.get", pids=pid) == []
    assert (await up.error("up.photos.get", aid=aid))[0] == 120
    assert (await up.refused(aid=aid))[0] == 120


async def test_a_token_becomes_a_session_once(up):
    """After its user has signed in; the session has a secret of its own, and ends."""
    bare = {"session_key": None}
    token = await up.ok("up.auth.createToken", expires=90, **bare)
    assert len(token) == 38
    exchange = {"auth_token": token, "community": None, **bare}
    code, words = await up.error("up.auth.getSession", **exchange)
    assert (code, "sign in" in words) == (100, True)
    clock, registry = up.house.clock, up.house.memory.registry
    assert await registry.sign_in_code(token, OTHER, clock())
    await up.application()
    stolen = arguments("up.auth.getSession", **{**exchange, "api_key": "another"})
    assert refusal(await up.send(stolen, secret="its own"))[0] == 100
    session = await up.ok("up.auth.getSession", **exchange)
    assert list(session) == ["session_key", "uid", "expires", "secret"]
    assert session["uid"] == str(OTHER)
    assert session["expires"] == int(clock().timestamp()) + 90 * 60
    assert (await up.error("up.auth.getSession", **exchange))[0] == 100
    asked = arguments("up.users.getLoggedInUser", session_key=session["session_key"])
    for secret in (session["secret"], SECRET):
        assert (await up.send(asked, secret)).json() == OTHER
    clock.forward(minutes=90)
    assert refusal(await up.send(asked))[0] == 102


async def test_a_token_goes_stale(up):
    """Who does not sign in within half an hour starts again."""
    token = await up.ok("up.auth.createToken", session_key=None)
    up.house.clock.forward(minutes=30)
    signed_in = await up.house.memory.registry.sign_in_code(token, 5, up.house.clock())
    assert not signed_in
    code, words = await up.error("up.auth.getSession", auth_token=token, session_key=None)
    assert (code, "stale" in words) == (100, True)


async def test_the_application_s_secret_alone_signs_for_tokens(up):
    """Not a session's, though a session key is sent along."""
    token = await up.ok("up.auth.createToken", session_key=None)
    await up.house.memory.registry.sign_in_code(token, OTHER, up.house.clock())
    session = await up.ok("up.auth.getSession", auth_token=token, session_key=None)
    asked = arguments("up.auth.createToken", session_key=session["session_key"])
    assert refusal(await up.send(asked, session["secret"]))[0] == 104
    assert len((await up.send(asked)).json()) == 38


async def test_a_session_can_be_ended(up):
    """From then on its key is none."""
    assert await up.ok("up.auth.expireSession") == 1
    assert (await up.error("up.users.getLoggedInUser"))[0] == 102


async def test_second_names_of_methods_and_keys(up):
    """``facebook.`` and bare names; ``apiKey`` with ``sig``."""
    for method in ("facebook.users.getLoggedInUser", "Users.GETLOGGEDINUSER"):
        assert await up.ok(method) == USER
    asked = arguments("users.getLoggedInUser", api_key=None, apiKey=KEY)
    assert (await up.send(asked)).json() == USER
    asked = arguments("facebook.users.getLoggedInUser", session_key=SESSION, format=None)
    assert read_xml((await up.send(asked)).text).tag == "users_getLoggedInUser_response"
