"""The vectors of the protocol page and of the clients' own suites; who may call at all."""

from dataclasses import replace
from datetime import timedelta

import pytest
from tests.dialects.ok.lab import build, md5, told

from threebath.core.errors import BadSignature
from threebath.dialects.ok.signature import (
    check_signature,
    launch_signature,
    signature_of,
    token_secret,
)
from threebath.service.ports import TokenDraft

KEY = {"application_key": "CBAPPKEY"}
URL = {"method": "photosV2.getUploadUrl"}
TOKEN_SECRET = "4375e8e50fe42abb7e883b42150fa419"
PHOTOS = '[{"photo_id":"a+/=","token":"t","comment":"Привет 😀"}]'
COMMIT = {**KEY, "format": "JSON", "method": "photosV2.commit", "photos": PHOTOS}
SESSION = {**KEY, **URL, "count": "2", "format": "JSON", "session_key": "sess1"}

VECTORS = {
    "1: FAPI, session_key in it": (
        SESSION,
        "SESSSECRET",
        "0d48615c5b76473c12c7e10c76077a0b",
    ),
    "2: documented, without it": (
        SESSION,
        "SESSSECRET",
        "5bc2cd30be20a2c61a4001efafcb60fe",
    ),
    "3: npm ok.ru": (
        {**KEY, **URL, "count": "2", "access_token": "tok1"},
        TOKEN_SECRET,
        "b9608110af96787c4a2595d3f8ae9213",
    ),
    "4: path form": (
        {**KEY, "count": "2", "access_token": "tok1"},
        TOKEN_SECRET,
        "2621ff878885e708c413ed91f8809f5d",
    ),
    "5: blanks of ok_api": (
        {**KEY, **URL, "count": "2", "aid": "", "gid": "", "access_token": "tok1"},
        TOKEN_SECRET,
        "b7c3c0ce16330e59538b51b9bd94efdb",
    ),
    "6: no session": (
        {**KEY, "format": "JSON", "method": "users.getCurrentUser"},
        "APPSECRET",
        "4226b720fe6b2eaace98991f156ee1da",
    ),
    "7: UTF-8 of ok-js-sdk": (
        {**COMMIT, "session_key": "sess1"},
        "SESSSECRET",
        "8be028a0caf187874650b7533676e611",
    ),
    "8: CESU-8 of FAPI": (
        {**COMMIT, "session_key": "sess1"},
        "SESSSECRET",
        "afc69b0509013fdab912da7dcc7231fa",
    ),
    "python-odnoklassniki": (
        {"application_key": "1", "format": "json", "method": "friends.get"},
        "6364d3f0f495b6ab9dcf8d3b5c6e0b01",
        "d7348fe0d7d735aa2156fa5c596ab8cc",
    ),
    "pyodnoklassniki": (
        {"application_key": "app key", "method": "users.getCurrentUser"},
        "app secret key",
        "a6a34ee469a3aa62199c9d174966c7c8",
    ),
    "pyodnoklassniki, session": (
        {
            "application_key": "app key",
            "method": "users.getCurrentUser",
            "session_key": "session key",
        },
        "session secret key",
        "cb30c5ea3e44779299dbc90e81bd3d36",
    ),
    "pyodnoklassniki, token": (
        {
            "application_key": "app key",
            "method": "users.getCurrentUser",
            "access_token": "access token",
        },
        md5("access tokenapp secret key"),
        "8a41a73bcef600b6a3464158b2059549",
    ),
    "ok_api": (
        {"key": "value"},
        "1b0ebffcd35423aa7674c8cbb60581e4",
        "08948becfe27ee5d869ed76e2fffbae8",
    ),
}


@pytest.mark.parametrize(("params", "secret", "sig"), VECTORS.values(), ids=VECTORS)
def test_what_real_clients_sign_is_accepted(params, secret, sig):
    """Each of the recorded signatures, and none of its neighbours."""
    check_signature(params, sig, ["", "another", secret])
    for bad in (
        sig.upper(),
        sig[:-1] + ("0" if sig[-1] != "0" else "1"),
        "",
        "é",
        sig + " ",
    ):
        with pytest.raises(BadSignature):
            check_signature(params, bad, [secret])
    for name in params:
        if name not in ("access_token", "session_key"):
            changed = {**params, name: params[name] + "x"}
            with pytest.raises(BadSignature):
                check_signature(changed, sig, [secret])


def test_the_derived_secrets_are_those_of_the_clients_suites():
    """Of the page, of python-odnoklassniki and of the launch parameters (vector 9)."""
    assert token_secret("tok1", "APPSECRET") == TOKEN_SECRET
    assert token_secret("3", "2") == "6364d3f0f495b6ab9dcf8d3b5c6e0b01"
    assert launch_signature("7", "sess1", "APPSECRET") == "7e5ba3f5816aae33950ce0fd1f4a438d"
    assert signature_of(KEY, "x") == md5("application_key=CBAPPKEYx")


