"""Answers as text: XML that any parser reads, JSON that a script may hold, PHP's own."""

import json
from xml.etree import ElementTree as ET

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.dialects.up.lab import arguments, read_xml, refusal, sign

from threebath.dialects.up.wire import Failure, Rows, fit_text, to_json, to_php, to_xml

text = st.text(st.characters(exclude_categories=["Cs"]), max_size=40)


@given(caption=text)
def test_any_text_survives_xml(caption):
    """What XML cannot carry is replaced; all else comes back as it was."""
    document = to_xml("r", {"caption": caption, "size": 1})
    root = ET.fromstring(document)
    assert (root.findtext("caption") or "") == fit_text(caption)
    assert root.findtext("size") == "1"
    assert json.loads(to_json({"caption": caption})) == {"caption": caption}


def test_what_xml_cannot_carry_is_replaced():
    """NUL, other controls, halves of surrogates; not tabs and line breaks."""
    assert fit_text("a\x00b\x1f\ud800\ufffe") == "a\ufffdb\ufffd\ufffd\ufffd"
    assert fit_text("a\tb\r\nc\u0085🌅") == "a\tb\r\nc\u0085🌅"
    assert ET.fromstring(to_xml("r", "a\r\nb")).text == "a\r\nb"


def test_lists_and_scalars():
    """A list says so on its root; a scalar is the root's text."""
    rows = Rows("album", [{"aid": "1"}, {"aid": "2"}])
    head = '<?xml version="1.0" encoding="UTF-8"?>\n'
    two = "<album><aid>1</aid></album><album><aid>2</aid></album>"
    assert to_xml("r", rows) == f'{head}<r list="true">{two}</r>'
    assert to_xml("r", Rows("album", [])) == f'{head}<r list="true"></r>'
    assert to_xml("r", 5) == f"{head}<r>5</r>"
    assert [to_json(one) for one in (5, "T", rows)] == [
        "5",
        '"T"',
        '[{"aid":"1"},{"aid":"2"}]',
    ]


def test_php():
    """Lengths are in bytes; lists have whole numbers for keys."""
    assert to_php("я") == 's:2:"я";'
    assert to_php(Rows("u", [{"uid": "5"}])) == 'a:1:{i:0;a:1:{s:3:"uid";s:1:"5";}}'
    failure = Failure(94, "x", [("uids", "")])
    assert failure.to_php() == (
        'a:3:{s:10:"error_code";i:94;s:9:"error_msg";s:1:"x";s:12:"request_args";'
        'a:1:{i:0;a:2:{s:3:"key";s:4:"uids";s:5:"value";s:0:"";}}}'
    )
    with pytest.raises(TypeError):
        to_php(None)


async def test_errors_show_what_was_sent_and_hide_secrets(up):
    """Every argument, the signature too; session keys are masked."""
    asked = arguments("up.photos.getAlbums", format="XML", caption='<&>"')
    answer = await up.send(asked)
    root = read_xml(answer.text)
    assert root.tag == "error_response"
    assert [one.tag for one in root] == ["error_code", "error_msg", "request_args"]
    assert root.find("request_args").get("list") == "true"
    shown = {one.findtext("key"): one.findtext("value") for one in root.iter("arg")}
    hidden = {"session_key": "********"}
    assert shown == {**asked, **hidden, "sig": sign(asked)}
    assert asked["session_key"] not in answer.text
    assert answer.headers["content-type"] == "text/xml; charset=utf-8"


@pytest.mark.parametrize("name", ["cb", "jQuery.cb_1", "a$b", "x" * 64])
async def test_a_good_callback_wraps_the_answer(up, name):
    """JSON as it is; XML as a string."""
    asked = arguments("up.users.getLoggedInUser", callback=name)
    answer = await up.send(asked)
    assert answer.text == f"{name}(219074);"
    assert answer.headers["content-type"].startswith("application/javascript")
    answer = await up.send({**asked, "format": "XML"})
    inner = json.loads(answer.text.removeprefix(f"{name}(").removesuffix(");"))
    assert read_xml(inner).text == "219074"


@pytest.mark.parametrize("name", ["alert(1)//", "a b", "x" * 65, "я", "<script>", "a=b"])
async def test_a_hostile_callback_is_refused(up, name):
    """And wraps nothing, the refusal least of all."""
    asked = arguments("up.users.getLoggedInUser", callback=name)
    assert refusal(await up.send(asked))[0] == 100


async def test_formats_in_any_letter_case(up):
    """``json``, ``JSON``; what there is not is answered in XML, with 100."""
    asked = arguments("up.users.getLoggedInUser")
    assert (await up.send({**asked, "format": "json"})).text == "219074"
    for wrong in ("yaml", "php_serial"):
        answer = await up.send({**asked, "format": wrong})
        known = read_xml(answer.text).findtext("error_code")
        assert known == "100"
