"""Processes: how they start, share a socket, die, are replaced, and stop."""

import contextlib
import os
import re
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

import httpx
import pytest

from threebath.web.server import address_of, bind, running
from threebath.web.workers import FAILED
from web.conftest import read_all

TESTS = Path(__file__).parent.parent
PATHS = os.pathsep.join([str(TESTS), str(TESTS.parent / "src")])
ENVIRONMENT = {**os.environ, "PYTHONPATH": PATHS}
SLOW = b"POST /demo/take HTTP/1.1\r\nHost: a\r\nContent-Length: 100\r\n\r\n"


class Served:
    """A server in processes of its own."""

    def __init__(self, process):
        self.process = process
        self.url = process.stdout.readline().strip()
        host, _, port = self.url.removeprefix("http://").partition(":")
        self.address = host, int(port)
        wait_until(lambda: self.get("/healthz"))

    def get(self, path):
        with contextlib.suppress(httpx.TransportError):
            return httpx.get(self.url + path, timeout=5).text
        return ""

    def pids(self, count):
        """Ask until *count* processes have answered."""
        seen = set()
        wait_until(lambda: seen.add(self.get("/pid")) or len(seen - {""}) == count)
        return {int(one) for one in seen - {""}}

    def stop(self, number=signal.SIGTERM):
        """Tell it to stop; return its status and how long it took."""
        began = time.monotonic()
        self.process.send_signal(number)
        status = self.process.wait(20)
        return status, time.monotonic() - began


@contextlib.contextmanager
def served(factory="app", workers=1, grace=10, silence=0):
    how = map(str, (workers, grace, silence))
    command = [sys.executable, "-m", "web.demo", factory, *how]
    with subprocess.Popen(
        command,
        env=ENVIRONMENT,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as process:
        try:
            yield Served(process)
        finally:
            process.kill()


def wait_until(condition, seconds=15):
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.02)


def is_alive(pid):
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except FileNotFoundError:
        return False
    return state != "Z"


def test_a_free_port_is_found_and_told():
    """Port 0: whoever starts the server learns where it is before it answers."""
    with bind("127.0.0.1", 0) as first, bind("127.0.0.1", 0) as second:
        assert address_of(first) != address_of(second)
        with pytest.raises(OSError, match="Address already in use"):
            bind("127.0.0.1", first.getsockname()[1])
    with bind("::1", 0) as listener:
        assert address_of(listener).startswith("http://[::1]:")


def test_an_application_that_does_not_start_is_not_waited_for():
    """A test or a demo says so instead of hanging."""

    async def app(_, receive, send):
        await receive()
        await send({"type": "lifespan.startup.failed", "message": "no database"})

    with pytest.raises(RuntimeError, match="did not start"), running(lambda: app):
        pass


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
@pytest.mark.parametrize("workers", [1, 2])
def test_an_idle_server_stops_at_once(workers, number):
    """Status 0: it was asked to, and did."""
    with (
        served(workers=workers) as server,
        socket.create_connection(server.address) as idle,
    ):
        status, seconds = server.stop(number)
        assert status == 0
        assert seconds < 3
        assert idle.recv(10) == b""


@pytest.mark.parametrize("workers", [1, 2])
def test_an_upload_under_way_is_finished_before_the_end(workers):
    """A deployment costs nobody an upload; nothing new is taken meanwhile."""
    with (
        served(workers=workers) as server,
        socket.create_connection(server.address) as client,
    ):
        client.sendall(SLOW + b"x" * 50)
        time.sleep(0.3)
        server.process.send_signal(signal.SIGTERM)
        wait_until(lambda: not server.get("/healthz"))
        assert server.process.poll() is None
        client.sendall(b"x" * 50)
        got = read_all(client)
        assert got.endswith(b'{"bytes":100}')
        assert b"Connection: close" in got
        assert server.process.wait(5) == 0


def test_an_upload_that_outlasts_the_grace_is_told_so():
    """The end comes all the same; the client sees a 503 and no log a traceback."""
    with served(grace=0.5) as server, socket.create_connection(server.address) as client:
        client.sendall(SLOW + b"x" * 50)
        time.sleep(0.2)
        status, seconds = server.stop()
        assert status == 0
        assert 0.4 < seconds < 3
        assert read_all(client).startswith(b"HTTP/1.1 503 ")
        said = server.process.stderr.read()
        assert "Traceback" not in said
        assert '"status": 503' in said


