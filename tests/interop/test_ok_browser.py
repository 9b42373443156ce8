"""OK's own JavaScript and its own example, unmodified, on a page of another host.

OK has no package of them that could be installed. THREEBATH_OK_JS names a folder with
``index.html`` and ``script.js`` (github.com/apiok/photos_upload), ``jquery.min.js`` (jQuery
1), ``fapi5.js`` (as OK serves it), ``oksdk.js`` (github.com/odnoklassniki/ok-js-sdk).
"""

import os
import shutil
import threading
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import urlencode

import pytest
from tests.pictures import photo

from threebath.dialects.ok.signature import token_secret

pytestmark = pytest.mark.interop


class Quiet(SimpleHTTPRequestHandler):
    """Serves a folder without a word."""

    def log_message(self, *_):
        pass


@pytest.fixture(scope="module")
def host(tmp_path_factory):
    """The address of another host, which has OK's scripts."""
    source = os.environ.get("THREEBATH_OK_JS")
    if not source:
        pytest.skip("OK's JavaScript is not here: THREEBATH_OK_JS must name its folder")
    folder = tmp_path_factory.mktemp("pages")
    for one in Path(source).iterdir():
        shutil.copy(one, folder)
    (folder / "parent.html").write_text(PARENT)
    (folder / "blank.html").write_text("<!doctype html><title>blank</title>")
    handler = partial(Quiet, directory=folder)
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://localhost:{server.server_port}"
        server.shutdown()


@pytest.fixture
async def window(browser, host):
    """A page of that host, in which the example finds OK's script; dialogs are noted."""
    page = await browser.window()

    async def hear(dialog):
        page.said.append(dialog.message)
        await dialog.accept()

    await page.route(
        "http://api.odnoklassniki.ru/js/*", lambda route: redirect(route, host)
    )
    page.on("dialog", hear)
    page.said = []
    return page


async def redirect(route, host):
    answer = await route.fetch(url=f"{host}/fapi5.js")
    await route.fulfill(response=answer)


async def run_example(window, host, world, quantity):
    await window.goto(f"{host}/index.html?{world['launch_parameters']}")
    await window.fill("#quantity", str(quantity))
    await window.click("text=Draw")
    await window.wait_for_selector("#form input[type=file]")
    return await window.query_selector_all("#form input[type=file]")


def jpeg(name="a.jpg"):
    return {"name": name, "mimeType": "image/jpeg", "buffer": photo(640, 480)}


async def test_the_official_example_uploads(window, host, live):
    """Case 26: three fields, two of them filled, alert: success."""
    first, second, _ = await run_example(window, host, live.worlds["ok"], 3)
    await first.set_input_files(jpeg())
    await second.set_input_files(jpeg("b.jpg"))
    async with window.expect_event("dialog"):
        await window.click("#form input[type=submit]")
    assert window.said == ["Success upload"]


async def test_the_official_example_commits_no_text(window, host, live):
    """Case 27: the upload is refused; it finds no photos in that to commit."""
    [field] = await run_example(window, host, live.worlds["ok"], 1)
    text = {"name": "a.txt", "mimeType": "text/plain", "buffer": b"no picture at all"}
    await field.set_input_files(text)
    async with window.expect_response("**/uploadImage?**") as sent:
        await window.click("#form input[type=submit]")
    assert (await (await sent.value).json())["error_code"] == 503
    found = await window.evaluate("FAPI.Client.counter")
    assert found in (1, 2)


CALL = """([method, asked]) => new Promise((resolve) =>
  FAPI.Client.call({method, ...asked}, (...said) => resolve(said)))"""


async def start_fapi(window, host, world):
    await window.goto(f"{host}/blank.html?{world['launch_parameters']}")
    await window.add_script_tag(url=f"{host}/fapi5.js")
    return await window.evaluate(
        "api => new Promise((ok, no) => FAPI.init(api, null, ok, no))", world["api"]
    )


async def test_fapi_calls_from_another_host(window, host, live):
    """Cases 20, 21 and 23: mode M, an address, and an error as such."""
    assert await start_fapi(window, host, live.worlds["ok"]) == "M"
    status, data, error = await window.evaluate(
        CALL, ["photosV2.getUploadUrl", {"count": 2}]
    )
    assert (status, len(data["photo_ids"]), error) == ("ok", 2, None)
    status, data, error = await window.evaluate(CALL, ["no.method", {}])
    assert (status, data, error["error_code"]) == ("error", None, 3)


PARENT = """<!doctype html><script>
addEventListener("message", (event) => {
  if (event.data.startsWith("__FAPI__attach")) event.source.postMessage("attach$ok$1", "*");
});
</script>"""
"""The portal around an application in a frame, as far as FAPI waits for it."""

