"""A worker that a picture has taken over harms nobody."""

import asyncio
import os
import platform
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from pictures import KIND, encoded, photo, render, scene
from security.conftest import HOOK
from security.misbehave import BY_THE_WAY, DEEDS, MARK, NOBODY_STOPPED_IT, WELL
from threebath.core.errors import RendererFailed
from threebath.render.pool import RenderPool
from threebath.render.settings import RenderSettings

needs_linux = pytest.mark.skipif(
    platform.system() != "Linux", reason="NO SANDBOX HERE: it is made of Linux's locks"
)
WRITTEN = Path("/tmp/threebath-was-here")
SMALL = encoded(scene(320, 240), quality=85)


async def until(holds, seconds=20):
    """Wait for something that other processes do."""
    async with asyncio.timeout(seconds):
        while not holds():  # noqa: ASYNC110 - they tell nobody
            await asyncio.sleep(0.02)


async def settled(pool):
    """Wait until every worker has been replaced."""
    await until(
        lambda: not pool._crew.missing() and not pool._crew._births | pool._crew._ends
    )


def locks_of(pid):
    """What the kernel says about a process."""
    told = Path(f"/proc/{pid}/status").read_text()
    return dict(re.findall(r"^(\w+):\s+(\S+)", told, re.MULTILINE))


@needs_linux
@pytest.mark.parametrize("deed", DEEDS)
async def test_who_misbehaves_fails_alone(pool, deed, caplog):
    """The upload fails as our fault; pictures beside it and after it are rendered."""
    await settled(pool)
    caplog.clear()
    beside = [asyncio.create_task(render(pool, SMALL)) for _ in range(3)]

    with pytest.raises(RendererFailed):
        await render(pool, MARK + deed.encode())

    assert all(one.images for one in await asyncio.gather(*beside))
    assert (await render(pool, SMALL)).images
    assert not WRITTEN.exists()  # noqa: ASYNC240 - the disk is not slow here
    await settled(pool)
    assert f"exit status {NOBODY_STOPPED_IT}" not in caplog.text


@needs_linux
@pytest.mark.parametrize("deed", WELL)
async def test_who_goes_on_after_its_answer_harms_nobody(pool, deed):
    """A worker that has died, or has said more than it was asked, gets no other file."""
    await settled(pool)
    evil = SMALL + BY_THE_WAY + deed.encode()
    mixed = [SMALL, evil, *[SMALL] * 6]
    done = await asyncio.gather(*(render(pool, one) for one in mixed))
    assert len({one.images[0].content for one in done}) == 1


@needs_linux
@pytest.mark.parametrize(
    "deed", ["kill its parent by a thread", "have its parent signalled"]
)
async def test_no_signal_gets_out_where_landlock_is_too_old_to_stop_it(deed):
    """The filter does: Landlock knows signals since Linux 6.12 only."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("threebath.render.line.MODULE", "security.unlandlocked")
        patch.setattr("threebath.render.line.SOURCES", _sources())
        async with RenderPool(RenderSettings(workers=1, hook=HOOK)) as pool:
            with pytest.raises(RendererFailed):
                await render(pool, MARK + deed.encode())
            assert (await render(pool, photo())).images


@needs_linux
@pytest.mark.parametrize("in_memory", [True, False])
async def test_a_worker_cannot_change_the_picture(pool, tmp_path, in_memory):
    """What is kept as the original is what was sent, whoever has rendered it."""
    content = MARK + b"write to its picture"
    flags = os.O_RDWR | os.O_CREAT
    fd = os.memfd_create("spool") if in_memory else os.open(tmp_path / "spool", flags)
    try:
        os.write(fd, content)
        with pytest.raises(RendererFailed):
            await pool.render(fd, len(content), KIND, {})
        assert os.pread(fd, 1000, 0) == content
    finally:
        os.close(fd)


@needs_linux
async def test_fifty_good_uploads_do_not_notice_the_bad_ones(pool):
    """Crashes among many pictures cost only those that caused them."""
    await settled(pool)
    quick = ("crash", "abort", "leave", "read a file", "open a socket", "say nonsense")
    bad = [render(pool, MARK + deed.encode()) for deed in quick]
    good = [render(pool, SMALL) for _ in range(50)]
    mixed = [*good[:10], *bad, *good[10:]]

    done = await asyncio.gather(*mixed, return_exceptions=True)

    failed = [one for one in done if isinstance(one, BaseException)]
    assert len(failed) == len(bad)
    assert {type(one) for one in failed} == {RendererFailed}
    await settled(pool)
    await pool.check()


@needs_linux
async def test_workers_are_locked_up(pool):
    """The kernel itself says so: no privileges, a filter, no capability, nobody's user."""
    await settled(pool)
    for line in pool._crew._idle:
        assert line.missing == ()
        found = locks_of(line.process.pid)
        assert found["NoNewPrivs"] == "1"
        assert found["Seccomp"] == "2"
        assert int(found["CapEff"], 16) == 0
        assert int(found["CapPrm"], 16) == 0
        assert found["Uid"] == "65534" or os.getuid() != 0


