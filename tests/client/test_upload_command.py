"""``threebath upload``, as people and programs meet it."""

import fcntl
import json
import os
import pty
import re
import select
import signal
import struct
import subprocess
import sys
import termios
import time
from dataclasses import dataclass
from pathlib import Path

import pytest
from tests.client.replay import jpeg, write
from typer.testing import CliRunner

from threebath.cli.main import make_app
from threebath.client.profiles import write_profiles
from threebath.client.targets import TARGETS

SINK = Path(__file__).parent / "sink.py"


@dataclass
class Network:
    """A sink in another process, and the environment that points at it."""

    base: str
    log: Path
    home: Path

    @property
    def environ(self):
        return {
            "THREEBATH_VK_BASE": self.base,
            "THREEBATH_VK_TOKEN": "secret-token",
            "THREEBATH_VK_RATE": "1000",
            "THREEBATH_UP_BASE": self.base,
            "THREEBATH_UP_API_KEY": "k",
            "THREEBATH_UP_SECRET": "secret-secret",
            "XDG_STATE_HOME": str(self.home / "state"),
            "XDG_CONFIG_HOME": str(self.home / "config"),
        }

    def of(self, what):
        """Return the names of the files that *what* happened to."""
        lines = self.log.read_text().splitlines() if self.log.exists() else []
        return [one[1] for one in map(json.loads, lines) if one[0] == what]

    def run(self, *words, **environ):
        """Run the command in this process."""
        given = {**self.environ, **environ}
        return CliRunner().invoke(
            make_app("upload"), ["upload", *map(str, words)], env=given
        )

    def start(self, *words, **options):
        """Start the command as a process."""
        command = [sys.executable, "-m", "threebath", "upload", *map(str, words)]
        env = {**os.environ, **self.environ}
        return subprocess.Popen(command, env=env, **options)


def _network(folder, *words):
    log = folder / "sink.log"
    command = [sys.executable, str(SINK), str(log), *words]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    return process, Network(process.stdout.readline().strip(), log, folder)


@pytest.fixture
def network(tmp_path):
    process, network = _network(tmp_path)
    with process:
        yield network
        process.kill()


@pytest.fixture
def slow_network(tmp_path):
    process, network = _network(tmp_path, "--rate", "2000000")
    with process:
        yield network
        process.kill()


@pytest.fixture
def photos(tmp_path):
    """A folder with three photos, a note, a hidden file and a folder below."""
    folder = tmp_path / "photos"
    (folder / "more").mkdir(parents=True)
    for name in ("a.jpg", "b.jpg", "more/c.jpg", ".hidden.jpg"):
        write(folder, name)
    write(folder, "notes.txt", b"some notes")
    return folder


def test_a_line_for_each_file_where_there_is_no_terminal(network, photos):
    """Logs get whole lines, with ids, and a sum at the end."""
    done = network.run(photos / "a.jpg", photos / "b.jpg", "--to", "vk:wall")

    assert done.exit_code == 0, done.output
    lines = done.stdout.splitlines()
    assert lines[0] == "2 file(s) to vk:wall"
    assert sorted(re.sub(r"photo1_\d+", "ID", line) for line in lines[1:3]) == [
        "[1/2] a.jpg: saved: ID",
        "[2/2] b.jpg: saved: ID",
    ]
    assert lines[-1].startswith("2 saved; ")
    assert "\x1b" not in done.output
    assert "secret" not in done.output


def test_json_is_one_object_a_line(network, photos, tmp_path):
    """Every file with its result, then the counts."""
    gone = tmp_path / "gone.jpg"
    done = network.run(photos / "a.jpg", gone, "--to", "vk:album/5", "--json")

    assert done.exit_code == 1
    *files, summary = map(json.loads, done.stdout.splitlines())
    by_file = {one["file"]: one for one in files}
    assert by_file[str(photos / "a.jpg")]["result"] == "saved"
    assert by_file[str(photos / "a.jpg")]["id"].startswith("photo1_")
    failed = by_file[str(gone)]
    assert (failed["result"], failed["slug"]) == ("failed", "file.missing")
    counts = {"saved": 1, "saved before": 0, "failed": 1, "uncertain": 0, "not sent": 0}
    assert summary["summary"] == counts


