"""minifb 1.3 from the package index, unmodified, on Python 2.7."""

import pytest
from tests.interop.legacy import run, unpacked
from tests.live import running

pytestmark = pytest.mark.interop

SCRIPT = """
import json, sys
import minifb
given = json.load(sys.stdin)
minifb._fbUrl = str(given["api"])
out = []
for method, said in given["calls"]:
    said = dict((str(k), v.encode("utf-8") if isinstance(v, unicode) else v)
                for k, v in said.items())
    secret = minifb.FacebookSecret(said.pop("secret", str(given["secret"])))
    try:
        out.append(minifb.call(method, str(given["api_key"]), secret, **said))
    except minifb.FacebookError as error:
        out.append({"error": error.error_code, "told": error.error_msg})
json.dump(out, sys.stdout)
"""


@pytest.fixture(scope="module")
def minifb(tmp_path_factory):
    return unpacked(tmp_path_factory.mktemp("minifb"), "minifb==1.3")


@pytest.fixture(scope="module")
def server(minifb, tmp_path_factory):  # noqa: ARG001 - none is started without it
    with running(tmp_path_factory.mktemp("up") / "data") as live:
        yield live


def call(live, path, *calls):
    """Make calls in one process, one after the other."""
    world = live.worlds["up"]
    base = {"session_key": world["session_key"], "community": world["community"]}
    told = [
        (method, {k: v for k, v in {**base, **said}.items() if v is not None})
        for method, said in calls
    ]
    keys = {name: world[name] for name in ("api", "api_key", "secret")}
    return run(SCRIPT, path, calls=told, **keys)


def test_the_calls_of_the_manual(server, minifb):
    """Cases 1 to 10: people, communities, albums, in JSON and raw XML; each refusal."""
    world = server.worlds["up"]
    uid, me = world["uid"], "up.users.getLoggedInUser"
    user, communities, albums, raw, *refused, made, left_out = call(
        server,
        minifb,
        (me, {}),
        ("up.community.getList", {"session_key": None, "community": None}),
        ("up.photos.getAlbums", {"uid": uid}),
        ("up.photos.getAlbums", {"uid": uid, "format": "XML"}),
        ("up.no.such", {}),
        (me, {"secret": "wrong"}),
        ("up.photos.getAlbums", {}),
        ("up.photos.createAlbum", {"name": "Под закатом"}),
        (me, {"community": None}),
    )
    assert user == int(uid)
    assert {one["name"] for one in communities} >= {"mashable", "mycommunity"}
    assert [one["aid"] for one in albums] == [world["aid"]]
    assert raw.startswith('<?xml version="1.0" encoding="UTF-8"?>\n<photos_getAlbums_resp')
    assert [one["error"] for one in refused] == [3, 104, 100]
    assert made["name"] == "Под закатом"
    assert left_out["error"] == 100


def test_two_processes_with_one_session(server, minifb, tmp_path):
    """Its counter begins at two in each: only a strict server minds (case 7)."""
    call_one = ("up.users.getLoggedInUser", {})
    for _ in range(2):
        assert call(server, minifb, call_one) == [219074]
    settings = {"dialects__up_strict_call_id": "true"}
    with running(tmp_path / "strict", **settings) as strict:
        assert call(strict, minifb, call_one, call_one) == [219074] * 2
        [refused] = call(strict, minifb, call_one)
        assert refused["error"] == 103


def test_without_a_community_where_there_is_a_default(minifb, tmp_path):
    """A client of Facebook's own methods needs another address, and no more."""
    settings = {"dialects__up_default_community": "mashable"}
    with running(tmp_path / "default", **settings) as live:
        named = ("facebook.users.getLoggedInUser", {"community": None})
        bare = ("users.getLoggedInUser", {"community": None})
        assert call(live, minifb, named, bare) == [219074] * 2
