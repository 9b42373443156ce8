"""Every number of the manual by its true cause, in the order in which causes are seen."""

import random

import pytest
from tests.dialects.up.lab import (
    AID,
    KEY,
    PICTURE,
    SECRET,
    SESSION,
    UPLOAD,
    arguments,
    build,
    refusal,
    sign,
)

from threebath.core import errors as e
from threebath.core.library import User
from threebath.core.tickets import TokenKind
from threebath.dialects.base import code_for
from threebath.dialects.up.errors import VOCABULARIES
from threebath.dialects.up.forms import FORMS
from threebath.dialects.up.methods import METHODS
from threebath.service.ports import TokenDraft

ME = "up.users.getLoggedInUser"


def leaves(cls=e.UploadError):
    yield cls
    for one in cls.__subclasses__():
        yield from leaves(one)


@pytest.mark.parametrize("profile", VOCABULARIES)
def test_every_error_has_a_number_and_words(profile):
    """Each leaf of the tree, in each vocabulary."""
    words = VOCABULARIES[profile]
    for cls in leaves():
        assert words.words[code_for(words.codes, cls.__new__(cls))]


def test_the_strict_profile_has_no_others():
    """The document's, and 3, 4, 10 and 103 of the manual's other pages."""
    numbers = set(VOCABULARIES["strict"].codes.values())
    assert numbers <= {1, 2, 3, 4, 5, 100, 101, 102, 103, 104, 120}


async def test_the_application(up):
    """101: unknown, blank, missing."""
    for key in ("unknown", "", None):
        assert (await up.error(ME, api_key=key))[0] == 101


async def test_the_address(up):
    """5: the application may be called from some networks only."""
    for networks, code in (
        (("10.0.0.0/8", "2001:db8::/32"), 5),
        (("127.0.0.0/8",), None),
        (("::ffff:127.0.0.1/128", "127.0.0.1"), None),
    ):
        await up.application(addresses=networks)
        asked = arguments(ME, api_key="another", session_key="other-app")
        answer = await up.send(asked, secret="its own")
        if code:
            assert refusal(answer)[0] == code
        else:
            assert answer.json() == 219074


async def test_the_community(up):
    """100: unknown, missing, or not the application's."""
    for community in ("nowhere", "", None, "ada"):
        assert (await up.error(ME, community=community))[0] == 100
    assert await up.ok(ME, community="MyCommunity") == 219074
    await up.application(community_id=1002)
    for community, code in (("mashable", 100), ("mycommunity", None)):
        asked = arguments(
            ME, api_key="another", session_key="other-app", community=community
        )
        answer = await up.send(asked, secret="its own")
        if code:
            assert refusal(answer)[0] == code
        else:
            assert answer.json() == 219074


async def test_a_person_called_like_a_community_is_not_in_its_way(up):
    """People choose their names; an application's own community stays its own."""
    await up.application(community_id=1002)
    person = User(id=77, first_name="Eve", last_name="", screen_name="mycommunity")
    await up.house.memory.registry.add_user(person)
    given = {"api_key": "another", "session_key": "other-app", "community": "mycommunity"}
    answer = await up.send(arguments(ME, **given), secret="its own")
    assert answer.json() == 219074


async def test_the_session(up):
    """102: blank, unknown, another application's, a community's, of another community."""
    registry = up.house.memory.registry
    await up.application()
    app = 2_058_001
    await registry.add_token(
        TokenDraft(token="group", app_id=app, kind=TokenKind.COMMUNITY, community_id=7)
    )
    await registry.add_token(
        TokenDraft(token="elsewhere", app_id=app, user_id=219074, community_id=1002)
    )
    for key in ("", None, "unknown", "other-app", "group", "elsewhere"):
        assert (await up.error(ME, session_key=key))[0] == 102
    assert await up.ok(ME, session_key="elsewhere", community="mycommunity") == 219074


async def test_a_session_times_out(up):
    """102, from its expiry on."""
    soon = up.house.clock().replace(microsecond=0)
    draft = TokenDraft(token="brief", app_id=2_058_001, user_id=219074, expires_at=soon)
    await up.house.memory.registry.add_token(draft)
    code, words = await up.error(ME, session_key="brief")
    assert code == 102
    assert words.endswith("has expired")


