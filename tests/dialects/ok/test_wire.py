"""How answers look: JSON, XML, JSONP, and what browsers need; and that nothing is a 500."""

import json
import random
import xml.etree.ElementTree as ET

import pytest
from tests.dialects.ok.lab import PICTURE, told

from threebath.dialects.ok.methods import METHODS
from threebath.dialects.ok.wire import Shape, upload_answer

NAMESPACE = "{http://api.forticom.com/1.0/}"
ME = {"method": "users.getCurrentUser"}


@pytest.mark.parametrize("form", ["JSON", "json", None, "", "yaml"])
async def test_answers_are_json_unless_xml_is_asked_for(ok, form):
    """With the recorded headers; a blank format is signed and means nothing."""
    answer = await ok.send_raw("POST", "/fb.do", data=ok.signed({**ME, "format": form}))
    assert answer.json()["uid"] == "123"
    assert answer.headers["content-type"] == "application/json;charset=utf-8"
    assert answer.headers["pragma"] == "no-cache"
    assert answer.headers["cache-control"] == "no-cache,no-store"


@pytest.mark.parametrize("form", ["xml", "XML"])
async def test_xml_is_spoken_where_it_is_asked_for(ok, form):
    """The house format: a root by the method's name, lists as repeated elements."""
    data = ok.signed({"method": "photosV2.getUploadUrl", "count": 2, "format": form})
    answer = await ok.send_raw("POST", "/fb.do", data=data)
    assert answer.headers["content-type"] == "application/xml;charset=utf-8"
    root = ET.fromstring(answer.content)
    assert root.tag == f"{NAMESPACE}photosV2_getUploadUrl_response"
    names = [one.tag.removeprefix(NAMESPACE) for one in root]
    assert names == ["photo_ids", "photo_ids", "upload_url", "expires_ms", "ttl_ms"]
    data = ok.signed({"method": "auth.touchSession", "format": form})
    root = ET.fromstring((await ok.send_raw("POST", "/fb.do", data=data)).content)
    assert (root.tag, root.text) == (f"{NAMESPACE}auth_touchSession_response", "true")


async def test_errors_in_xml_have_the_house_format_too(ok):
    """A root in the namespace, children without a prefix, and the header."""
    data = {**ok.signed({**ME, "format": "xml"}), "sig": "x"}
    answer = await ok.send_raw("POST", "/fb.do", data=data)
    root = ET.fromstring(answer.content)
    assert root.tag == f"{NAMESPACE}error_response"
    assert [one.tag for one in root] == ["error_code", "error_msg"]
    assert (root[0].text, answer.headers["invocation-error"]) == ("104", "104")


def test_xml_holds_whatever_people_write():
    """Signs of its own are escaped, and what XML cannot hold is replaced."""
    result = {"text": "<a>&\0\u000b\ufffe😀", "list": [[1, 2], {"x": None}], "yes": True}
    body = Shape("r", xml=True).answer(result).body
    root = ET.fromstring(body)
    assert root[0].text == "<a>&\ufffd\ufffd\ufffd😀"
    assert [one.text for one in root[1]] == ["1", "2"]


async def test_the_upload_host_never_speaks_xml(ok):
    """Nor does its answer do anything as a page."""
    issued = await ok.ok("photosV2.getUploadUrl")
    where = issued["upload_url"] + "&format=xml"
    assert (await ok.send(where, PICTURE)).json()["photos"]
    answer = await ok.send("/uploadImage?photoIds=<script>&format=xml", PICTURE)
    assert told(answer)[0] == 103
    assert b"<" not in upload_answer({"<b>&": "</script>"}).body


CALLBACKS = {
    "__fapi__callback_1": "FAPI's",
    "__oksdk__callback_7": "ok-js-sdk's",
    "a.b$": "",
}


@pytest.mark.parametrize("name", CALLBACKS)
@pytest.mark.parametrize("signed", [True, False])
async def test_scripts_are_answered_with_a_call(ok, name, signed):
    """("ok", data, null), or ("error", null, error); ready to be run, nothing else."""
    said = {"js_callback": name}
    data = ok.signed({**ME, **said}) if signed else {**ok.signed(ME), **said}
    answer = await ok.send_raw("GET", "/fb.do", params=data)
    assert answer.headers["content-type"] == "application/javascript;charset=utf-8"
    assert answer.headers["x-content-type-options"] == "nosniff"
    begin, end = f'/**/{name}("ok",', ",null);"
    assert answer.text.startswith(begin)
    assert answer.text.endswith(end)
    assert json.loads(answer.text[len(begin) : -len(end)])["uid"] == "123"
    answer = await ok.send_raw("GET", "/fb.do", params={**data, "sig": "\u2028</script>"})
    begin = f'/**/{name}("error",null,'
    assert answer.text.startswith(begin)
    assert json.loads(answer.text[len(begin) : -2])["error_code"] == 104
    assert (answer.headers["invocation-error"], answer.text.isascii()) == ("104", True)


@pytest.mark.parametrize(
    "name", ["alert(1)//", "a b", "x" * 65, "ä", "a;b", "<script>", "a\n", "a[0]", "\0"]
)
async def test_what_is_not_a_functions_name_is_never_echoed(ok, name):
    """Answered as plain JSON, whatever else is right."""
    answer = await ok.send_raw(
        "GET", "/fb.do", params=ok.signed({**ME, "js_callback": name})
    )
    assert told(answer)[0] == 100
    assert answer.headers["content-type"] == "application/json;charset=utf-8"
    assert name not in answer.text