def test_workers_answer_side_by_side_and_add_up_their_numbers():
    """One socket, several processes, one page of metrics."""
    with served(workers=2) as server:
        assert len(server.pids(2)) == 2
        for _ in range(20):
            server.get("/demo/nothing")
        # A line is counted when its answer is out: perhaps a moment after we saw it.
        line = (
            'threebath_request_seconds_count{method="GET",route="other",status="404"} 20.0'
        )
        wait_until(lambda: line in server.get("/metrics"), 3)
        assert "threebath_requests_in_flight 1.0" in server.get("/metrics")
        assert server.stop()[0] == 0


def test_a_worker_that_dies_is_replaced():
    """One segfault costs one worker's requests, not the service."""
    with served(workers=2) as server:
        before = server.pids(2)
        with pytest.raises(httpx.TransportError):
            httpx.get(server.url + "/die")
        wait_until(lambda: sum(map(is_alive, before)) == 1)
        [left] = filter(is_alive, before)
        after = server.pids(2)
        assert left in after
        assert after != before
        status, _ = server.stop()
        assert status == 0
        assert not any(is_alive(one) for one in before | after)


def test_a_worker_that_stands_still_is_replaced():
    """Its log says where it stood; the others answer meanwhile, and are left alone."""
    with served(workers=2, silence=3) as server:
        before = server.pids(2)
        with pytest.raises(httpx.TransportError):
            httpx.get(server.url + "/hang", timeout=15)
        wait_until(lambda: sum(map(is_alive, before)) == 1)
        [left] = filter(is_alive, before)
        [gone] = before - {left}
        after = server.pids(2)
        assert left in after
        assert gone not in after
        assert server.stop()[0] == 0
        assert "in hang" in server.process.stderr.read()
        said = server.process.stdout.read()
        assert re.search(rf"worker stands still +pid={gone} ", said)


def test_a_worker_that_stands_still_is_let_be_where_nobody_listens():
    """Silence 0: whoever debugs a worker may stop it for as long as it takes."""
    with served(workers=2) as server:
        [stopped, _] = before = sorted(server.pids(2))
        os.kill(stopped, signal.SIGSTOP)
        time.sleep(3)
        os.kill(stopped, signal.SIGCONT)
        assert server.pids(2) == {*before}


def test_time_that_the_supervisor_slept_through_is_no_silence():
    """A machine that was asleep wakes up with the workers that it had."""
    with served(workers=2, silence=3) as server:
        before = server.pids(2)
        everyone = [server.process.pid, *before]
        for one in everyone:
            os.kill(one, signal.SIGSTOP)
        time.sleep(4)
        for one in everyone:
            os.kill(one, signal.SIGCONT)
            time.sleep(0.3)
        time.sleep(1)
        assert server.pids(2) == before


@pytest.mark.parametrize("workers", [1, 2])
def test_an_application_that_cannot_be_made_ends_the_server(workers):
    """A restart loop would hide the reason; the reason is logged."""
    done = subprocess.run(
        [sys.executable, "-m", "web.demo", "broken", str(workers), "1", "0"],
        env=ENVIRONMENT,
        capture_output=True,
        text=True,
        timeout=20,
        check=False,
    )
    assert done.returncode == FAILED
    assert "no database" in done.stderr + done.stdout


def test_workers_do_not_outlive_their_supervisor():
    """kill -9 of the parent: nobody is left holding the port."""
    with served(workers=2) as server:
        pids = server.pids(2)
        server.process.kill()
        wait_until(lambda: not any(is_alive(one) for one in pids), 10)


def test_a_server_may_open_as_many_files_as_its_system_lets_it():
    """The soft limit is often 1,024, which are fewer than the connections it takes."""
    program = """
import resource, sys
from threebath.web.server import _open_up_to
least, most = resource.getrlimit(resource.RLIMIT_NOFILE)
resource.setrlimit(resource.RLIMIT_NOFILE, (100, 300))
for count in (200, 50, 1000):
    _open_up_to(count)
    print(*resource.getrlimit(resource.RLIMIT_NOFILE))
"""
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    )
    assert done.stdout.split("\n")[:3] == ["200 300", "200 300", "300 300"]