async def test_a_session_s_own_secret_signs(up):
    """So does the application's; nobody else's."""
    draft = TokenDraft(token="desk", app_id=2_058_001, user_id=219074, secret="own")
    await up.house.memory.registry.add_token(draft)
    asked = arguments(ME, session_key="desk", ss="1")
    for secret in ("own", SECRET):
        assert (await up.send(asked, secret)).json() == 219074
    assert refusal(await up.send(asked, "other"))[0] == 104


async def test_the_signature_comes_before_the_session(up):
    """Without a secret nobody learns which session keys are good."""
    for session_key in (SESSION, "unknown", ""):
        asked = arguments(ME, session_key=session_key)
        assert refusal(await up.send({**asked, "sig": "0" * 32}))[0] == 104


async def test_what_comes_first_is_told_first(up):
    """Method, application, community, signature, session, arguments, album, image."""
    wrong = {
        "method": "up.nothing",
        "api_key": "unknown",
        "community": "nowhere",
        "sig": "0" * 32,
        "session_key": "unknown",
        "call_id": "x",
        "aid": "1",
    }
    right = arguments(UPLOAD)
    seen = []
    for name in (*wrong, ""):
        asked = {**right, **wrong}
        if "sig" not in wrong:
            asked["sig"] = sign({k: v for k, v in asked.items() if k != "sig"})
        answer = await up.post(data=asked, files={"data": ("a.jpg", b"text")})
        seen.append(refusal(answer)[0])
        wrong.pop(name, None)
    assert seen == [3, 101, 100, 104, 102, 100, 120, 324]


async def test_the_number_of_the_call(tmp_path, up):
    """103 in strict mode, for the methods whose pages say so; else it is ignored."""
    later, earlier = "1172623588.023010", "1172623588.023009"
    for call_id in (later, earlier, later, "", "7"):
        assert await up.ok(ME, call_id=call_id) == 219074
    async with build(tmp_path / "strict", up_strict_call_id="True") as strict:
        assert await strict.ok(ME, call_id=later) == 219074
        for call_id in (earlier, later, "7", "0"):
            assert (await strict.error(ME, call_id=call_id))[0] == 103
        assert (await strict.error(ME, call_id="1e99"))[0] == 100
        assert (await strict.error("up.users.isAppAdded", call_id=later))[0] == 103
        assert await strict.ok(ME, call_id="1172623588.1") == 219074
        assert await strict.ok(ME, call_id="1172623589234") == 219074
        assert await strict.ok(ME) == 219074
        await strict.uploaded(call_id=earlier)


async def test_the_rate(tmp_path):
    """4: an application's calls of a minute; the next minute begins anew."""
    async with build(tmp_path, up_calls_per_minute="3") as up:
        for _ in range(3):
            await up.ok(ME)
        assert (await up.error(ME))[0] == 4
        up.house.clock.forward(minutes=1)
        await up.ok(ME)


async def test_a_default_community(tmp_path):
    """Facebook's clients do not know of communities."""
    async with build(tmp_path, up_default_community="mashable") as up:
        assert await up.ok("facebook.users.getLoggedInUser", community=None) == 219074
        assert await up.ok("users.getLoggedInUser", community=None) == 219074