def test_a_refusal_of_the_network_is_in_the_json(network, photos):
    """With its code, and what kind of refusal it is."""
    path = write(photos, "refused.jpg")
    done = network.run(path, "--to", "vk:wall", "--json")

    assert done.exit_code == 3
    first = json.loads(done.stdout.splitlines()[0])
    assert first["code"] == "ERR_UPLOAD_FILE_NOT_SUPPORTED"
    assert first["slug"] == "network.file"


def test_folders_and_patterns(network, photos):
    """Of a folder the pictures, also those below; hidden files and notes stay."""
    done = network.run(photos, "--to", "vk:wall")
    assert done.exit_code == 0, done.output
    assert sorted(network.of("saved")) == ["a.jpg", "b.jpg", "c.jpg"]

    done = network.run(f"{photos}/**/*.jpg", "--to", "vk:message/5")
    assert done.exit_code == 0, done.output
    assert (
        sorted(network.of("received"))
        == ["a.jpg", "a.jpg", "b.jpg", "b.jpg"] + ["c.jpg"] * 2
    )


def test_a_file_given_twice_is_sent_once(network, photos):
    """By name and by its folder."""
    done = network.run(photos / "a.jpg", photos, "--to", "vk:wall")
    assert done.exit_code == 0
    assert len(network.of("received")) == 3


@pytest.mark.parametrize("where", ["empty folder", "no match"])
def test_nothing_to_send_is_a_mistake(network, tmp_path, where):
    """A pattern or a folder that means nothing is not silently all done."""
    (tmp_path / "empty").mkdir()
    word = tmp_path / ("empty" if where == "empty folder" else "*.tiff")
    done = network.run(word, "--to", "vk:wall")
    assert done.exit_code == 2
    assert "holds nothing that goes there" in done.stderr


def test_the_same_command_again_sends_nothing(network, photos):
    """The journal is found by server, account and destination."""
    assert network.run(photos, "--to", "vk:wall").exit_code == 0
    done = network.run(photos, "--to", "vk:wall")

    assert done.exit_code == 0
    assert done.stdout.splitlines()[-2] == "3 saved before"
    assert "--again" in done.stdout.splitlines()[-1]
    assert len(network.of("received")) == 3
    assert network.run(photos, "--to", "vk:wall", "--again").exit_code == 0
    assert len(network.of("received")) == 6
    other = network.run(photos, "--to", "vk:wall", THREEBATH_VK_TOKEN="other")
    assert other.exit_code == 0
    assert len(network.of("received")) == 9


WRONG = [
    (["--to", "vk:nothing"], "there is no destination 'vk:nothing'"),
    (["--to", "album"], "there is no destination 'album'"),
    (["--to", "vk:album"], "vk:album needs more: vk:album/ALBUM"),
    (["--to", "vk:album/mine"], "must be a number, not 'mine'"),
    (["--to", "ok:moment/5"], "ok:moment takes nothing after a slash"),
    (["--to", "vk:wall?albumm=5"], "vk:wall takes caption; not albumm"),
    (["--to", "vk:cover/7", "--caption", "x"], "vk:cover takes no caption"),
    (["--to", "ok:album"], "there is no application_key for ok: set THREEBATH_OK_"),
    (["--to", "vk:wall", "--profile", "work"], "has no profile 'work'"),
]


@pytest.mark.parametrize(("words", "told"), WRONG, ids=range(len(WRONG)))
def test_a_wrong_call_is_explained(network, photos, words, told):
    """In one line, with what would be right, and exit code 2."""
    done = network.run(photos, *words)
    assert done.exit_code == 2
    assert told in done.stderr
    assert len(done.stderr.splitlines()) == 1


def _profiles(network, text, mode=0o600):
    path = network.home / "config" / "threebath" / "profiles.toml"
    path.parent.mkdir(parents=True)
    path.write_text(text)
    path.chmod(mode)
    return path


BARE = {"THREEBATH_VK_BASE": None, "THREEBATH_VK_TOKEN": None, "THREEBATH_VK_RATE": None}
"""An environment without the variables of the fixture."""


def test_profiles_name_servers_and_accounts(network, photos):
    """A file for what one uses daily, with a name for each."""
    text = f'[work.vk]\nbase = "{network.base}"\ntoken = "t"\nrate = 1000\n'
    _profiles(network, text)
    words = (photos / "a.jpg", "--to", "vk:wall", "--profile", "work")
    done = network.run(*words, **BARE)
    assert done.exit_code == 0, done.output
    assert network.of("saved") == ["a.jpg"]


