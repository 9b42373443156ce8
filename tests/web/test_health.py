"""What an operator's machines ask."""

import asyncio
import time

import httpx
import pytest
from prometheus_client.parser import text_string_to_metric_families as parse
from starlette.responses import PlainTextResponse
from starlette.routing import Route

from threebath.core.errors import RendererFailed, StoreFailed, UnknownMethod
from threebath.web.health import FRESH, Health
from threebath.web.observe import METHODS, Telemetry
from web.conftest import site


def samples(telemetry):
    return {
        (one.name, *sorted(one.labels.items())): one.value
        for family in parse(telemetry.metrics().decode())
        for one in family.samples
    }


def test_a_living_process_says_so(live):
    """Liveness depends on nothing: a lost database is no reason to kill the process."""
    live.ill = {"database", "blobs"}
    try:
        assert httpx.get(live.url + "/healthz").json() == {"status": "ok"}
    finally:
        live.ill = set()


def test_readiness_names_what_is_ill():
    """A load balancer takes the node out; a person reads why."""
    with site() as live:
        got = httpx.get(live.url + "/readyz")
        assert got.status_code == 200
        assert got.json() == {"status": "ok", "checks": {"database": "ok", "blobs": "ok"}}
        live.ill = {"blobs"}
        time.sleep(FRESH)
        got = httpx.get(live.url + "/readyz")
        assert got.status_code == 503
        assert got.json() == {
            "status": "error",
            "checks": {"database": "ok", "blobs": "error"},
        }
        live.ill = set()
        time.sleep(FRESH)
        assert httpx.get(live.url + "/readyz").status_code == 200


async def test_a_check_is_asked_once_a_second_however_many_ask():
    """A check writes to the disk; anybody on the net may ask for it."""
    asked = []

    async def check():
        asked.append(1)

    health = Health({"disk": check}, Telemetry())
    for _ in range(50):
        assert await health.look() == {"disk": True}
    assert len(asked) == 1


async def test_an_illness_is_logged_when_it_begins():
    """Not once a second for as long as it lasts."""
    telemetry = Telemetry()

    async def check():
        raise StoreFailed

    health = Health({"disk": check}, telemetry)
    for _ in range(3):
        health._looked_at = -FRESH
        assert await health.look() == {"disk": False}
    assert (
        samples(telemetry)["threebath_failures_total", ("error", "unavailable.store")] == 1
    )


async def test_a_check_that_hangs_is_a_failed_one(monkeypatch):
    """A database that does not answer is not well."""
    monkeypatch.setattr("threebath.web.health.PATIENCE", 0.05)
    telemetry = Telemetry()

    async def check():
        await asyncio.sleep(60)

    assert await Health({"db": check}, telemetry).look() == {"db": False}
    assert samples(telemetry)["threebath_failures_total", ("error", "unavailable")] == 1


def test_metrics_are_in_prometheus_s_own_format(live):
    """A scraper finds what the service did."""
    live.telemetry.upload("vk.wall", "accepted", 1000)
    live.telemetry.upload("vk.wall", "file.corrupt", 10)
    live.telemetry.stage("render", 0.2)
    httpx.get(live.url + "/healthz")
    got = httpx.get(live.url + "/metrics")
    assert got.headers["content-type"].startswith("text/plain; version=")
    seen = {one.name: one for one in parse(got.text)}
    uploads = {s.labels["result"]: s.value for s in seen["threebath_uploads"].samples}
    assert uploads == {"accepted": 1, "file.corrupt": 1}
    assert seen["threebath_upload_bytes"].samples
    assert seen["threebath_stage_seconds"].samples
    assert [s.value for s in seen["threebath_requests_in_flight"].samples] == [1]
    routes = {s.labels["route"] for s in seen["threebath_request_seconds"].samples}
    assert "/healthz" in routes


def test_no_client_can_make_a_label(live):
    """Paths and methods that nobody offers are counted together."""
    for n in range(5):
        httpx.get(f"{live.url}/no/such/{n}")
        httpx.request(f"BREW{n}", f"{live.url}/healthz")
    httpx.post(f"{live.url}/demo/up/secret-ticket", content=b"x")
    text = httpx.get(live.url + "/metrics").text
    assert "/no/such" not in text
    assert "BREW" not in text
    assert "secret-ticket" not in text
    assert 'route="/demo/up/{ticket}"' in text


def test_unknown_methods_share_one_name():
    """A scan for methods does not fill the memory of every Prometheus behind us."""
    telemetry = Telemetry()
    telemetry.call("vk", "photos.save", "ok")
    telemetry.call("vk", "photos.hack", UnknownMethod.slug)
    telemetry.call("vk", 'a"b\n', "ok")
    for n in range(METHODS + 20):
        telemetry.call("ok", f"made.up{n}", "ok")
    seen = samples(telemetry)
    assert seen[calls("vk", "photos.save", "ok")] == 1
    assert seen[calls("vk", "other", UnknownMethod.slug)] == 1
    assert seen[calls("vk", "other", "ok")] == 1
    assert seen[calls("ok", "other", "ok")] == 20


def calls(dialect, method, result):
    labels = (("dialect", dialect), ("method", method), ("result", result))
    return ("threebath_calls_total", *labels)


@pytest.mark.parametrize("error", [RendererFailed(), ValueError("a bug")])
def test_errors_of_ours_are_counted(error):
    """By slug; whatever is no `UploadError` is a bug."""
    telemetry = Telemetry()
    telemetry.failed("vk photos.save", error)
    slug = getattr(error, "slug", "bug")
    assert samples(telemetry)["threebath_failures_total", ("error", slug)] == 1


def test_the_page_says_who_answers_where(live):
    """Whoever opens the address in a browser sees what it is, and nothing is loaded."""
    got = httpx.get(live.url + "/")
    assert got.headers["content-type"] == "text/html; charset=utf-8"
    assert "DEMO" in got.text
    assert "/demo/{method}" in got.text
    assert "/demo/&lt;b&gt;" in got.text
    assert "$" not in got.text
    for outside in ("http://", "https://", "src=", "@import", "url("):
        assert outside not in got.text
    assert got.headers["content-security-policy"].startswith(
        "default-src 'none'; style-src"
    )


def test_an_extra_route_comes_first():
    """A fuller page may take the place of ours."""

    async def page(_):
        return PlainTextResponse("mine")

    with site(extra_routes=[Route("/", page)]) as made:
        assert httpx.get(made.url + "/").text == "mine"
