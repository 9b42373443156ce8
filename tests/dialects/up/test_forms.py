"""A signed text has one reading: what is signed without separators cannot be cut anew."""

from itertools import combinations

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from tests.dialects.up.lab import KEY, SESSION, arguments, read_xml, refusal, sign

from threebath.core.errors import BadParameter
from threebath.core.library import Community
from threebath.dialects.up.forms import FORMS, Grammar
from threebath.dialects.up.methods import METHODS, Names, method_named
from threebath.dialects.up.signature import signed_text

COMMUNITIES = ("mash", "mashable", "m", "mlane")
UPLOAD, CREATE, TAG = "photos.upload", "photos.createalbum", "photos.addtag"


def grammar_of(method):
    """Return what a call of *method* is checked by."""
    closed = {"method": Names(), "api_key": [KEY], "community": COMMUNITIES}
    if method.session:
        closed["session_key"] = [SESSION]
    return Grammar(method.texts, closed)


def is_sound(grammar, *pairs):
    try:
        grammar.check_values(pairs[:1])
        grammar.check_reading(pairs)
    except BadParameter:
        return False
    return True


def accepted(pairs):
    """Say whether a call with these arguments, well signed, would be answered."""
    given, names = dict(pairs), [name for name, _ in pairs]
    if len(given) < len(names) or names != sorted(names):
        return False
    if given.get("method") not in Names() or given.get("api_key") != KEY:
        return False
    method = method_named(given["method"])
    if method.session and given.get("session_key") != SESSION:
        return False
    grammar = grammar_of(method)
    try:
        grammar.check_values(pairs)
        grammar.check_reading(pairs)
    except BadParameter:
        return False
    return True


def readings(text):
    """Find every way to cut a text into the arguments of a call that is taken.

    All cuts are tried for each method; those whose beginning would be refused already,
    whatever follows, are not followed up.
    """
    found = set()
    for method in METHODS.values():
        grammar = grammar_of(method)
        stack = [((), text)]
        while stack:
            done, rest = stack.pop()
            name, equals, tail = rest.partition("=")
            if not name or not equals or (done and name <= done[-1][0]):
                continue
            last = (*done, (name, tail))
            if is_sound(grammar, (name, tail)) and accepted(last):
                found.add(last)
            for at in range(len(tail)):
                after = tail[at:].partition("=")[0]
                pair = (name, tail[:at])
                if "=" in tail[at:] and is_sound(grammar, pair, (after, "")):
                    stack.append(((*done, pair), tail[at:]))
    return found


NAMES = (
    *("aid", "caption", "community", "description", "format", "locale", "location"),
    *(
        "sdk",
        "sdk_version",
        "fields",
        "callback",
        "name",
        "ss",
        "uid",
        "v",
        "x",
        "y",
        "tag_text",
        "tag_uid",
        "tags",
    ),
    *("zz", "foo", "fooaid", "uidx", "ommunity", "b"),
)
SCRAPS = ("1", "mash", "able", "hi", "=", "v=", "aid=1", "format=json", "m", "", "x", "5")
values = st.lists(
    st.sampled_from((*SCRAPS, *NAMES, *(f"{one}=" for one in NAMES))), max_size=3
)


@st.composite
def calls(draw):
    """Make a call that could be signed, of names and scraps of names."""
    method = draw(st.sampled_from((UPLOAD, CREATE, TAG, "photos.get", "users.getinfo")))
    extra = draw(st.dictionaries(st.sampled_from(NAMES), values.map("".join), max_size=4))
    given = {**extra, "method": method, "api_key": KEY, "session_key": SESSION}
    return sorted(given.items())


@settings(max_examples=600, deadline=None)
@given(call=calls())
def test_two_calls_with_one_signed_text_are_one_call(call):
    """Of all the readings of a text, at most one is taken."""
    taken = readings(signed_text(call))
    assert len(taken) <= 1
    assert (tuple(call) in taken) == accepted(call)