def test_a_server_started_beside_it_is_found(network, photos, monkeypatch):
    """``threebath dev`` leaves its profiles in its folder; one's own file goes before."""
    beside = network.home / "threebath-data" / "dev" / "profiles.toml"
    beside.parent.mkdir(parents=True)
    write_profiles(beside, {"default": {"vk": {"base": network.base, "token": 'a"b'}}})
    monkeypatch.chdir(network.home)
    words = (photos / "a.jpg", "--to", "vk:wall")
    assert network.run(*words, **BARE).exit_code == 0

    _profiles(network, '[default.vk]\nbase = "http://127.0.0.1:9"\ntoken = "t"\n')
    assert network.run(*words, **BARE).exit_code == 3
    assert beside.stat().st_mode & 0o077 == 0


@pytest.mark.parametrize("mode", [0o644, 0o640, 0o604, 0o620])
def test_a_file_of_secrets_that_others_may_read_is_refused(network, photos, mode):
    """And it is said how to mend it."""
    path = _profiles(network, '[default.vk]\ntoken = "t"\n', mode)
    done = network.run(photos, "--to", "vk:wall", **BARE)
    assert done.exit_code == 2
    assert f"chmod 600 {path}" in done.stderr


BAD_PROFILES = [
    ("not toml", "cannot be read"),
    ('[default.vk]\ntokn = "t"\n', "has tokn; known are base, token, rate"),
    ('[default.facebook]\ntoken = "t"\n', "there is no network 'facebook'"),
    ("default = 5\n", "must be a table"),
    ("[default]\nvk = 5\n", "must be a table"),
    ('[default.vk]\ntoken = "t"\nrate = "fast"\n', "rate must be a number, not 'fast'"),
    ('[default.vk]\ntoken = "t"\nbase = "nowhere"\n', "no address of a server: 'nowhere'"),
]


@pytest.mark.parametrize(("text", "told"), BAD_PROFILES, ids=range(len(BAD_PROFILES)))
def test_a_file_of_profiles_that_is_wrong_is_explained(network, photos, text, told):
    """In one line, with exit code 2."""
    _profiles(network, text)
    done = network.run(photos, "--to", "vk:wall", **BARE)
    assert done.exit_code == 2
    assert told in done.stderr


def test_no_network(photos, tmp_path):
    """Each file says so, and the exit code is that of nothing saved."""
    network = Network("http://127.0.0.1:9", tmp_path / "no.log", tmp_path)
    done = network.run(photos / "a.jpg", "--to", "up:album")
    assert done.exit_code == 3
    assert "cannot connect to 127.0.0.1:9" in done.stdout


@pytest.mark.parametrize("name", TARGETS)
def test_the_help_names_every_destination(name):
    """What can stand after --to is in the help, from the same table."""
    done = CliRunner().invoke(make_app("upload"), ["upload", "--help"])
    assert name in done.stdout


def test_ctrl_c_in_the_middle(slow_network, photos):
    """What is there is told, what is left is told, and the next run does the rest."""
    for number in range(14):
        write(photos, f"{number}.jpg", jpeg() + bytes(2_000_000))
    words = (photos, "--to", "vk:wall", "--parallel", "2")
    with slow_network.start(*words, stdout=subprocess.PIPE, text=True) as process:
        told = ""
        while ": saved: " not in told:
            told += process.stdout.readline()
        process.send_signal(signal.SIGINT)
        rest = process.stdout.read()
        assert process.wait(20) == 130

    assert re.search(r"^\d+ saved, \d+ not sent", rest, re.MULTILINE)
    assert "Interrupted. Give the same command again to send the rest." in rest
    assert "Traceback" not in told + rest
    done = slow_network.run(*words)
    assert done.exit_code == 0, done.output
    saved = slow_network.of("saved")
    assert len(saved) == len(set(saved)) == 17


def test_sigterm_ends_it_in_order(slow_network, photos):
    """As Ctrl-C does, with the exit code of a terminated process."""
    write(photos, "long.jpg", jpeg() + bytes(9_000_000))
    words = (photos, "--to", "vk:wall")
    with slow_network.start(*words, stdout=subprocess.PIPE, text=True) as process:
        process.stdout.readline()
        time.sleep(0.3)
        process.terminate()
        rest = process.stdout.read()
        assert process.wait(20) == 143
    assert "not sent" in rest


