"""What clients really send, byte for byte, and what they get: transcripts in tests/golden.

``{sig}`` in a request is a fresh signature, ``{image}`` a picture. In an answer, ``{…}``
stands for what is different each time.
"""

import re
from pathlib import Path
from urllib.parse import parse_qsl

import pytest
from tests.dialects.up.lab import PICTURE, sign

FOLDER = Path(__file__).parents[2] / "golden" / "up"
REQUESTS = sorted(FOLDER.glob("*.request"))
FIELD = re.compile(r'form-data; name="([^"]*)"\n\n(.*?)\n--', re.DOTALL)


def fields(target, body, is_multipart):
    """Return the text arguments of a transcript: what a client would sign."""
    found = dict(parse_qsl(target.partition("?")[2], keep_blank_values=True))
    more = FIELD.findall(body) if is_multipart else parse_qsl(body, keep_blank_values=True)
    both = {**found, **dict(more)}
    return {k: v for k, v in both.items() if k not in ("sig", "apiSig", "data")}


def on_the_wire(text, *, bare):
    return text if bare else text.replace("\n", "\r\n")


def blurred(text):
    """Replace what differs from run to run."""
    text = re.sub(r"/i/[0-9a-f]{32}/(\w)\.jpg(\?view=[0-9a-f-]+)?", r"/i/{id}/\1.jpg", text)
    text = re.sub(r"(<pid>|\"pid\":\")\d+", r"\g<1>{pid}", text)
    text = re.sub(r"/photo/id/\d+", "/photo/id/{number}", text)
    return re.sub(r"(<value>|\"value\":\")[0-9a-f]{32}(?=[<\"])", r"\g<1>{hex}", text)


@pytest.mark.parametrize("path", REQUESTS, ids=lambda path: path.stem)
async def test_a_request_is_answered_as_written_down(up, path):
    """The status is 200, the type fits, the body is the transcript's."""
    text = path.read_text()
    head, _, body = text.partition("\n\n")
    first, *headers = head.split("\n")
    verb, _, target = first.partition(" ")
    given = dict(one.split(": ", 1) for one in headers)
    multipart = "multipart" in given.get("Content-Type", "")
    signature = sign(fields(target, body, multipart))
    raw = on_the_wire(body, bare=path.stem.startswith("bare") or not multipart)
    raw = raw.replace("{sig}", signature).encode().replace(b"{image}", PICTURE)
    answer = await up.http.request(
        verb, target.replace("{sig}", signature), content=raw, headers=given
    )
    assert answer.status_code == 200
    found = blurred(f"{answer.headers['content-type']}\n\n{answer.text}\n")
    written = path.with_suffix(".answer")
    assert found == written.read_text()


def test_every_transcript_has_both_halves():
    """A request without its answer shows nothing."""
    answers = {one.stem for one in FOLDER.glob("*.answer")}
    assert answers == {one.stem for one in REQUESTS}
    assert len(answers) >= 9


def test_the_manual_s_request_has_the_signature_of_the_first_vector():
    """Its arguments are those that docs/protocols/up.md computes one for."""
    body = (FOLDER / "manual.request").read_text().partition("\n\n")[2]
    given = fields("/api.php", body, is_multipart=True)
    assert sign(given) == "eba81bbe09d750f9d5bd5a551720a099"
