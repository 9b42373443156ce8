"""What the logs say, and what they must never say."""

import io
import json
import logging
import time

import httpx
import pytest
import structlog

from threebath.core.errors import StoreFailed
from threebath.web.logs import configure
from threebath.web.observe import Telemetry
from web.conftest import read_all

SECRETS = {
    "access_token": "hunter2a",
    "token": "hunter2b",
    "session_key": "hunter2c",
    "session_secret_key": "hunter2d",
    "client_secret": "hunter2e",
    "sig": "hunter2f",
    "hash": "hunter2g",
    "ticket": "hunter2h",
    "upload_url": "http://a/?hunter2i",
    "Cookie": "hunter2j",
    "Authorization": "Bearer hunter2k",
    "password": "hunter2l",
    "latitude": 55.75001,
    "gps_position": "55.75001,37.61",
    "lat": 55.75001,
    "access_key": "hunter2m",
    "receipt_id": "hunter2n",
}


@pytest.fixture
def out():
    """The log as JSON lines; the set-up is undone afterwards."""
    stream = io.StringIO()
    root = logging.getLogger()
    handlers, level = [*root.handlers], root.level
    configure(as_json=True, stream=stream)
    yield stream
    root.handlers[:] = handlers
    root.setLevel(level)
    for name in ("threebath", "uvicorn"):
        logging.getLogger(name).setLevel(logging.NOTSET)
    structlog.reset_defaults()


def lines(out):
    return [json.loads(line) for line in out.getvalue().splitlines()]


def wait_for(out, count):
    """A request's line is written when its answer is on its way."""
    deadline = time.monotonic() + 5
    while len(lines(out)) < count and time.monotonic() < deadline:
        time.sleep(0.005)
    return lines(out)


@pytest.mark.parametrize("name", SECRETS)
def test_a_secret_is_masked_by_its_name(out, name):
    """However deep it lies, in whatever it came."""
    value = SECRETS[name]
    log = structlog.get_logger("threebath.test")
    log.info("flat", **{name: value})
    log.info("deep", call={"params": [{name: value}]})
    logging.getLogger("somebody.else").warning("called with %s=%s", name, value)
    log.info("as text", text=f"{name}={value}&v=5.199")
    log.info("as JSON", body=json.dumps({name: value, "v": "5.199"}))
    text = out.getvalue()
    assert "hunter2" not in text
    assert "55.75001" not in text
    assert len(lines(out)) == 5


def test_what_is_no_secret_stays(out):
    """A log that hides everything is no log."""
    structlog.get_logger("threebath.test").info(
        "upload",
        kind="vk.wall",
        bytes=10,
        method="photos.save",
        application_id=7,
        design="x",
    )
    [line] = lines(out)
    assert line.pop("timestamp").endswith("Z")
    assert line == {
        "event": "upload",
        "level": "info",
        "kind": "vk.wall",
        "bytes": 10,
        "method": "photos.save",
        "application_id": 7,
        "design": "x",
    }


def test_a_request_is_one_line_with_its_id(out, live):
    """Method, route, status, bytes, time: and neither query nor ticket."""
    url = live.url + "/demo/up/SECRETTICKET?access_token=hunter2&view=hunter2"
    httpx.post(url, content=b"12345", headers={"X-Request-Id": "abc", "Cookie": "hunter2"})
    [line] = wait_for(out, 1)
    assert line.pop("timestamp")
    assert line.pop("ms") >= 0
    assert line == {
        "event": "request",
        "level": "info",
        "request_id": "abc",
        "method": "POST",
        "path": "/demo/up/{ticket}",
        "status": 200,
        "bytes_in": 5,
    }


def test_an_unknown_path_is_logged_without_what_could_be_a_ticket(out, live):
    """An address with a typo in it is still as good as a ticket."""
    httpx.get(f"{live.url}/demo/upp/{'t' * 40}?hunter2")
    [line] = wait_for(out, 1)
    assert line["path"] == "/demo/upp/…"
    assert line["status"] == 404


def test_a_bug_is_logged_once_with_its_traceback_and_request(out, live):
    """Whoever reads the log finds the place; local variables are not shown."""
    with live.socket() as client:
        client.sendall(b"GET /demo/boom HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n")
        assert b"X-Request-Id: " in read_all(client)
    bug, request = wait_for(out, 2)
    assert bug["event"] == "bug"
    assert bug["where"] == "web /demo/boom"
    assert bug["level"] == "error"
    assert "ValueError" in bug["exception"]
    assert "demo.py" in bug["exception"]
    assert bug["request_id"] == request["request_id"]
    assert request["status"] == 500
    assert "hunter2" not in out.getvalue()


def test_a_client_that_left_is_a_line_and_no_error(out, live):
    """499, as nginx has it; a traceback for each lost phone would bury the real ones."""
    with live.socket() as client:
        client.sendall(
            b"POST /demo/take HTTP/1.1\r\nHost: a\r\nContent-Length: 9\r\n\r\nab"
        )
    wait_for(out, 1)
    left = next(line for line in lines(out) if line["path"] == "/demo/take")
    assert left["status"] == 499
    assert {line["level"] for line in lines(out)} == {"info"}


def test_an_error_of_ours_is_told_with_its_causes(out):
    """What the client must not see is what the operator needs."""
    error = StoreFailed()
    error.__cause__ = OSError(28, "No space left on device")
    Telemetry().failed("vk photos.save", error)
    [line] = lines(out)
    assert line["error"] == "unavailable.store"
    assert line["where"] == "vk photos.save"
    assert line["causes"] == ["OSError: [Errno 28] No space left on device"]


def test_a_terminal_gets_lines_for_eyes_without_local_variables(out):
    """Rich's tracebacks show locals; ours do not, because locals are secrets."""
    eyes = io.StringIO()
    configure(as_json=False, stream=eyes)
    Telemetry().failed("here", trouble(password="hunter2"))
    assert "in trouble" in eyes.getvalue()
    assert "ValueError: 7" in eyes.getvalue()
    assert "hunter2" not in eyes.getvalue()
    assert out.getvalue() == ""


def trouble(password):
    try:
        check(len(password))
    except ValueError as error:
        return error
    return None


def check(length):
    raise ValueError(length)


def test_setting_up_twice_logs_once(out):
    """A reload, or a test, does not double every line."""
    configure(as_json=True, stream=out)
    structlog.get_logger("threebath.test").info("once")
    assert len(lines(out)) == 1