def test_odd_hashes_are_taken_only_where_the_setting_says_so():
    """ASCII with question marks, and the access token in what is signed."""
    params = {"a": "Ägäis", "access_token": "tok1"}
    for text in ("a=?g?is", "a=Ägäisaccess_token=tok1"):
        with pytest.raises(BadSignature):
            check_signature(params, md5(f"{text}S"), ["S"])
        check_signature(params, md5(f"{text}S"), ["S"], lenient=True)


def test_without_any_secret_nothing_fits():
    """A session without a secret of its own must not sign with nothing."""
    with pytest.raises(BadSignature):
        check_signature({"a": "1"}, md5("a=1"), ["", ""])


LIVE = [name for name in VECTORS if name[0] in "1235"]


@pytest.mark.parametrize("name", LIVE)
@pytest.mark.parametrize("verb", ["GET", "POST"])
async def test_the_recorded_calls_pass_as_they_were_sent(ok, name, verb):
    """Through the door, credentials and all; blank values are kept and signed."""
    params, _, sig = VECTORS[name]
    params = {**params, "sig": sig, "resig": "never signed"}
    where = {"params": params} if verb == "GET" else {"data": params}
    answer = await ok.send_raw(verb, "/fb.do", **where)
    assert len(answer.json()["photo_ids"]) == 2


async def test_the_path_form_needs_no_method(ok):
    """Vector 4, and half of it in the query and half in the body; dangling ampersands."""
    params, _, sig = VECTORS["4: path form"]
    path = f"/api/photosV2/getUploadUrl?&sig={sig}&count=2&"
    rest = {name: one for name, one in params.items() if name != "count"}
    answer = await ok.send_raw("POST", path, data=rest)
    assert len(answer.json()["photo_ids"]) == 2


async def test_raw_utf_8_in_a_query_is_read(ok):
    """The npm client does not percent-encode what it GETs."""
    params = ok.signed({"method": "users.getCurrentUser", "note": "Привет"})
    query = "&".join(f"{name}={one}" for name, one in params.items()) + "&"
    answer = await ok.http.get(f"/fb.do?{query}")
    assert answer.json()["uid"] == "123"


async def test_both_credentials_may_come_together(ok):
    """apiok-sdk-php sends session key and token, and signs the first with the second."""
    params = {**KEY, "method": "users.getCurrentUser", "session_key": "sess1"}
    sig = signature_of(params, token_secret("tok1", "APPSECRET"))
    data = {**params, "access_token": "tok1", "sig": sig}
    answer = await ok.send_raw("POST", "/fb.do", data=data)
    assert answer.json()["uid"] == "123"


REFUSALS = {
    "no key": ({"application_key": None}, 101, "PARAM_API_KEY : No application key"),
    "unknown key": (
        {"application_key": "CB"},
        101,
        "PARAM_API_KEY : Application not exist",
    ),
    "unknown method": ({"method": "photosV2.getuploadurl"}, 3, "METHOD : "),
    "no method": ({"method": None}, 3, "METHOD : "),
    "unknown token": (
        {"access_token": "no"},
        103,
        "PARAM_SESSION_KEY : Invalid session key",
    ),
    "unknown session": (
        {"access_token": None, "session_key": "no"},
        103,
        "PARAM_SESSION_KEY : Invalid session key",
    ),
    "another application's token": (
        {"access_token": "tok1"},
        103,
        "PARAM_SESSION_KEY : Invalid session key",
    ),
    "a token as session key": (
        {"access_token": None, "application_key": "CBAPPKEY", "session_key": "tok1"},
        103,
        "PARAM_SESSION_KEY : Invalid session key",
    ),
    "no session": (
        {"access_token": None},
        100,
        "PARAM : Missed required parameter: access_token",
    ),
    "no sig": ({"sig": None}, 104, "PARAM_SIGNATURE : No signature specified"),
    "blank sig": ({"sig": ""}, 104, "PARAM_SIGNATURE : No signature specified"),
    "wrong sig": ({"sig": "0" * 32}, 104, "PARAM_SIGNATURE : Invalid signature"),
}


@pytest.mark.parametrize(("change", "code", "words"), REFUSALS.values(), ids=REFUSALS)
async def test_calls_are_refused_in_the_words_that_clients_know(ok, change, code, words):
    """Application, method, session, signature: in this order."""
    params = {**ok.signed({"method": "users.getCurrentUser"}), **change}
    params = {name: one for name, one in params.items() if one is not None}
    found = told(await ok.send_raw("POST", "/fb.do", data=params))
    assert (found[0], found[1].startswith(words)) == (code, True), found


async def test_an_upper_case_signature_is_wrong_and_told_why(ok):
    """All real clients send lower case."""
    params = ok.signed({"method": "users.getCurrentUser"})
    params["sig"] = params["sig"].upper()
    code, text = told(await ok.send_raw("GET", "/fb.do", params=params))
    assert (code, "lower case" in text) == (104, True)


