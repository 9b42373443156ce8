"""A PostgreSQL to test on: the one that is named, or one started for the occasion."""

import asyncio
import os
import secrets
import shutil
import signal
import subprocess
import tempfile
import time
from contextlib import contextmanager
from pathlib import Path

NAMED = "THREEBATH_TEST_POSTGRES"
"""The variable with the URL of a server on which databases may be made and dropped."""

NOBODY = 65534
"""Whose server it is where the tests run as root: PostgreSQL refuses to."""


def why_not():
    """Say why there is no server; "" if there is one."""
    if os.environ.get(NAMED) or _programs():
        return ""
    return f"there is no PostgreSQL: set {NAMED} to a server's URL, or install initdb"


@contextmanager
def server():
    """Yield the URL of a running server."""
    if named := os.environ.get(NAMED):
        yield named
        return
    folder = Path(tempfile.mkdtemp(prefix="threebath-pg-"))
    try:
        if os.geteuid() == 0:
            os.chown(folder, NOBODY, NOBODY)
        with _running(folder):
            yield f"postgresql://threebath@/postgres?host={folder}"
    finally:
        shutil.rmtree(folder)


@contextmanager
def fresh_database(url):
    """Yield the URL of a new, empty database on the server at *url*."""
    name = f"threebath_{secrets.token_hex(8)}"
    asyncio.run(_run(url, f"CREATE DATABASE {name}"))
    place, _, options = url.partition("?")
    yield f"{place.rpartition('/')[0]}/{name}?{options}"
    asyncio.run(_run(url, f"DROP DATABASE {name} WITH (FORCE)"))


async def _run(url, statement):
    import asyncpg  # noqa: PLC0415 - an extra: only who tests on PostgreSQL has it

    connection = await asyncpg.connect(url)
    await connection.execute(statement)
    await connection.close()


def _programs():
    """Return the folder of ``initdb`` and ``postgres``, the newest there is."""
    folders = [*Path("/usr/lib/postgresql").glob("*/bin")]
    if found := shutil.which("initdb"):
        folders.append(Path(found).resolve().parent)
    return max((one for one in folders if (one / "postgres").exists()), default=None)


def _command(program, *arguments):
    rights = ["setpriv", "--reuid", str(NOBODY), "--regid", str(NOBODY), "--clear-groups"]
    return [*(rights if os.geteuid() == 0 else []), _programs() / program, *arguments]


@contextmanager
def _running(folder):
    data = folder / "data"
    made = ["-D", data, "-U", "threebath", "--auth=trust", "--no-sync", "-E", "UTF8"]
    quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL, "cwd": folder}
    subprocess.run(_command("initdb", *made), check=True, **quiet)
    options = ["-D", data, "-k", folder, "-c", "listen_addresses="]
    process = subprocess.Popen(_command("postgres", *options), **quiet)
    try:
        _wait(folder / ".s.PGSQL.5432", process)
        yield
    finally:
        process.send_signal(signal.SIGINT)
        process.wait(30)


def _wait(socket, process):
    for _ in range(600):
        pid = socket.parent / "data" / "postmaster.pid"
        if socket.exists() and pid.exists() and "ready" in pid.read_text():
            return
        assert process.poll() is None, "PostgreSQL did not start"
        time.sleep(0.05)
    raise TimeoutError