async def test_the_second_generation(up):
    """Its own names and numbers; calls of the first never see them."""
    info = {
        "method": "up.users.getInfo",
        "apiKey": KEY,
        "community": "mashable",
        "uids": "219074,1,8055",
        "format": "json",
    }

    async def ask(drop=(), **changes):
        asked = {k: v for k, v in {**info, **changes}.items() if k not in drop}
        signed = {"apiSig": sign(asked), **asked}
        return await up.http.get("/api.php", params=signed)

    users = (await ask()).json()
    assert [one["uid"] for one in users] == ["219074", "8055"]
    assert list(users[0])[:5] == ["uid", "pageUrl", "name", "firstName", "lastName"]
    by_page = await ask(drop=("uids",), pageUrls="uma, nobody")
    assert [one["name"] for one in by_page.json()] == ["Uma Peters"]
    php = await ask(format="php_serial", uids="219074")
    assert php.text.startswith('a:1:{i:0;a:13:{s:3:"uid";s:6:"219074";')
    for changes, drop, code in (
        ({"apiSig": "0" * 32}, (), 95),
        ({}, ("community",), 99),
        ({"community": "nowhere"}, (), 94),
        ({"method": "up.nothing"}, (), 112),
        ({}, ("method",), 2),
        ({"apiKey": "unknown"}, (), 100),
        ({"apiKey": ""}, (), 101),
        ({}, ("uids",), 94),
    ):
        asked = {k: v for k, v in {**info, **changes}.items() if k not in drop}
        signed = {"apiSig": sign(asked), **asked}
        answer = await up.http.get("/api.php", params=signed)
        assert answer.json()["error_code"] == code
    assert "<error_code>97</error_code>" in (await ask(format="yaml")).text


async def test_query_and_body_are_one(up):
    """The PHP client of 2009 sends half of its arguments in each."""
    asked = arguments(UPLOAD, v="1.0")
    names = ("method", "api_key", "session_key", "v")
    query = {name: asked[name] for name in names}
    rest = {name: value for name, value in asked.items() if name not in names}
    rest["sig"] = sign(asked)
    files = {"_file": ("a.jpg", PICTURE, "image/jpeg")}
    answer = await up.http.post("/restserver.php", params=query, data=rest, files=files)
    assert answer.json()["owner"] == "219074"
    answer = await up.http.post("/restserver.php", params={**query, "sig": rest.pop("sig")})
    assert refusal_in_xml(answer) == "100"


def refusal_in_xml(answer):
    start, end = "<error_code>", "</error_code>"
    return answer.text.partition(start)[2].partition(end)[0]


async def test_bodies_that_are_none(up):
    """Broken, cut off, of another type: 100 or less, never a status but 200."""
    head = {"content-type": "multipart/form-data; boundary=b"}
    for headers, body in (
        (head, b"--b\r\n"),
        (head, b""),
        (head, b"--b\r\nContent-Disposition: form-data\r\n\r\nx\r\n--b--"),
        ({"content-type": "multipart/form-data"}, b"x"),
        ({"content-type": "application/json"}, b"{}"),
        ({"content-type": "text/plain"}, b"a=b"),
        ({}, b"%ff=%ff&=&&=="),
    ):
        answer = await up.post(content=body, headers=headers)
        assert refusal_in_xml(answer) in ("100", "3")
    assert not up.house.notes.failures


NASTY = (
    *(
        "",
        " ",
        "0",
        "-1",
        "1",
        "9" * 19,
        "9" * 30,
        "1.5",
        "1e9",
        "NaN",
        "inf",
        "\x00",
        "\t\n",
    ),
    *("null", "true", "[]", "{}", "[1]", '["1"]', "[[" * 500, '{"a":1}', "1,2,,3", ","),
    *(
        "я" * 3,
        "🌅",
        "\ud7ff",
        "\u202e",
        "<>&\"'",
        "]]>",
        "%00",
        "a=b",
        "=",
        "&",
        "../..",
        "$",
    ),
    *(AID, str(219074), str(1 << 63), str((1 << 64) + 5), "x" * 5000, "photo_upload"),
)


@pytest.mark.parametrize("method", METHODS)
async def test_nothing_is_ever_a_failure_of_ours(up, method):
    """Whatever comes in whichever argument, well signed: an answer, and no bug."""
    chance = random.Random(method)
    names = [one for one in FORMS if one not in ("method", "api_key", "apiKey")]
    pid = (await up.uploaded())["pid"]
    for turn in range(150):
        chosen = chance.sample(names, chance.randrange(1, 6))
        given = {name: chance.choice((*NASTY, pid)) for name in chosen}
        asked = arguments(method, **given)
        if turn % 3:
            asked |= {"session_key": SESSION, "community": "mashable", "format": "JSON"}
        picture = chance.choice((PICTURE, b"", b"\xff\xd8\xff", b"toy 5x"))
        files = {"data": ("a.jpg", picture)} if turn % 2 else None
        await up.send(asked, files=files)
    assert up.house.notes.failures == []