@settings(max_examples=300, deadline=None)
@given(call=calls(), data=st.data())
def test_a_forged_cut_is_not_taken(call, data):
    """Who saw a good call cannot send another one with its signature."""
    assume(accepted(call))
    text = signed_text(call)
    at = data.draw(st.integers(0, len(call) - 2))
    (name, value), (after, last) = call[at], call[at + 1]
    whole = f"{after}={last}"
    shifts = [
        [(name, value + whole)],
        *([(name, value + after[:n]), (after[n:], last)] for n in range(1, len(after))),
        *(
            [(name, value[:n]), (value[n:] + after, last)]
            for n in range(len(value))
            if "=" not in value[n:]
        ),
    ]
    for middle in shifts:
        forged = [*call[:at], *middle, *call[at + 2 :]]
        assert signed_text(forged) == text
        assert not accepted(forged)


GOOD = [
    {"caption": "Under the sunset"},
    {"caption": "1 + 1 = 2", "aid": "940915667462717"},
    {"caption": "https://youtu.be/watch?v=abc&format=jpg"},
    {"caption": "e=mc2, x=1, y=2, v=3, name=x", "call_id": "1172623588.023010"},
    {"caption": "=" * 50, "format": "JSON", "v": "1.0"},
    {"caption": "a\nb=c\r\n", "locale": "en_US", "ss": "1"},
    {"name": "DSC_0042.JPG", "caption": ""},
    {"foo": "bar"},
    {"sdk": "ios", "sdk_version": "2", "locale": "en_US"},
    {"fields": "name,pic_square", "generate_session_secret": "1"},
    {"zzz": "1", "foo": "bar", "caption": "aid=1"},
    {"call_id": "1,5", "callback": "a.b$c_1"},
    {"aid": "", "caption": "", "uid": "", "format": ""},
    {"aids": '["1", 2,"3"]', "pids": "[]", "uids": "1, 2,3,"},
]


@pytest.mark.parametrize("extra", GOOD, ids=str)
def test_what_real_clients_send_is_taken(extra):
    """Texts with equals signs, blanks, arguments that nobody knows."""
    given = {
        "method": "up.photos.upload",
        "api_key": KEY,
        "session_key": SESSION,
        "community": "mashable",
        **extra,
    }
    assert accepted(sorted(given.items()))


AMBIGUOUS = [
    ({"aid": "1caption=hi"}, "an argument with the next one in it"),
    ({"caption": "hicommunity=mash"}, "a text that reads like the next argument"),
    ({"caption": "x method=photos.get"}, "a text with a method in it"),
    ({"caption": "hi", "cats": "1"}, "an unknown argument after a text"),
    ({"foo": "a", "goo": "b"}, "an unknown argument after an unknown one"),
    ({"foo": "a=b"}, "an unknown argument with an equals sign"),
    ({"lanez": "1"}, "the rest of a community's name"),
    ({"aids": '["1""2"]'}, "numbers with nothing between them"),
    ({"aids": "[" + "1" * 40 + "]"}, "more digits than a number has"),
]


@pytest.mark.parametrize(("extra", "why"), AMBIGUOUS, ids=str)
def test_what_could_be_read_differently_is_refused(extra, why):
    """Whoever signed it meant one thing; others could send another."""
    given = {"method": UPLOAD, "api_key": KEY, "session_key": SESSION, "community": "m"}
    assert not accepted(sorted({**given, **extra}.items())), why


def test_names_that_end_alike_are_told_apart():
    """Where a known name ends in another one, the longest that fits is meant."""
    pairs = [
        (one, other)
        for one, other in combinations(sorted(FORMS, key=len), 2)
        if other.endswith(one)
    ]
    assert ("uid", "tag_uid") in pairs
    for short, long in pairs:
        rest = long.removesuffix(short)
        cut = sorted([("a", rest), (short, "1")])
        with pytest.raises(BadParameter):
            Grammar().check_reading(cut)


