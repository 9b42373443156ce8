"""Whole conversations, compared word by word: transcripts in tests/golden/ok.

A line ``>`` begins a request, a line ``<`` its answer. A call's parameters stand one to a
line, and are signed for whom the line names; an upload stands there as it is sent. What
``{name}`` stands for in an answer is remembered, and must be the same from then on.
"""

import re
from pathlib import Path
from urllib.parse import quote

import pytest
from tests.dialects.ok.lab import PICTURE

FOLDER = Path(__file__).parents[2] / "golden" / "ok"
TALKS = sorted(FOLDER.glob("*.talk"))
NAME = re.compile(r"\{([a-z]+[0-9]*)\}")


class Talk:
    """A conversation, and what its names stand for so far."""

    def __init__(self, ok):
        self.ok = ok
        self.known = {
            "album": ok.world["album_id"],
            "group": ok.world["group_id"],
            "image": PICTURE.decode(),
        }

    def fill(self, text, change=str):
        return NAME.sub(lambda one: change(self.known[one[1]]), text)

    async def ask(self, head, body):
        """Send one request of a transcript."""
        line, _, who = head.partition(" as ")
        verb, _, target = line.partition(" ")
        if not who:
            headers, _, raw = body.partition("\n\n")
            given = dict([headers.split(": ", 1)])
            content = self.fill(raw.replace("\n", "\r\n")).encode()
            where = target.replace("{listed}", self.known.get("listed", ""))
            where = self.fill(where, lambda one: quote(one, safe="%"))
            return await self.ok.http.request(verb, where, content=content, headers=given)
        pairs = (one.split("=", 1) for one in body.splitlines())
        params = self.ok.signed({name: self.fill(one) for name, one in pairs}, who)
        where = {"params": params} if verb == "GET" else {"data": params}
        return await self.ok.http.request(verb, target, **where)

    def check(self, head, body, answer):
        """Compare an answer, and remember what it names."""
        kind, _, code = head.partition(" error ")
        assert answer.status_code == 200
        assert answer.headers["content-type"] == kind
        assert answer.headers.get("invocation-error", "") == code
        seen = {*self.known}

        def pattern(one):
            name = one[1]
            if name in seen:
                return re.escape(self.known[name]) if name in self.known else f"(?P={name})"
            seen.add(name)
            return f'(?P<{name}>[^"&]+)'

        literal = NAME.split(body)[::2]
        parts = [re.escape(literal[0])]
        for one, rest in zip(NAME.finditer(body), literal[1:], strict=True):
            parts += [pattern(one), re.escape(rest)]
        found = re.fullmatch("".join(parts), answer.text)
        assert found, f"\nwritten: {self.fill_known(body)}\n    got: {answer.text}"
        self.known.update(found.groupdict())

    def fill_known(self, text):
        return NAME.sub(lambda one: self.known.get(one[1], one[0]), text)


def steps(text):
    """Yield (request's head, its body, answer's head, its body)."""
    _, *blocks = re.split(r"^([<>] .*)\n", text, flags=re.MULTILINE)
    heads, bodies = blocks[::2], [one.removesuffix("\n") for one in blocks[1::2]]
    lines = list(zip(heads, bodies, strict=True))
    for (ask, sent), (told, body) in zip(lines[::2], lines[1::2], strict=True):
        assert (ask[0], told[0]) == (">", "<")
        yield ask[2:], sent, told[2:], body


@pytest.mark.parametrize("path", TALKS, ids=lambda path: path.stem)
async def test_a_conversation_goes_as_written_down(ok, path):
    """Every header that clients read, and every word."""
    talk = Talk(ok)
    for ask, sent, told, body in steps(path.read_text()):
        talk.check(told, body, await talk.ask(ask, sent))


def test_every_flow_has_a_transcript():
    """An album, batches, moments, a topic, and what is refused."""
    found = {path.stem for path in TALKS}
    assert found == {"album", "batches", "moments", "topic", "refusals"}
