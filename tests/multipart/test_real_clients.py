"""What installed client libraries encode is decoded to what they were given."""

import httpx
import pytest
import requests
from hypothesis import given
from hypothesis import strategies as st

from multipart.streams import stream
from threebath.multipart import CALL, FormLimits, MultipartForm, read_pairs

URL = "http://127.0.0.1/upload"
LIMITS = FormLimits(max_bytes=1_000_000)


def _requests(data, files):
    made = requests.Request("POST", URL, data=data, files=files).prepare()
    return made.headers["Content-Type"], made.body


def _httpx(data, files):
    made = httpx.Request("POST", URL, data=data, files=files)
    return made.headers["Content-Type"], made.read()


_text = st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=20)
_names = st.text(st.characters(categories=["L", "N"]), min_size=1, max_size=20)


@pytest.mark.parametrize("encode", [_requests, _httpx])
@given(
    values=st.dictionaries(_names, _text, max_size=3), filename=_names, content=st.binary()
)
async def test_forms_come_through(encode, values, filename, content):
    """Fields, a file's name in any script and its bytes are what the caller gave."""
    content_type, body = encode(values, {"photo": (filename, content)})
    form = MultipartForm(content_type, stream(body), LIMITS)

    files = [
        (one.name, one.filename, b"".join([chunk async for chunk in one.chunks()]))
        async for one in form.files()
    ]

    assert files == [("photo", filename, content)]
    assert form.fields == values


@pytest.mark.parametrize("encode", [_requests, _httpx])
@given(values=st.dictionaries(_text, _text, min_size=1, max_size=3))
async def test_calls_come_through(encode, values):
    """Parameters of any text are what the caller gave, in order."""
    content_type, body = encode(values, None)
    raw = body if isinstance(body, bytes) else body.encode()

    assert await read_pairs("", content_type, stream(raw), CALL) == list(values.items())