@pytest.mark.parametrize("path", ["/fb.do", "/api/photosV2/getUploadUrl", "/uploadImage"])
async def test_a_preflight_is_answered(ok, path):
    """FAPI gives its GETs a Content-Type, so that browsers ask first."""
    asked = {"Origin": "http://app.example", "Access-Control-Request-Method": "GET"}
    answer = await ok.http.request("OPTIONS", path, headers=asked)
    assert answer.status_code == 204
    assert answer.headers["access-control-allow-origin"] == "*"
    assert answer.headers["access-control-allow-methods"] == "GET, POST, OPTIONS"
    assert answer.headers["access-control-allow-headers"] == "Content-Type"
    assert answer.headers["access-control-max-age"] == "86400"


async def test_a_get_with_a_json_type_is_a_get(ok):
    """And its answer, errors too, may be read by any page."""
    headers = {"Content-Type": "application/json", "Origin": "http://app.example"}
    for change in ({}, {"sig": "x"}):
        params = {**ok.signed(ME), **change}
        answer = await ok.send_raw("GET", "/fb.do", params=params, headers=headers)
        assert answer.headers["access-control-allow-origin"] == "*"
        assert "Invocation-Error" in answer.headers["access-control-expose-headers"]


async def test_flash_may_upload(ok):
    """The policy file of another time."""
    answer = await ok.http.get("/crossdomain.xml")
    assert ET.fromstring(answer.content)[0].attrib == {"domain": "*"}


async def test_a_call_may_come_as_multipart_and_no_other_type(ok):
    """Some clients post everything as a form with files."""
    files = {name: (None, one) for name, one in ok.signed(ME).items()}
    assert (await ok.send_raw("POST", "/fb.do", files=files)).json()["uid"] == "123"
    answer = await ok.send_raw("POST", "/fb.do", json=ok.signed(ME))
    assert told(answer)[0] == 4
    assert told(await ok.send_raw("POST", "/fb.do", content=b"a=" + b"x" * 2**21))[0] == 4


TEXTS = ("", "true", "[]", "{}", "-1", "0", "123", "456", "53001", "9" * 18, "x,1", "[1]")
NAMES = (
    "uid", "gid", "aid", "fid", "count", "sizes", "placeholders", "photos", "photo_id",
    "photo_ids", "token", "comment", "attachment", "type", "title", "description",
    "fields", "anchor", "direction", "pagingAnchor", "pagingDirection", "group_id",
    "ext_perm", "format", "detectTotalCount", "session_data", "js_callback",
)  # fmt: skip
KEYS = ("media", "type", "list", "id", "photoId", "photo_id", "token", "text", "url")


def _nonsense(dice, depth=0):
    match dice.randrange(7 if depth < 4 else 4):
        case 0:
            return dice.choice([None, True, 7, -1.5, 10**400])
        case 1:
            return dice.choice(["photo", "text", "poll", "link", "\ud800", "\0"])
        case 2 | 3:
            return "".join(chr(dice.randrange(1, 0x2FFF)) for _ in range(dice.randrange(9)))
        case 4:
            return [_nonsense(dice, depth + 1) for _ in range(dice.randrange(3))]
        case _:
            return {
                dice.choice(KEYS): _nonsense(dice, depth + 1)
                for _ in range(dice.randrange(4))
            }


def _text(dice):
    if dice.random() < 0.4:
        return dice.choice(TEXTS)
    if dice.random() < 0.5:
        return json.dumps(_nonsense(dice))
    return "".join(chr(dice.randrange(0x2FFF)) for _ in range(dice.randrange(20)))


@pytest.mark.parametrize("method", sorted(METHODS.keys() - {"auth.expireSession"}))
async def test_whatever_is_sent_is_answered(ok, method):
    """Well signed nonsense: every method answers, and nothing is a bug of ours."""
    dice = random.Random(method)
    for _ in range(100):
        params = {name: _text(dice) for name in dice.sample(NAMES, dice.randrange(6))}
        answer = await ok.raw(method, **params)
        assert answer.content


async def test_damaged_uploads_are_answered(ok):
    """A good body with bytes changed, left out and doubled, and addresses cut anywhere."""
    issued = await ok.ok("photosV2.getUploadUrl", count=2)
    dice = random.Random(4)
    head = 'Content-Disposition: form-data; name="pic1"; filename="a.jpg"\r\n\r\n'
    good = f"--b\r\n{head}{PICTURE.decode()}\r\n--b--\r\n".encode()
    kind = {"Content-Type": "multipart/form-data; boundary=b"}
    for _ in range(200):
        body = bytearray(good)
        for _ in range(dice.randint(1, 4)):
            at = dice.randrange(len(body))
            body[at : at + dice.randint(0, 3)] = dice.randbytes(dice.randint(0, 3))
        address = issued["upload_url"]
        if dice.random() < 0.3:
            address = address[
                : dice.randrange(len("http://ok.test/uploadImage"), len(address))
            ]
        answer = await ok.send(address, content=bytes(body), headers=kind)
        assert {"photos"} == set(answer.json()) or told(answer)
