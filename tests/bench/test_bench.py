"""The bench itself: small, offline, on a small photograph."""

import shutil
import subprocess
import sys
import time
from functools import partial
from io import BytesIO
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest
from bench.__main__ import Scale, main, measured
from bench.chart import chart
from bench.contenders import Contender, Failed, Program
from bench.measure import Samples, cpu_seconds
from bench.peers import Peers
from bench.report import page
from bench.results import Results, Section
from bench.shots import SIZES, plan_for, shots
from PIL import Image
from tests.likeness import ssim
from tests.pictures import photo

from bench import ladder, services
from threebath.core.networks.vk import WALL
from threebath.render.darkroom import develop
from threebath.render.job import Job

NO_PEERS = "sharp, express, multer, @tus/server"
BURN = "import subprocess, sys; subprocess.run([sys.executable, '-c', 'sum(range(10**8))'])"


@pytest.fixture
def peers(tmp_path):
    return Peers(tmp_path / "peers", offline=True)


@pytest.fixture
def small(tmp_path):
    path = tmp_path / "small.jpg"
    path.write_bytes(photo(1600, 1200))
    return path


@pytest.fixture
def limit(peers):
    return peers.limit() or pytest.skip(f"no C limit: {peers.missing['C limit']}")


def test_a_ladder_is_measured_for_whoever_is_there(peers, small, tmp_path):
    """Each has a figure for each round; who is not there is named, not an error."""
    with ladder.opened(peers, tmp_path, [small]) as runners:
        table = ladder.compare(runners, tmp_path, [small], 2)
    assert set(ladder.OURS) <= set(table)
    assert {"Pillow, cascade", "Pillow, draft per size"} <= set(table)
    assert all(len(one.values) == 2 and min(one.values) > 0 for one in table.values())
    assert all(one.peak > 10 for one in table.values() if one is not table.get("C limit"))
    assert {NO_PEERS, "thumbor"} <= set(peers.missing)


def test_the_limit_makes_the_pictures_that_we_make(limit, small, tmp_path):
    """Else it would be the limit of something else."""
    with Program([limit, tmp_path]) as program:
        program.run(small, plan_for(tmp_path, small))
    ours = develop(small.read_bytes(), Job(limits=WALL.limits, ladder=WALL.ladder)).images
    assert len(ours) == 10
    for letter, size, jpeg in ours:
        theirs = (tmp_path / f"{letter}.jpg").read_bytes()
        with Image.open(BytesIO(theirs)) as found:
            assert found.size == (size.width, size.height)
        assert ssim(jpeg, theirs) > 0.97, letter


def test_time_of_children_counts_even_when_they_have_ended():
    """A worker that was replaced has cost what it has cost."""
    with Contender([sys.executable, "-c", f"{BURN}; input()"]) as parent:
        end = time.monotonic() + 30
        while cpu_seconds(parent.process.pid) < 0.1 and time.monotonic() < end:
            time.sleep(0.05)
        time.sleep(0.5)
        assert parent.cpu() >= 0.1


def test_a_program_that_ends_is_a_failure(tmp_path, small):
    """It is said, with the end of its log, instead of waiting for ever."""
    log = tmp_path / "log"
    command = [sys.executable, "-c", "raise SystemExit('out of film')"]
    with Program(command, log=log) as one, pytest.raises(Failed, match="out of film"):
        one.run(small, tmp_path / "plan")


def test_a_large_file_goes_in(peers, tmp_path):
    """Ours takes it whole, and says how much it was."""
    table = services.ingest(peers, tmp_path, 3, 1)
    assert table[services.OURS].middle > 0


@pytest.mark.slow
def test_uploads_and_calls_are_measured_on_a_live_server(peers, small, tmp_path):
    """Issue, receive and commit succeed, over several connections at once."""
    table = services.uploads(peers, tmp_path, [small], 1, 3)
    assert table[services.OURS].middle > 0
    table = services.calls(peers, tmp_path, 1, 5)
    assert table[services.GET].middle < table[services.COMMIT].middle * 10


def test_photographs_are_made_where_there_is_no_corpus(tmp_path, monkeypatch):
    """They have the size of those of the corpus, and weigh what photographs weigh."""
    monkeypatch.setenv("THREEBATH_CORPUS", str(tmp_path / "none"))
    [made] = shots(tmp_path, 12, 3)
    with Image.open(made) as found:
        assert found.size == (SIZES[12].width, SIZES[12].height)
    assert 1_000_000 < made.stat().st_size < 12_000_000


def _results():
    ours, limit, tuned = (
        Samples([130.0, 120.0], 90),
        Samples([100.0, 80.0]),
        Samples([50.0]),
    )
    table = {ladder.PLANAR: ours, ladder.LIMIT: limit}
    ladders = Section("Ten sizes of 12 Mpx", "CPU ms", ladder.LIMIT, table)
    pair = {ladder.PLANAR: ours, ladder.PLANAR_POOL: Samples([131.0, 123.0])}
    sandbox = Section("What the sandbox costs", "CPU ms", ladder.PLANAR, pair)
    ingest = Section("In", "ms", services.OURS, {services.OURS: tuned})
    sections = {"ladder 12": ladders, "sandbox": sandbox, "ingest": ingest}
    return Results(sections, {"thumbor": "no pip"})


def test_the_page_says_what_was_reached_and_what_was_not():
    """Ratios are medians of each round's; what is missing has its reason."""
    text = page(_results(), "Python 3.", "make bench")
    assert "| ladder 12 Mpx, x C limit | ≤ 1.35 | 1.4 | **no** |" in text
    assert "| sandbox, ms more for a file | ≤ 3 | 2 | yes |" in text
    assert "| sharp's recipe costs x ours | ≥ 4.5 | - | not measured |" in text
    assert "**thumbor** (no pip)" in text
    assert "| **threebath, planar** | 125 | 120-130 | 1.40 | 90 |" in text


def test_the_chart_is_an_svg_with_a_bar_for_each():
    """Any browser draws it."""
    drawn = ET.fromstring(chart(list(_results().sections.values())))
    bars = [one for one in drawn.iter() if one.get("rx")]
    assert len(bars) == 5


def test_a_part_that_fails_does_not_end_the_others(tmp_path, monkeypatch):
    """It is told among what is missing."""
    monkeypatch.setattr(services, "calls", partial(_fail, "no film"))
    monkeypatch.setattr(services, "ingest", lambda *_: {services.OURS: Samples([1.0])})
    scale = Scale(classes=(12,), rounds=1, photos=1, uploads=1, mebibytes=1, calls=1)
    results = measured(scale, Peers(tmp_path, offline=True), ["calls", "ingest"])
    assert results.missing == {"the part calls": "no film"}
    assert list(results.sections) == ["ingest"]


def _fail(told, *_):
    raise Failed(told)


def test_the_command_writes_where_it_is_told(tmp_path, capsys, monkeypatch):
    """A partial run does not touch the docs."""
    monkeypatch.setattr(services, "ingest", lambda *_: {services.OURS: Samples([1.0])})
    assert main(["--quick", "--offline", "--only", "ingest", "--to", str(tmp_path)]) == 0
    assert (tmp_path / "benchmarks.md").read_text() in capsys.readouterr().out
    assert (tmp_path / "benchmarks.svg").exists()


def test_the_scripts_for_node_can_be_read():
    """Node parses each; it runs none."""
    node = shutil.which("node") or pytest.skip("no node here")
    scripts = sorted((Path(services.__file__).parent / "programs").glob("*.mjs"))
    assert len(scripts) == 5
    for script in scripts:
        subprocess.run([node, "--check", script], check=True)