FRAME = """address => new Promise((resolve) => {
  const frame = document.createElement("iframe");
  frame.onload = () => resolve();
  frame.src = address;
  document.body.append(frame);
})"""


async def test_fapi_attaches_to_the_page_around_it(window, host, live):
    """Case 24: mode W, as on the portal."""
    world = live.worlds["ok"]
    await window.goto(f"{host}/parent.html")
    where = {"apiconnection": "1_2", "web_server": host.removeprefix("http://")}
    await window.evaluate(
        FRAME, f"{host}/blank.html?{world['launch_parameters']}&{urlencode(where)}"
    )
    frame = window.frames[1]
    await frame.add_script_tag(url=f"{host}/fapi5.js")
    start = "api => new Promise((ok, no) => FAPI.init(api, '1_2', ok, no))"
    assert await frame.evaluate(start, world["api"]) == "W"
    status, me, _ = await frame.evaluate(CALL, ["users.getCurrentUser", {}])
    assert (status, me["uid"]) == ("ok", "123")


SEND = """async ([address, bytes]) => {
  const form = new FormData();
  form.append("pic1", new Blob([new Uint8Array(bytes)], {type: "image/jpeg"}), "a.jpg");
  return (await fetch(address, {method: "POST", body: form})).json();
}"""


async def test_fapi_commits_a_comment_beyond_the_plane(window, host, live):
    """Case 22: an emoji, hashed as CESU-8 and sent as UTF-8."""
    await start_fapi(window, host, live.worlds["ok"])
    _, issued, _ = await window.evaluate(CALL, ["photosV2.getUploadUrl", {"count": 1}])
    sent = await window.evaluate(SEND, [issued["upload_url"], list(photo(100, 80))])
    [(photo_id, found)] = sent["photos"].items()
    asked = {"photo_id": photo_id, "token": found["token"], "comment": "Поезд 😀"}
    _, done, _ = await window.evaluate(CALL, ["photosV2.commit", asked])
    name = done["photos"][0]["assigned_photo_id"]
    _, seen, _ = await window.evaluate(CALL, ["photos.getPhotoInfo", {"photo_id": name}])
    assert seen["photo"]["text"] == "Поезд 😀"


START = """([id, key, api]) => new Promise((resolve, reject) =>
  OKSDK.init({app_id: id, app_key: key, api_server: api}, () => resolve("ok"), reject))"""
REST = """([method, asked, options]) => new Promise((resolve) =>
  OKSDK.REST.call(method, asked, (...said) => resolve(said), options))"""


async def start_sdk(window, host, world, where):
    await window.goto(f"{host}/blank.html{where}")
    await window.add_script_tag(url=f"{host}/oksdk.js")
    given = [world["application_id"], world["application_key"], world["api"]]
    assert await window.evaluate(START, given) == "ok"


async def test_the_js_sdk_calls_with_a_session(window, host, live):
    """Cases 28 to 30: GET, POST with an array of objects, and no session at all."""
    world = live.worlds["ok"]
    await start_sdk(window, host, world, f"?{world['launch_parameters']}")
    status, me, _ = await window.evaluate(REST, ["users.getCurrentUser", {}, {}])
    assert (status, me["uid"]) == ("ok", "123")
    _, issued, _ = await window.evaluate(REST, ["photosV2.getUploadUrl", {"count": 1}, {}])
    sent = await window.evaluate(SEND, [issued["upload_url"], list(photo(100, 80))])
    listed = [
        {"photo_id": one, "token": found["token"], "comment": "😀"}
        for one, found in sent["photos"].items()
    ]
    asked = ["photosV2.commit", {"photos": listed}, {"use_post": True}]
    status, done, _ = await window.evaluate(REST, asked)
    assert (status, done["photos"][0]["status"]) == ("ok", "SUCCESS")
    secret = {"no_session": True, "app_secret_key": world["application_secret_key"]}
    asked = ["users.hasAppPermission", {"uid": "123", "ext_perm": "GET_EMAIL"}, secret]
    assert (await window.evaluate(REST, asked))[0] == "ok"


async def test_the_js_sdk_calls_with_a_token_in_the_hash(window, host, live):
    """Case 32: what the OAuth page leaves in the address."""
    world = live.worlds["ok"]
    token = world["access_token"]
    secret = token_secret(token, world["application_secret_key"])
    left = urlencode({"access_token": token, "session_secret_key": secret})
    await start_sdk(window, host, world, f"#{left}")
    status, me, _ = await window.evaluate(REST, ["users.getCurrentUser", {}, {}])
    assert (status, me["uid"]) == ("ok", "123")
