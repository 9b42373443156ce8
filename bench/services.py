"""Whole services side by side: uploads, large files, calls."""

import json
import shutil
import sys
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from functools import partial
from io import BytesIO
from itertools import cycle, islice
from pathlib import Path

from PIL import Image

from bench import ladder
from bench.contenders import Contender, Failed, Server, free_port
from bench.measure import MIB, SETTLE, Samples, turns
from bench.peers import Peers
from bench.shots import plan_for, write_plan
from bench.wire import VK, Line, send_file, together
from threebath.core.ladder import Size

OURS = "threebath"
GET, COMMIT = f"{OURS}: get an address", f"{OURS}: commit a photo"
RECIPE, CASCADE = "express, multer, sharp: recipe", "express, multer, sharp: cascade"
EXPRESS = "express: a signed address, nothing kept"
GRANIAN, BARE = f"{OURS} on granian", f"{OURS}, without its SHA-256"
LIMIT = "the limit: read, write, SHA-256"
TUS, MULTER, NGINX = "@tus/server", "express, multer to disk", "nginx, body to file"
HASHED = "express, multer to disk, SHA-256"
ALONE = f"{OURS}, its ladder alone"
SMALL = Size(160, 120)
REPLACED = 1.0
"""Seconds until workers that have served their time are replaced: not by a commit."""


@contextmanager
def live(scratch: Path) -> Iterator[tuple[Server, VK]]:
    """Run a server of ours as an operator does, with VK's ready-made world."""
    data, port = scratch / "data", free_port()
    shutil.rmtree(data, ignore_errors=True)
    command = (sys.executable, "-m", "threebath", "dev", "--json")
    given = ("--port", str(port), "--data", str(data))
    with Server([*command, *given], port, log=scratch / "server.log") as server:
        line = server.process.stdout.readline() if server.process.stdout else ""
        if not line:
            raise Failed(server.told())
        world = json.loads(line)["vk"]
        server.wait()
        yield server, VK(world["api"], world["user_token"])
    shutil.rmtree(data, ignore_errors=True)


@contextmanager
def express(
    peers: Peers, scratch: Path, plans: Sequence[Path], ways: Mapping[str, str]
) -> Iterator[dict[str, Server]]:
    """Run the upload service that one would write with express."""
    with ExitStack() as stack:
        found: dict[str, Server] = {}
        peers.node("ladder.mjs")
        script = peers.node("express.mjs")
        for name, way in ways.items() if script else ():
            folder, port = fresh(scratch / f"express-{way}"), free_port()
            command = ("node", script or "", str(port), folder, way, *plans)
            log = scratch / "express.log"
            found[name] = stack.enter_context(Server(command, port, log=log)).wait()
        yield found


def fresh(folder: Path) -> Path:
    """Return an empty folder."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    return folder


def measure(
    servers: Mapping[str, Contender],
    work: Callable[[str], int],
    rounds: int,
    prepare: Callable[[str], None] = lambda _: None,
) -> dict[str, Samples]:
    """Have each server do its work in turn: CPU milliseconds for one piece of it.

    Args:
        work: does it and says how many pieces it was; not counted the first time.
        prepare: what must be there before, and is not counted.
    """
    table = {name: Samples() for name in servers}
    for number, order in turns(list(servers), 1 + rounds):
        for name in order:
            prepare(name)
            before = servers[name].cpu()
            pieces = work(name)
            time.sleep(SETTLE * 10)
            spent = servers[name].cpu() - before
            if number:
                table[name].values.append(spent / pieces * 1000)
    for name, server in servers.items():
        table[name].peak = server.peak()
    return table


def uploads(
    peers: Peers, scratch: Path, photos: Sequence[Path], rounds: int, count: int
) -> dict[str, Samples]:
    """Upload photographs over eight connections: ours in VK's three steps."""
    contents = [photo.read_bytes() for photo in photos]
    plans = {photo: plan_for(scratch, photo) for photo in photos}
    ways = {CASCADE: "cascade", RECIPE: "recipe"}
    with (
        live(scratch) as (ours, vk),
        express(peers, scratch, sorted({*plans.values()}), ways) as others,
        ladder.ours(ladder.PLANAR, scratch) as alone,
    ):
        servers = {OURS: ours, **others}

        def three_steps(content: bytes, line: Line) -> None:
            vk.commit(line, vk.receive(line, content))

        def one_step(content: bytes, line: Line) -> None:
            line.upload("/upload", "photo", content)

        def work(name: str) -> int:
            if name == ALONE:
                for photo in islice(cycle(photos), count):
                    alone.run(photo, plans[photo])
                return count
            step = three_steps if name == OURS else one_step
            jobs = [partial(step, one) for one in islice(cycle(contents), count)]
            together(servers[name].port, jobs)
            return count

        return measure({**servers, ALONE: alone}, work, rounds)


