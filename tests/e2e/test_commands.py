"""The commands, as a user gives them."""

import json
import os
import subprocess
import sys
from unittest.mock import patch

import pytest
from typer.testing import CliRunner

from threebath.cli.main import make_app


@pytest.fixture
def run(tmp_path):
    """Run a command on a data folder of its own, in this process: starts are slow."""

    def run(*words, status=0, stdin=""):
        given = {"THREEBATH_DATA": str(tmp_path / "data"), "COLUMNS": "120"}
        with patch.dict(os.environ, given):
            app = make_app()
            done = CliRunner().invoke(app, words, input=stdin, catch_exceptions=False)
        assert done.exit_code == status, done.output
        return done.stdout if status == 0 else done.output

    return run


def test_the_command_is_a_program_and_a_module():
    """`threebath` and `python -m threebath` are the same, and explain themselves."""
    done = subprocess.run(
        [sys.executable, "-m", "threebath", "--help"],
        capture_output=True,
        text=True,
        check=True,
        timeout=100,
    )
    for name in ("serve", "dev", "demo", "doctor", "token"):
        assert name in done.stdout


def test_an_operator_lets_somebody_in_and_out_again(run):
    """Application, user, community, token: made, listed, used by hash, revoked."""
    app = json.loads(run("app", "create", "My app", "--json"))
    assert len(app["secret"]) == 32
    user = json.loads(run("user", "create", "Ada", "--json"))
    run("community", "create", "Club", "--admin", str(user["id"]))
    made = run(
        "token", "create", "--app", str(app["id"]), "--user", str(user["id"]), "--json"
    )
    token = json.loads(made)["token"]
    assert "secret" not in json.loads(made)
    whose = ("--app", str(app["id"]), "--user", str(user["id"]), "--session", "--json")
    assert len(json.loads(run("token", "create", *whose))["secret"]) == 32
    back = ("--redirect", "https://app.example/back", "--redirect", "okauth://ok1")
    assert json.loads(run("app", "create", "Other", *back, "--json"))["id"]
    assert "My app" in run("app", "list")
    assert app["secret"] not in run("app", "list")
    assert "is revoked" in run("token", "revoke", "-", stdin=token)
    assert "is not known" in run("token", "revoke", token, status=1)
    assert "is revoked" in run("app", "revoke", str(app["id"]))
    assert "not registered" in run("token", "create", "--app", "999", status=1)


def test_the_house_is_kept(run):
    """db, sweep, doctor, kinds."""
    assert "up to date" in run("db")
    assert "0 removed, 0 expired tokens" in run("sweep")
    assert json.loads(run("doctor", "--json"))["orphaned"] == 0
    assert "vk.album" in run("kinds")
    assert json.loads(run("kinds", "--json").splitlines()[0])["files"] == 5


def test_a_blob_that_nobody_knows_is_found(run, tmp_path):
    """The doctor ends with 1 and names it."""
    run("db")
    stray = tmp_path / "data" / "blobs" / "ab" / "stray.jpg"
    stray.parent.mkdir(parents=True)
    stray.write_bytes(b"?")
    assert "orphaned: ab/stray.jpg" in run("doctor", status=1)


def test_wrong_settings_are_told_in_one_line(run, monkeypatch):
    """Name and reason; no traceback."""
    monkeypatch.setenv("THREEBATH_RENDER__WORKERS", "many")
    assert "setting render.workers" in run("db", status=2)


def test_a_port_that_is_taken_is_told(run, live):
    """Not a traceback either."""
    port = live.address.rpartition(":")[2]
    assert "cannot listen" in run("serve", "--port", port, status=1)


def test_the_demo_lands_photos_everywhere_and_ends(tmp_path):
    """What `make demo ONCE=1` does: at least twelve photographs in four places of VK."""
    command = [sys.executable, "-m", "threebath", "demo", "--once", "--port", "0"]
    done = subprocess.run(
        command, capture_output=True, text=True, timeout=100, cwd=tmp_path, check=False
    )
    assert done.returncode == 0, done.stderr
    told = done.stdout
    for place in ("album", "wall", "message", "profile"):
        assert place in told
    count = int(told.rpartition(" photos landed")[0].split()[-1])
    assert count >= 12
