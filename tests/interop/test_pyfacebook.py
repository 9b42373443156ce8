"""pyfacebook on Python 2.7: the one client of its time that uploads photos.

Its name on the package index belongs to another project, so it cannot be fetched from
there: ``THREEBATH_PYFACEBOOK`` names a checkout of sciyoshi/pyfacebook.
"""

import base64
import io
import os
from pathlib import Path

import httpx
import pytest
from PIL import Image
from tests.interop.legacy import needed_python27, run
from tests.live import running

pytestmark = pytest.mark.interop

SCRIPT = """
import base64, json, sys
import facebook
given = json.load(sys.stdin)

class Client(facebook.Facebook):
    # What the manual says to change: the prefix and the community.
    def _build_post_args(self, method, args=None, signed=False):
        args = dict(args or {})
        args["community"] = str(given["community"])
        method = method.replace("facebook.", "up.", 1)
        return super(Client, self)._build_post_args(method, args, signed)

if given.get("format") == "XML":
    from xml.dom import minidom
    facebook.minidom = minidom
    facebook.RESPONSE_FORMAT = "XML"
make = facebook.Facebook if given.get("unmodified") else Client
fb = make(str(given["api_key"]), str(given["secret"]), facebook_url=str(given["api"]))
fb.facebook_secure_url = fb.facebook_url
if given.get("session_key"):
    fb.session_key = str(given["session_key"])
if given.get("auth_token"):
    fb.auth_token = str(given["auth_token"])
out = []
for group, name, said in given["calls"]:
    said = dict((str(k), v) for k, v in said.items())
    if "image" in said:
        said["image"] = base64.b64decode(said["image"])
    if "filename" in said:
        said["filename"] = str(said["filename"])
    try:
        out.append(getattr(getattr(fb, group), name)(**said))
    except facebook.FacebookError as error:
        out.append({"error": int(error.code), "args": error.args[2], "told": error.args[1]})
json.dump(out, sys.stdout)
"""

EIGHT = {"pid", "aid", "owner", "src", "src_big", "src_small", "link", "caption"}


@pytest.fixture(scope="module")
def pyfacebook():
    needed_python27()
    folder = os.environ.get("THREEBATH_PYFACEBOOK", "")
    if not (Path(folder) / "facebook" / "__init__.py").is_file():
        pytest.skip("no pyfacebook: set THREEBATH_PYFACEBOOK to a checkout of it")
    return folder


@pytest.fixture(scope="module")
def server(pyfacebook, tmp_path_factory):  # noqa: ARG001 - none is started without it
    settings = {"dialects__up_default_community": "mashable"}
    with running(tmp_path_factory.mktemp("up") / "data", **settings) as live:
        yield live


def jpeg(size=(640, 480)):
    target = io.BytesIO()
    Image.new("RGB", size, "#335577").save(target, "JPEG")
    return base64.b64encode(target.getvalue()).decode()


@pytest.fixture
def call(server, pyfacebook):
    def make(*calls, **given):
        world = server.worlds["up"]
        names = ("api", "api_key", "secret", "session_key", "community")
        base = {name: world[name] for name in names}
        return run(SCRIPT, pyfacebook, calls=calls, **{**base, **given})

    return make


def say_yes(server, path):
    """Sign in at one of the pages where a user allows something, and allow it."""
    world = server.worlds["up"]
    path = f"{path}&api_key={world['api_key']}"
    with httpx.Client(base_url=server.address, follow_redirects=True) as browser:
        browser.post("/sign-in", data={"user_id": world["uid"], "next": path})
        page = browser.get(path).text
        csrf = page.partition('name="csrf" value="')[2].partition('"')[0]
        sent = {"csrf": csrf, "choice": "allow", **httpx.URL(path).params}
        assert "Done" in browser.post(path.partition("?")[0], data=sent).text


@pytest.mark.parametrize("format_", ["JSON", "XML"])
def test_an_upload_and_what_is_seen_of_it(server, call, format_):
    """Cases 13 to 16: unnamed image part, two default uploads, lists, both formats."""
    world = server.worlds["up"]
    picture = {"image": jpeg(), "filename": "somefilename.jpg"}
    named, first, second = call(
        (
            "photos",
            "upload",
            {**picture, "caption": "Под закатом", "aid": int(world["aid"])},
        ),
        ("photos", "upload", picture),
        ("photos", "upload", {**picture, "filename": "x.unknown"}),
        format=format_,
    )
    for photo in (named, first, second):
        assert set(photo) == EIGHT
    assert (named["aid"], named["caption"]) == (world["aid"], "Под закатом")
    assert first["aid"] == second["aid"] != world["aid"]
    with Image.open(io.BytesIO(httpx.get(named["src_big"]).content)) as image:
        assert image.size == (604, 453)
    albums, photos, tagged, tags = call(
        ("photos", "getAlbums", {"aids": [int(world["aid"])]}),
        ("photos", "get", {"aid": int(world["aid"])}),
        ("photos", "addTag", {"pid": int(named["pid"]), "tag_text": "море"}),
        ("photos", "getTags", {"pids": [int(named["pid"])]}),
        format=format_,
    )
    assert [one["aid"] for one in albums] == [world["aid"]]
    assert named["pid"] in [one["pid"] for one in photos]
    assert str(tagged) == "1", tagged["told"]
    assert [(one["text"], one["xcoord"]) for one in tags] == [("море", "50")]


def test_a_token_and_a_session(server, call):
    """Cases 11 and 12: the token waits for its user; the session's own secret signs."""
    world = server.worlds["up"]
    [token] = call(("auth", "createToken", {}), session_key="")
    say_yes(server, f"/login.php?v=1.0&auth_token={token}")
    session, user = call(
        ("auth", "getSession", {}),
        ("users", "getLoggedInUser", {}),
        session_key="",
        auth_token=token,
    )
    assert (session["uid"], session["expires"]) == (world["uid"], 0)
    assert user == int(world["uid"])


def test_refusals_come_as_the_library_s_errors(call):
    """Case 17: a text for an image; the error lists the arguments."""
    [refused] = call(("photos", "upload", {"image": "dGV4dA==", "filename": "a.jpg"}))
    assert refused["error"] == 324
    shown = {one["key"]: one["value"] for one in refused["args"]}
    assert shown["method"] == "up.photos.upload"
    assert shown["session_key"] == "********"
    assert "sig" in shown


def test_the_library_as_it_is(call):
    """Case 19: nothing is changed but the address, where there is a default community."""
    user, photo = call(
        ("users", "getLoggedInUser", {}),
        ("photos", "upload", {"image": jpeg(), "filename": "a.jpg"}),
        unmodified=True,
    )
    assert user == 219074
    assert set(photo) == EIGHT


def test_the_sixty_first_photo_is_refused(server, call):
    """Case 20: 321, after sixty."""
    say_yes(server, "/authorize.php?v=1.0&ext_perm=photo_upload")
    [album] = call(("photos", "createAlbum", {"name": "Full"}))
    uploads = [
        (
            "photos",
            "upload",
            {"image": jpeg((8, 8)), "filename": "a.jpg", "aid": album["aid"]},
        )
    ] * 61
    answers = call(*uploads)
    assert [one.get("error") for one in answers[-2:]] == [None, 321]