async def test_the_classic_forgery_is_refused(up):
    """``description=d``, ``format=JSON`` signs like ``description=dformat=JSON``."""
    honest = arguments("up.photos.createAlbum", name="n", description="d")
    forged = {**honest, "description": "dformat=JSON"}
    del forged["format"]
    assert sign(honest) == sign(forged)
    refused = read_xml((await up.send({**forged, "sig": sign(honest)})).text)
    assert refused.findtext("error_code") == "100"
    assert "description" in refused.findtext("error_msg")
    assert (await up.send(honest)).json()["description"] == "d"
    assert len(await up.ok("up.photos.getAlbums", uid=219074)) == 2


async def test_an_argument_with_another_inside_is_refused(up):
    """Fixed forms take nothing else; an album's number has an error of its own."""
    for changed, code in (
        ({"aid": "1caption=hi"}, 120),
        ({"call_id": "1caption=hi"}, 100),
        ({"v": "1.0x=1"}, 100),
        ({"format": "JSONx"}, None),
        ({"foo": "1=2"}, 100),
        ({"caption": "hi community=mashable"}, 100),
    ):
        answer = await up.upload(**changed)
        if code is None:
            assert read_xml(answer.text).findtext("error_code") == "100"
        else:
            assert refusal(answer)[0] == code


async def test_a_name_that_goes_on_is_told_from_another(up):
    """Where both communities, or both keys, are there, the longer one is meant."""
    registry = up.house.memory.registry
    for number, name in enumerate(("mash", "mashlane"), 2001):
        await registry.add_community(Community(id=number, name="", screen_name=name))
    me = "users.getLoggedInUser"
    assert await up.ok(me, community="mashlane", z="1") == 219074
    for name, code in (("lunch", None), ("lanez", "100")):
        asked = arguments(me, community="mash", format=None, **{name: "1"})
        root = read_xml((await up.send(asked)).text)
        assert root.findtext("error_code") == code
    await up.application(key=KEY + "b")
    asked = arguments(me, bar="1")
    assert refusal(await up.send(asked))[0] == 100


async def test_text_is_utf_8_and_stays_as_it_was(up):
    """Composed or not; bytes of other encodings are not what was signed."""
    for text in ("e\u0301", "\u00e9"):
        asked = arguments("photos.createAlbum", name=text)
        assert (await up.send(asked)).json()["name"] == text
    asked = arguments("photos.createAlbum", name="1251")
    body = "&".join(f"{k}={v}" for k, v in {**asked, "sig": sign(asked)}.items())
    raw = body.encode().replace(b"1251", b"%cf%ee%e4")
    kind = {"content-type": "application/x-www-form-urlencoded"}
    assert refusal(await up.post(content=raw, headers=kind))[0] == 104


async def test_what_is_said_twice_is_refused(up):
    """In the body, in the query and the body, in two spellings."""
    asked = arguments("up.users.getLoggedInUser")
    signed = {**asked, "sig": sign(asked)}
    answer = await up.http.post("/api.php?format=JSON", data=signed)
    assert refusal(answer)[0] == 100
    for name, value in (("apiKey", KEY), ("apiSig", signed["sig"])):
        answer = await up.http.post("/api.php", data={**signed, name: value})
        assert answer.json()["error_code"] in (94, 100)


def test_every_method_is_found_by_every_spelling():
    """``up.``, ``facebook.``, bare; any letter case; nothing else."""
    for row in METHODS.values():
        bare = row.name.removeprefix("up.")
        for name in (row.name, bare, f"facebook.{bare}", row.name.upper()):
            assert method_named(name) is row
            assert name in Names()
    for name in ("photos", "up.", "facebook.up.photos.get", "photos.upload ", 5):
        assert name not in Names()
    assert len(Names()) == len([*Names()]) == len(METHODS)
