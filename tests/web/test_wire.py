"""What goes over the wire, whichever dialect answers."""

import subprocess
import time

import httpx
import pytest
import requests

from threebath.web.server import Serving
from web.conftest import read_all, site

SLOW = b"POST /demo/take HTTP/1.1\r\nHost: a\r\nContent-Length: 100\r\n\r\n"


def get(path, *headers):
    lines = [f"GET {path} HTTP/1.1", "Host: a", "Connection: close", *headers, "", ""]
    return "\r\n".join(lines).encode()


def names_of(response):
    head = response.partition(b"\r\n\r\n")[0].decode().split("\r\n")[1:]
    return [line.partition(":")[0] for line in head]


def test_header_names_have_their_usual_letter_case(live):
    """VK's Java SDK looks "Content-Type" up in exactly this letter case."""
    photo = live.photo()
    for path in ("/", "/healthz", "/no/such", f"/i/{photo.asset.id}/x.jpg"):
        names = names_of(live.talk(get(path)))
        assert "Content-Type" in names
        assert "Content-Length" in names
        assert "X-Request-Id" in names
        assert "Date" in names
        assert all(name == name.title() for name in names if name != "ETag")
    assert "ETag" in names


def test_an_unknown_path_is_a_small_404(live):
    """JSON for programs, short for people."""
    got = httpx.get(live.url + "/no/such/path/")
    assert got.status_code == 404
    assert got.json() == {"error": "not found"}
    assert httpx.get(live.url + "/healthz/").status_code == 404


def test_an_answer_is_kept_by_no_cache_unless_it_says_so(live):
    """Most answers carry tokens or addresses that are as good as tokens."""
    got = httpx.get(live.url + "/no/such")
    assert got.headers["cache-control"] == "no-store"
    assert got.headers["x-content-type-options"] == "nosniff"
    assert "server" not in got.headers
    assert "set-cookie" not in got.headers


@pytest.mark.parametrize("given", ["a", "trace-1.2_3", "A" * 64])
def test_a_request_id_is_taken_over(live, given):
    """A proxy's id joins its log with ours."""
    got = httpx.get(live.url + "/healthz", headers={"X-Request-Id": given})
    assert got.headers.get_list("x-request-id") == [given]


@pytest.mark.parametrize("given", ["", "a b", "A" * 65, "é", "a\tb", "<script>"])
def test_a_strange_request_id_is_replaced(live, given):
    """It goes into logs and headers: only a name will do."""
    headers = [(b"X-Request-Id", given.encode())]
    got = httpx.get(live.url + "/healthz", headers=headers)
    assert got.headers["x-request-id"] != given
    assert len(got.headers["x-request-id"]) == 16


def test_a_bug_is_answered_without_its_details(live):
    """A 500 tells the client nothing but that it is one, and which request it was."""
    got = httpx.post(live.url + "/demo/boom", content=b"x")
    assert got.status_code == 500
    assert got.text == "Internal Server Error"
    assert got.headers["x-request-id"]


def test_a_bug_halfway_cuts_the_answer(live):
    """Half an answer must not look like a whole one."""
    got = live.talk(get("/demo/late-boom"))
    assert got.endswith(b"half")


BODY = bytes(60 * 1024 * 1024)


@pytest.mark.parametrize(("path", "status"), [("refuse", 413), ("half", 200)])
def test_requests_sees_a_refusal_that_comes_before_its_body_is_sent(live, path, status):
    """60 MB refused at the first byte: python-requests gets the reason, not a reset."""
    got = requests.post(f"{live.url}/demo/{path}", data=BODY, timeout=20)
    assert got.status_code == status
    assert "error" in got.json()


@pytest.mark.parametrize("expect", ["Expect:", "Expect: 100-continue"])
@pytest.mark.parametrize(("path", "status"), [("refuse", "413"), ("half", "200")])
def test_curl_sees_a_refusal_that_comes_before_its_body_is_sent(
    live, tmp_path, path, status, expect
):
    """The same with curl, whether or not it waits to be let in."""
    body = tmp_path / "body"
    body.write_bytes(BODY)
    done = subprocess.run(
        [
            *("curl", "-sS", "-m", "20", "-H", expect, "-w", "%{http_code}"),
            *("-F", f"photo=@{body}", f"{live.url}/demo/{path}"),
        ],
        check=True,
        capture_output=True,
        text=True,
    )
    assert done.stderr == ""
    assert done.stdout.startswith('{"error"')
    assert done.stdout.endswith(status)


def test_a_refused_client_that_waits_to_be_let_in_is_not_waited_for(live):
    """With Expect: 100-continue nothing is on its way: the answer, and goodbye."""
    began = time.monotonic()
    got = live.talk(
        b"POST /demo/refuse HTTP/1.1\r\nHost: a\r\nContent-Length: 99\r\n"
        b"Expect: 100-continue\r\n\r\n"
    )
    assert time.monotonic() - began < 2
    assert got.startswith(b"HTTP/1.1 413 ")
    assert b"100 Continue" not in got
    assert b"Connection: close" in got


def test_a_client_that_waits_to_be_let_in_is_let_in(live):
    """curl sends nothing large before it has read this line."""
    with live.socket() as client:
        client.sendall(
            b"POST /demo/take HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\n"
            b"Connection: close\r\nExpect: 100-continue\r\n\r\n"
        )
        assert client.recv(1000) == b"HTTP/1.1 100 Continue\r\n\r\n"
        client.sendall(b"abc")
        got = read_all(client)
    assert got.startswith(b"HTTP/1.1 200 ")
    assert b"Content-Type: " in got
    assert got.endswith(b'{"bytes":3}')