def test_kill_9_and_the_same_command_again(slow_network, photos):
    """No photo is there twice, whenever it was killed."""
    for number in range(6):
        write(photos, f"{number}.jpg", jpeg() + bytes(200_000))
    words = (photos, "--to", "vk:album/5")
    for moment in (0.05, 0.2):
        with slow_network.start(*words, stdout=subprocess.PIPE, text=True) as process:
            process.stdout.readline()
            time.sleep(moment)
            process.kill()
    done = slow_network.run(*words)
    assert done.exit_code == 0, done.output
    saved = slow_network.of("saved")
    assert len(saved) == len(set(saved)) == 9


def _in_terminal(network, words, columns):
    """Run the command in a terminal; return all that it wrote there."""
    ours, theirs = pty.openpty()
    fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", 30, columns, 0, 0))
    env = {**os.environ, **network.environ, "TERM": "xterm-256color"}
    env.pop("COLUMNS", None)
    command = [sys.executable, "-m", "threebath", "upload", *map(str, words)]
    text = b""
    with subprocess.Popen(
        command, stdin=theirs, stdout=theirs, stderr=theirs, env=env
    ) as process:
        os.close(theirs)
        while select.select([ours], [], [], 60)[0]:
            try:
                piece = os.read(ours, 65536)
            except OSError:
                break
            text += piece
        code = process.wait(20)
    os.close(ours)
    return code, text.decode()


@pytest.mark.parametrize("columns", [80, 120])
def test_bars_fit_the_terminal(slow_network, photos, columns):
    """A bar for each file and one for all, no line longer than the terminal is wide."""
    name = "a photograph with a very long name, taken in the summer of a good year.jpg"
    write(photos, name, jpeg() + bytes(1_500_000))
    write(photos, "empty.jpg", b"")
    code, text = _in_terminal(slow_network, [photos, "--to", "vk:wall"], columns)

    assert code == 1
    plain = re.sub(r"\x1b\[[0-9;?]*[A-Za-z]", "", text).replace("\r", "\n")
    assert max(map(len, plain.splitlines())) <= columns
    assert "━" in plain
    assert re.search(r"\d of 5 done", plain)
    assert "✗ empty.jpg\n" in plain.replace("\n\n", "\n")
    assert re.search(r"✓ a photograph with a very lo\S*.*… photo1_\d+", plain)
    assert re.search(r"4 saved, 1 failed; 1\.\d MB in ", plain)


def test_a_name_cannot_write_to_the_terminal(network, photos):
    """Control characters of a name are not sent to the screen."""
    path = write(photos, "evil\x1b[2J\x07.jpg")
    done = network.run(path, "--to", "vk:wall")
    assert done.exit_code == 0
    assert "\x1b" not in done.output
    assert "\x07" not in done.output


def test_whoever_stops_reading_does_not_stop_the_sending(network, photos):
    """``threebath upload ... | head -1``."""
    words = (photos, "--to", "vk:wall")
    with network.start(*words, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        process.stdout.close()
        told = process.stderr.read().decode()
        assert process.wait(30) == 0
    assert told == ""
    assert len(network.of("saved")) == 3


def test_names_are_shown_wherever_it_runs(network, photos):
    """A terminal that knows only ASCII is no reason to stop."""
    path = write(photos, "привет.jpg")
    command = [sys.executable, "-m", "threebath", "upload", str(path), "--to", "vk:wall"]
    env = {**os.environ, **network.environ, "PYTHONIOENCODING": "ascii"}
    done = subprocess.run(command, env=env, capture_output=True, check=False)
    assert done.returncode == 0, done.stderr
    assert b"[1/1] ??????.jpg: saved" in done.stdout


def test_a_journal_that_cannot_be_kept_is_said(network, photos):
    """Before anything is sent."""
    done = network.run(photos, "--to", "vk:wall", "--journal", photos)
    assert done.exit_code == 2
    assert "cannot be opened: Is a directory" in done.stderr
    assert network.of("received") == []


def test_sending_does_not_import_the_server():
    """A photo is sent without loading databases, image libraries or a web server."""
    code = (
        "import sys; from threebath.cli.main import make_app; make_app('upload');"
        "print(*sorted({'sqlalchemy', 'alembic', 'pyvips', 'uvicorn', 'pydantic'}"
        " & sys.modules.keys()))"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == ""
