"""What an operator sees of a running server."""

import io
import os
import signal
import threading
import time

import httpx
import pytest
from PIL import Image
from tests.live import start


def _noise(side):
    target = io.BytesIO()
    Image.frombytes("RGB", (side, side), os.urandom(side * side * 3)).save(target, "PNG")
    return target.getvalue()


def _upload(live, content):
    world = live.worlds["vk"]
    asked = {"access_token": world["user_token"], "v": "5.199"}
    url = world["api"] + "photos.getWallUploadServer"
    address = httpx.post(url, data=asked).json()["response"]["upload_url"]
    answer = httpx.post(address, files={"photo": ("a.png", content)}, timeout=60)
    return asked, answer.json()


def test_health_is_told_part_by_part(live):
    """/healthz lives, /readyz names its parts, /metrics counts uploads by result."""
    assert httpx.get(f"{live.address}/healthz").status_code == 200
    ready = httpx.get(f"{live.address}/readyz").json()
    assert set(ready["checks"]) == {"database", "blobs", "spool", "workers"}
    _upload(live, b"no picture")
    metrics = httpx.get(f"{live.address}/metrics").text
    assert 'threebath_uploads_total{kind="vk.wall",result="file.format"}' in metrics


def test_logs_have_no_secrets_and_every_answer_has_an_id(live):
    """Neither token nor ticket stands in the log; the request's id does."""
    asked, reply = _upload(live, b"no picture")
    answer = httpx.get(f"{live.address}/method/users.get", params=asked)
    logs = live.logs()
    assert asked["access_token"] not in logs
    assert "ticket=" not in logs
    assert reply["hash"] not in logs
    assert answer.headers["x-request-id"] in logs


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_an_upload_under_way_survives_a_signal_to_the_whole_group(tmp_path, number):
    """Ctrl-C and orchestrators reach the workers too; still it is finished and answered."""
    live = start(tmp_path / "data")
    done = []
    content = _noise(1500)
    sender = threading.Thread(target=lambda: done.append(_upload(live, content)[1]))
    sender.start()
    while 'stage="spool"' not in httpx.get(f"{live.address}/metrics").text:
        time.sleep(0.005)
    os.killpg(live.process.pid, number)
    sender.join(60)
    assert live.stop() == 0
    assert done[0]["photo"].startswith('[{"photo"')


def test_what_was_never_saved_is_swept_while_serving(tmp_path):
    """An upload without its save is gone when its ticket is."""
    settings = {
        "uploads__ticket_life": 1,
        "uploads__sweep_every": 0.2,
        "uploads__clock_skew": 0,
    }
    live = start(tmp_path / "data", **settings)
    try:
        _upload(live, _noise(60))
        blobs = live.folder / "blobs"
        deadline = time.monotonic() + 30
        while any(path.is_file() for path in blobs.rglob("*.jpg")):
            assert time.monotonic() < deadline, "it is still there"
            time.sleep(0.1)
    finally:
        live.stop()


def test_a_format_is_switched_off_and_on_while_it_serves(tmp_path):
    """By a line of the settings' file, in every process: a hole costs one format."""
    live = start(tmp_path / "data", cwd=tmp_path, workers=2)
    settings = tmp_path / "threebath.toml"
    target = io.BytesIO()
    Image.new("RGB", (200, 100), "teal").save(target, "GIF")

    def taken(within=30):
        """Whether every one of several uploads is taken, or none is."""
        deadline = time.monotonic() + within
        while time.monotonic() < deadline:
            seen = {_upload(live, target.getvalue())[1]["photo"] != "[]" for _ in range(8)}
            yield seen

    try:
        assert next(taken()) == {True}
        settings.write_text("[render]\ndisabled = ['image/gif']\n")
        assert {False} in taken()
        assert _upload(live, _noise(50))[1]["photo"] != "[]"
        settings.write_text("[render]\ndisabled = ['image/nonsense']\n")
        time.sleep(3)
        assert next(taken()) == {False}
        settings.write_text("deep = " + "[" * 100_000)
        time.sleep(3)
        assert next(taken()) == {False}
        settings.unlink()
        assert {True} in taken()
        assert "formats are refused" in live.logs()
        assert "settings" in live.logs()
    finally:
        assert live.stop() == 0
