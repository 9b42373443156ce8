"""ok.ru from npm, unmodified, on Node."""

import json
import os
import shutil
import subprocess
from pathlib import Path

import pytest
from tests.interop.ok_credentials import oauth
from tests.pictures import photo

requests = pytest.importorskip("requests", reason="the interop group is not installed")

pytestmark = pytest.mark.interop

PACKAGE = "ok.ru@1.2.0"
CACHE = Path(__file__).parent.parent.parent / "build" / "npm"

SCRIPT = """
const ok = require("ok.ru");
const { options, token, calls } = JSON.parse(require("fs").readFileSync(0));
ok.setOptions(options);
ok.setAccessToken(token);
const out = [];
const next = () => {
  if (!calls.length) return console.log(JSON.stringify(out));
  const [verb, params] = calls.shift();
  ok[verb](params, (error, body, response) => {
    out.push([body, response.headers, response.statusCode]);
    next();
  });
};
next();
"""


@pytest.fixture(scope="module")
def modules():
    """The folder that the package is installed to; kept between runs."""
    if not (shutil.which("node") and shutil.which("npm")):
        pytest.skip("no Node here: ok.ru needs node and npm")
    if not (CACHE / "node_modules" / "ok.ru").is_dir():
        CACHE.mkdir(parents=True, exist_ok=True)
        command = ["npm", "install", "--prefix", str(CACHE), "--ignore-scripts"]
        done = subprocess.run(
            [*command, "--no-audit", "--no-fund", "--no-save", PACKAGE],
            capture_output=True,
            text=True,
            check=False,
            timeout=110,
        )
        if done.returncode:
            pytest.skip(f"{PACKAGE} cannot be had: {done.stderr[-300:]}")
    return CACHE / "node_modules"


@pytest.fixture
def call(live, modules):
    """Return what makes calls with the package, one after the other."""
    world = live.worlds["ok"]
    direct = {name: one for name, one in os.environ.items() if "proxy" not in name.lower()}

    def run(*calls, token=world["access_token"]):
        given = {
            "options": {
                "applicationId": world["application_id"],
                "applicationKey": world["application_key"],
                "applicationSecretKey": world["application_secret_key"],
                "restBase": f"{world['api']}fb.do",
                "refreshBase": f"{world['api']}oauth/token.do",
            },
            "token": token,
            "calls": calls,
        }
        done = subprocess.run(
            ["node", "-e", SCRIPT],
            input=json.dumps(given),
            env={**direct, "NODE_PATH": str(modules), "NODE_NO_WARNINGS": "1"},
            capture_output=True,
            text=True,
            check=False,
            timeout=60,
        )
        assert done.returncode == 0, done.stderr
        return json.loads(done.stdout)

    return run


def test_it_gets_an_address_and_posts_a_commit(call):
    """Cases 16 and 17: unencoded GETs with a dangling ampersand, no format; then a POST."""
    asked = {"method": "photosV2.getUploadUrl", "count": 1}
    [[issued, _, _]] = call(["get", asked])
    [photo_id] = issued["photo_ids"]
    files = {"pic1": ("a.jpg", photo(640, 480))}
    sent = requests.post(issued["upload_url"], files=files, timeout=60).json()
    listed = [{"photo_id": photo_id, **sent["photos"][photo_id], "comment": "Поезд & ночь"}]
    said = json.dumps(listed, ensure_ascii=False)
    [[answer, headers, _]] = call(["post", {"method": "photosV2.commit", "photos": said}])
    [done] = answer["photos"]
    assert done["status"] == "SUCCESS"
    assert "invocation-error" not in headers
    asked = {"method": "photos.getPhotoInfo", "photo_id": done["assigned_photo_id"]}
    [[found, _, _]] = call(["get", asked])
    assert found["photo"]["text"] == "Поезд & ночь"


def test_it_sees_an_error_and_its_header(call):
    """Case 18: HTTP 200 all the same."""
    [[body, headers, status]] = call(["get", {"method": "no.method"}])
    assert (body["error_code"], headers["invocation-error"], status) == (3, "3", 200)


def test_it_refreshes_its_token(call, live):
    """Case 19: with a refresh token, and for good measure with the access token."""
    told = oauth(live)
    [[fresh, _, _], [same, _, _]] = call(
        ["refresh", told["refresh_token"]], ["refresh", told["access_token"]]
    )
    assert fresh["access_token"] != told["access_token"]
    assert same["access_token"] == told["access_token"]
    me = {"method": "users.getCurrentUser"}
    [[body, _, _]] = call(["get", me], token=fresh["access_token"])
    assert body["uid"] == live.worlds["ok"]["user_id"]