@needs_linux
async def test_the_log_says_what_a_worker_died_of(pool, caplog):
    """A forbidden system call is an attack or a bug of ours: somebody must hear of it."""
    with pytest.raises(RendererFailed):
        await render(pool, MARK + b"open a socket")
    await settled(pool)
    assert "a worker died: SIGSYS" in caplog.text


@needs_linux
async def test_a_file_that_is_cancelled_frees_its_worker(pool):
    """A client who goes away does not leave a worker hanging."""
    await settled(pool)
    tasks = [asyncio.create_task(render(pool, MARK + b"sleep")) for _ in range(2)]
    await asyncio.sleep(0.2)
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)

    async with asyncio.timeout(2):
        assert (await render(pool, SMALL)).images


@needs_linux
async def test_workers_die_with_whoever_started_them(tmp_path):
    """kill -9 of the server leaves no process behind, not even a busy one."""
    program = tmp_path / "server.py"
    program.write_text(f"""
import asyncio, os, sys
sys.path[:0] = {[str(Path(__file__).parents[1])]!r}
from security.conftest import HOOK
from pictures import render
from threebath.render.pool import RenderPool
from threebath.render.settings import RenderSettings

async def main():
    async with RenderPool(RenderSettings(workers=2, hook=HOOK)) as pool:
        pids = [line.process.pid for line in pool._crew._idle]
        busy = asyncio.create_task(render(pool, {MARK + b"loop"!r}))
        await asyncio.sleep(0.3)
        print(*pids, flush=True)
        await busy

asyncio.run(main())
""")
    server = await asyncio.create_subprocess_exec(
        sys.executable, str(program), stdout=asyncio.subprocess.PIPE
    )
    pids = (await server.stdout.readline()).split()
    assert len(pids) == 2
    server.kill()
    await server.wait()

    await until(lambda: not any(_is_running(int(pid)) for pid in pids), 5)


def _is_running(pid):
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except FileNotFoundError:
        return False


@needs_linux
async def test_a_system_without_a_lock_is_refused():
    """Pictures are not decoded in the open unless the operator says so."""
    settings = RenderSettings(workers=1)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("threebath.render.line.MODULE", "security.unlocked")
        patch.setattr("threebath.render.line.SOURCES", _sources())
        with pytest.raises(RendererFailed, match="no seccomp"):
            await RenderPool(settings).start()


@needs_linux
async def test_a_system_without_a_lock_serves_if_told_to(caplog):
    """With the override the pool starts, and says in the log what is missing."""
    settings = RenderSettings(workers=1, allow_unsandboxed=True)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("threebath.render.line.MODULE", "security.unlocked")
        patch.setattr("threebath.render.line.SOURCES", _sources())
        async with RenderPool(settings) as pool:
            assert (await render(pool, photo())).images
    assert "seccomp" in caplog.text


@needs_linux
async def test_a_system_without_landlock_serves_with_a_warning(caplog):
    """Landlock is the second wall: seccomp refuses files and sockets by itself."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("threebath.render.line.MODULE", "security.unlandlocked")
        patch.setattr("threebath.render.line.SOURCES", _sources())
        async with RenderPool(RenderSettings(workers=1, hook=HOOK)) as pool:
            assert (await render(pool, photo())).images
            for deed in (b"read a file", b"open a socket"):
                with pytest.raises(RendererFailed):
                    await render(pool, MARK + deed)
    assert "without: Landlock" in caplog.text


def _sources():
    tests = Path(__file__).parents[1]
    return f"{tests.parent / 'src'}{os.pathsep}{tests}"


PYTEST = (sys.executable, "-m", "pytest", "-q", "-x", "-p", "no:cacheprovider")
AS_NOBODY = (
    "setpriv", "--reuid=65534", "--regid=65534", "--clear-groups",
    "--inh-caps=-all,+dac_read_search", "--ambient-caps=-all,+dac_read_search",
)  # fmt: skip
"""An ordinary user, but for reading the interpreter where it is in root's own folder."""


@needs_linux
@pytest.mark.skipif(
    os.getuid() != 0 or shutil.which("setpriv") is None,
    reason="AS THIS USER ONLY: to be another one takes root and setpriv",
)
def test_the_sandbox_needs_no_root():
    """Everything above holds for a server that runs as an ordinary user."""
    slow = "loop or sleep or memory"
    wanted = (
        "misbehaves or after_its_answer or no_signal or fifty or locked_up or cancelled"
    )
    done = subprocess.run(
        [
            *AS_NOBODY,
            *PYTEST,
            "-k",
            f"({wanted}) and not ({slow})",
            __file__,
        ],
        capture_output=True,
        text=True,
        cwd=Path(__file__).parents[2],
        env={"PATH": os.environ["PATH"], "PYTHONDONTWRITEBYTECODE": "1", "HOME": "/"},
        check=False,
    )
    assert done.returncode == 0, done.stdout
    assert f"{len(DEEDS) + len(WELL) + 2} passed" in done.stdout