def test_a_refused_client_that_falls_silent_is_let_go(live):
    """Politeness has an end: five seconds of silence."""
    began = time.monotonic()
    got = live.talk(
        b"POST /demo/refuse HTTP/1.1\r\nHost: a\r\nContent-Length: 99\r\n\r\nab"
    )
    assert got.startswith(b"HTTP/1.1 413 ")
    assert 4 < time.monotonic() - began < 8


def test_a_body_that_was_read_to_its_end_keeps_the_connection(live):
    """Closing after each upload would cost clients a handshake each."""
    with httpx.Client(base_url=live.url) as client:
        for _ in range(3):
            got = client.post("/demo/take", content=b"abc")
            assert got.json() == {"bytes": 3}
            assert "connection" not in got.headers


def test_a_client_that_leaves_in_the_middle_ends_its_upload(live):
    """What it held is let go of, and nobody logs a bug."""
    live.dialect.cleaned.clear()
    before = live.telemetry.metrics()
    with live.socket() as client:
        client.sendall(SLOW + b"x" * 10)
        time.sleep(0.1)
    deadline = time.monotonic() + 5
    while not live.dialect.cleaned and time.monotonic() < deadline:
        time.sleep(0.01)
    assert live.dialect.cleaned == [10]
    bugs = b'threebath_failures_total{error="bug"}'
    assert before.count(bugs) == live.telemetry.metrics().count(bugs)


@pytest.mark.parametrize(
    "request_",
    [
        b"GET / HTTP/1.1\r\nHost: a\r\nX: " + b"a" * 500_000,
        b"GET / HTTP/1.1\r\nHost: a\r\n" + b"X-Many: a\r\n" * 50_000,
        b"GET /" + b"a" * 500_000,
        b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" * 10,
        b"GET / HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n",
        b"GET / HTTP/9.9\r\n\r\n",
        b"nonsense\r\n\r\n",
    ],
    ids=[
        "long header",
        "many headers",
        "long path",
        "tls",
        "two lengths",
        "9.9",
        "nonsense",
    ],
)
def test_a_head_that_is_none_is_a_400_and_a_closed_connection(live, request_):
    """Heads have a limit (uvicorn sets none), and nonsense is told so."""
    with live.socket() as client:
        for at in range(0, len(request_), 16384):
            try:
                client.sendall(request_[at : at + 16384])
            except (ConnectionResetError, BrokenPipeError):
                break
            time.sleep(0.002)
        got = read_all(client)
    assert got == b"" or got.startswith(b"HTTP/1.1 400 ")
    assert httpx.get(live.url + "/healthz").status_code == 200


def test_trailers_are_not_headers(live):
    """A chunked body's trailer cannot smuggle a header in after the fact."""
    got = live.talk(
        b"POST /demo/take HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n"
        b"Connection: close\r\n\r\n3\r\nabc\r\n0\r\nX-Request-Id: smuggled\r\n\r\n"
    )
    assert got.endswith(b'{"bytes":3}')
    assert b"smuggled" not in got


def test_a_head_that_drips_is_cut_off(live, monkeypatch):
    """A slow loris holds a connection for ten seconds at most."""
    monkeypatch.setattr("threebath.web.protocol.HEAD_SECONDS", 0.3)
    for first in (b"", b"GET / HTTP/1.1\r\n", b"\r\n\r\n"):
        with live.socket() as client:
            began = time.monotonic()
            client.sendall(first) if first else None
            assert read_all(client) == b""
            assert time.monotonic() - began < 3
    with live.socket() as client:
        client.sendall(b"GET /healthz HTTP/1.1\r\nHost: a\r\n\r\n")
        assert client.recv(10_000).startswith(b"HTTP/1.1 200 ")
        client.sendall(b"GET /healthz HT")
        assert read_all(client) == b""


def test_a_slow_body_outlives_the_patience_for_heads(live, monkeypatch):
    """Only the head is hurried: a phone may take minutes for its photo."""
    monkeypatch.setattr("threebath.web.protocol.HEAD_SECONDS", 0.2)
    with live.socket() as client:
        client.sendall(SLOW.replace(b"Host: a", b"Host: a\r\nConnection: close"))
        for _ in range(10):
            time.sleep(0.06)
            client.sendall(b"x" * 10)
        assert read_all(client).endswith(b'{"bytes":100}')


def test_more_requests_than_the_limit_are_told_to_come_back():
    """Too much work is a 503 at once, not a queue without end; health is always told."""
    with site(most_requests=1) as busy, busy.socket() as client:
        client.sendall(SLOW)
        time.sleep(0.1)
        assert httpx.post(busy.url + "/demo/take", content=b"a").status_code == 503
        assert httpx.get(busy.url + "/healthz").status_code == 200
        client.sendall(b"x" * 100)
        assert b'{"bytes":100}' in client.recv(10_000)
        assert httpx.post(busy.url + "/demo/take", content=b"a").status_code == 200


@pytest.mark.parametrize(
    ("trusted", "seen"),
    [
        ((), "http 127.0.0.1"),
        (("10.0.0.0/8",), "http 127.0.0.1"),
        (("127.0.0.1",), "https 7.7.7.7"),
    ],
)
def test_only_a_proxy_of_ours_says_who_calls(trusted, seen):
    """Else anybody could come from an address that an application allows."""
    headers = {"X-Forwarded-For": "6.6.6.6, 7.7.7.7", "X-Forwarded-Proto": "https"}
    with site(Serving(trusted_proxies=trusted)) as live:
        assert httpx.get(live.url + "/demo/who", headers=headers).text == seen