def ingest(peers: Peers, scratch: Path, mebibytes: int, rounds: int) -> dict[str, Samples]:
    """Send a large file to disk, by one request: CPU milliseconds for a MiB.

    All keep what they got. Taking it away is on nobody's account.
    """
    source = fresh(scratch / "sent") / "large"
    with source.open("wb") as file, Path("/dev/urandom").open("rb") as noise:
        for _ in range(mebibytes):
            file.write(noise.read(1 << 20))
    ways = {TUS: "tus", NGINX: "raw"}
    with ExitStack() as stack:
        servers = {
            name: stack.enter_context(Server(command, port, log=scratch / "ingest.log"))
            for name, port, command in _ways_in(peers, scratch)
        }
        for server in servers.values():
            server.wait()

        def work(name: str) -> int:
            send_file(servers[name].port, source, ways.get(name, "form"))
            _drop(one for one in scratch.rglob("*") if one != source)
            return mebibytes

        table = measure(servers, work, rounds)
    source.unlink()
    return table


def _drop(paths: Iterable[Path]) -> None:
    """Remove what was kept: the large ones among some files."""
    for path in paths:
        if path.is_file() and path.stat().st_size >= MIB:
            path.unlink()


def _ways_in(
    peers: Peers, scratch: Path
) -> Iterator[tuple[str, int, Sequence[str | Path]]]:
    port = free_port()
    ours = (sys.executable, "-m", "bench.programs.ingest", str(port))
    yield OURS, port, (*ours, fresh(scratch / "spool"))
    port = free_port()
    bare = (sys.executable, "-m", "bench.programs.ingest", str(port))
    yield BARE, port, (*bare, fresh(scratch / "bare"), "bare")
    port = free_port()
    least = (sys.executable, "-m", "bench.programs.sink", str(port))
    yield LIMIT, port, (*least, fresh(scratch / "sink"))
    if packages := peers.granian():
        port = free_port()
        there = (sys.executable, "-m", "bench.programs.on_granian", str(port))
        yield GRANIAN, port, (*there, fresh(scratch / "granian"), packages)
    scripts = ((TUS, "tus.mjs", ""), (MULTER, "multer.mjs", ""))
    for name, script, way in (*scripts, (HASHED, "multer.mjs", "hashed")):
        if path := peers.node(script):
            port, folder = free_port(), fresh(scratch / f"{path.stem}{way}")
            yield name, port, ("node", path, str(port), folder, way)
    if nginx := peers.nginx():
        port = free_port()
        settings = _nginx_settings(fresh(scratch / "nginx"), port)
        yield NGINX, port, (nginx, "-e", "stderr", "-c", settings)


def _nginx_settings(folder: Path, port: int) -> Path:
    """Have nginx write each body to a file, and answer."""
    path = folder / "nginx.conf"
    path.write_text(
        f"daemon off; pid {folder}/pid; user root; worker_processes 1;\n"
        "error_log stderr error; events {}\n"
        "http { access_log off; client_max_body_size 0; client_body_in_file_only on;\n"
        f"  client_body_temp_path {folder}/body; proxy_temp_path {folder}/p;\n"
        f"  fastcgi_temp_path {folder}/f; uwsgi_temp_path {folder}/u;\n"
        f"  scgi_temp_path {folder}/s;\n"
        f"  server {{ listen 127.0.0.1:{port};\n"
        f"    location /upload {{ proxy_pass http://127.0.0.1:{port}/done;\n"
        "      proxy_pass_request_body off; proxy_set_header Content-Length 0; }\n"
        "    location /done { return 200; } } }\n"
    )
    return path


def calls(peers: Peers, scratch: Path, rounds: int, count: int) -> dict[str, Samples]:
    """Ask for addresses and commit small photographs: CPU milliseconds of a call."""
    plan = write_plan(scratch / "small.plan", SMALL)
    ways = {EXPRESS: "recipe"}
    with live(scratch) as (ours, vk), express(peers, scratch, [plan], ways) as others:
        photo, replies = small_photo(), list[dict[str, str]]()
        jobs: dict[str, Callable[[Line], object]] = {
            GET: vk.issue,
            COMMIT: lambda line: vk.commit(line, replies.pop()),
        }
        servers = dict.fromkeys(jobs, ours)
        for name, server in others.items():
            jobs[name], servers[name] = _address, server

        def prepare(name: str) -> None:
            if name == COMMIT:
                receive = partial(_receive, vk, photo, replies)
                together(ours.port, [receive] * count)
                time.sleep(REPLACED)

        def work(name: str) -> int:
            together(servers[name].port, [jobs[name]] * count)
            return count

        return measure(servers, work, rounds, prepare)


def _receive(vk: VK, photo: bytes, replies: list[dict[str, str]], line: Line) -> None:
    replies.append(vk.receive(line, photo))


def _address(line: Line) -> None:
    line.call("/address", {"owner_id": 1, "access_token": "token"})


def small_photo() -> bytes:
    """Make a photograph that costs next to nothing to render."""
    target = BytesIO()
    Image.linear_gradient("L").resize((SMALL.width, SMALL.height)).save(target, "JPEG")
    return target.getvalue()
