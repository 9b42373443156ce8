"""The code of docs/client runs as it stands, against a live server."""

import re
from pathlib import Path

import pytest
from tests.client.replay import jpeg
from tests.live import running

from threebath.client.targets import TARGETS

DOCS = Path(__file__).parents[2] / "docs" / "client"
SAMPLES = [
    (page.stem, number, code)
    for page in sorted(DOCS.glob("*.md"))
    for number, code in enumerate(
        re.findall(r"^```python\n(.*?)^```", page.read_text(), re.DOTALL | re.MULTILINE)
    )
]


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    folder = tmp_path_factory.mktemp("docs")
    with running(folder / "data") as live:
        yield live


@pytest.mark.parametrize(
    ("page", "number", "code"), SAMPLES, ids=[f"{page}-{n}" for page, n, _ in SAMPLES]
)
def test_a_sample_runs(server, tmp_path, monkeypatch, capsys, page, number, code):
    """Only the address and what stands in angle brackets is put in."""
    network = page if page in server.worlds else "vk"
    world = {**server.worlds.get("up", {}), **server.worlds[network]}
    code = re.sub(r"<(\w+)>", lambda found: str(world[found[1]]), code)
    code = code.replace("http://127.0.0.1:8470", server.address)
    for name in ("cat.jpg", "dog.jpg"):
        (tmp_path / name).write_bytes(jpeg())
    monkeypatch.chdir(tmp_path)
    exec(compile(code, f"{page}.md, sample {number}", "exec"), {"__name__": "sample"})
    assert "Traceback" not in capsys.readouterr().out


@pytest.mark.parametrize("name", TARGETS)
def test_every_destination_is_described(name):
    """With the same id and the same options as in the table that is used."""
    row = TARGETS[name]
    (line,) = re.findall(
        rf"^\| `{name}(?:/([^`]*))?` \|[^|]*\|([^|]*)\|$",
        (DOCS / "index.md").read_text(),
        re.MULTILINE,
    )
    assert line[0] == row.id
    assert re.findall(r"`(\w+)`", line[1]) == list(row.options)