async def test_the_first_thing_that_is_wrong_is_told(ok):
    """Everything wrong at once: the key; then the method; then the session."""
    wrong = {"application_key": "CB", "method": "x.y", "access_token": "no", "sig": "x"}
    codes = []
    for right in ({}, {"application_key": "CBAPPKEY"}, {"method": "users.getCurrentUser"}):
        wrong.update(right)
        codes.append(told(await ok.send_raw("POST", "/fb.do", data=wrong))[0])
    assert codes == [101, 3, 103]


async def test_a_stale_session_is_102(ok):
    """Until its moment it is good; touching prolongs it, expiring ends it."""
    draft = TokenDraft(
        token=ok.world["access_token"],
        app_id=512_000_000_001,
        user_id=123,
        expires_at=ok.house.clock() + timedelta(minutes=10),
    )
    await ok.house.memory.registry.add_token(draft)
    assert await ok.ok("auth.touchSession") is True
    ok.house.clock.forward(minutes=20)
    assert (await ok.ok("users.getCurrentUser"))["name"] == "Olga Orlova"
    ok.house.clock.forward(minutes=20)
    found = await ok.error("users.getCurrentUser")
    assert found == (102, "PARAM_SESSION_EXPIRED : Session expired")


async def test_an_ended_session_is_103(ok):
    """auth.expireSession ends this session and no other."""
    assert await ok.ok("auth.expireSession", "session") is True
    assert (await ok.error("users.getCurrentUser", "session"))[0] == 103
    assert await ok.ok("users.getCurrentUser")


async def test_a_missing_permission_is_told_by_name(ok):
    """Code 10, the recorded words, and the name in lower case for programs."""
    params = {**KEY, **URL}
    params["sig"] = signature_of(params, token_secret("tok2", "APPSECRET"))
    answer = await ok.send_raw("POST", "/fb.do", data={**params, "access_token": "tok2"})
    words = "User must grant an access to permission 'PHOTO_CONTENT'"
    assert told(answer) == (10, f"PERMISSION_DENIED : {words}")
    assert answer.json()["error_data"] == "photo_content"


async def test_a_call_without_session_acts_for_who_granted_that(ok):
    """`uid` names the user; the application's own secret signs."""
    asked = {"who": "app", "uid": 123}
    assert (await ok.error("photosV2.getUploadUrl", **asked))[0] == 10
    await ok.house.memory.registry.grant(512_000_000_001, 123, "PHOTO_CONTENT")
    assert (await ok.ok("photosV2.getUploadUrl", **asked))["photo_ids"]
    assert await ok.ok("users.hasAppPermission", ext_perm="PHOTO CONTENT", **asked) is True
    assert await ok.ok("users.hasAppPermission", ext_perm="SET_STATUS", **asked) is False
    assert (await ok.error("photosV2.getUploadUrl", "app", uid="1x")) == (
        100,
        "PARAM : Invalid UID value 1x",
    )
    assert (await ok.error("photosV2.getUploadUrl", uid=456))[0] == 110
    code, text = await ok.error("photosV2.getUploadUrl", "app", uid=0)
    assert (code, text) == (100, "PARAM : Missed required parameter: access_token")


async def test_an_address_that_is_not_listed_is_9(ok):
    """The application says where it calls from."""
    stores = ok.house.memory
    mine = await stores.accounts.application(ok.world["application_key"])
    await stores.registry.add_application(replace(mine, addresses=("10.0.0.0/8",)))
    code, text = await ok.error("users.getCurrentUser")
    words = (
        "REST access denied for not listed IP 127.0.0.1 (check app server ip configuration)"
    )
    assert (code, text) == (9, f"IP_BLOCKED : {words}")


async def test_unsigned_calls_pass_only_where_the_setting_says_so(tmp_path):
    """A switch for scripts that send a token alone; a wrong signature stays wrong."""
    async with build(tmp_path, ok_unsigned="True") as ok:
        params = {
            "application_key": ok.world["application_key"],
            "method": "users.getCurrentUser",
            "access_token": ok.world["access_token"],
        }
        assert (await ok.send_raw("GET", "/fb.do", params=params)).json()["uid"] == "123"
        answer = await ok.send_raw("GET", "/fb.do", params={**params, "sig": "x"})
        assert told(answer)[0] == 104
        session = {**params, "session_key": ok.world["session_key"]}
        del session["access_token"]
        assert told(await ok.send_raw("GET", "/fb.do", params=session))[0] == 104


async def test_the_mobile_sdk_starts_unsigned(ok):
    """sdk.init tells where the API is; its session is nobody's."""
    params = {**KEY, "method": "sdk.init", "session_data": '{"version":"2"}'}
    answer = (await ok.send_raw("GET", "/fb.do", params=params)).json()
    assert answer["api_server"] == "http://ok.test/"
    assert set(answer) == {
        "session_key", "session_secret_key", "api_server", "activated_profile"
    }  # fmt: skip
    call = {**KEY, "method": "users.getCurrentUser", "session_key": answer["session_key"]}
    assert told(await ok.send_raw("GET", "/fb.do", params=call))[0] == 103
    bad = {**params, "session_data": "[" * 100_000}
    assert told(await ok.send_raw("POST", "/fb.do", data=bad))[0] == 100
