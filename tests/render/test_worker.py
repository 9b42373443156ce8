"""What a worker does, seen without its sandbox."""

import json
import os
import socket
from dataclasses import replace
from pathlib import Path
from threading import Thread

import pytest

from pictures import KIND, encoded, opened, scene
from threebath.core.errors import FormatNotAllowed
from threebath.core.kinds import Format
from threebath.core.ladder import Crop, Size
from threebath.core.networks import vk
from threebath.render.__main__ import main
from threebath.render.darkroom import ENGINES
from threebath.render.parcel import send
from threebath.render.probe import read_rendition
from threebath.render.sandbox import memfd
from threebath.render.wire import (
    MAX_MESSAGE,
    pack,
    read_job,
    read_refusal,
    write_crops,
    write_kind,
)
from threebath.render.worker import (
    answer,
    keep_memory,
    load_hook,
    look,
    serve,
    warm_up,
)

SMALL = encoded(scene(64, 48), quality=85)
HOOK = Path(__file__).parents[1] / "security" / "misbehave.py"


def job(kind=KIND, **more):
    crops = {vk.SQUARE_CROP: Crop(1, 2, Size(3, 3))} if kind is vk.PROFILE else {}
    return {**write_kind(kind), "crops": write_crops(crops), "disabled": [], **more}


@pytest.mark.parametrize("kind", [vk.ALBUM, vk.PROFILE], ids=lambda kind: kind.name)
def test_a_job_arrives_as_it_was_sent(kind):
    """Limits, ladder and crops survive the way through JSON to the last fraction."""
    found = read_job(json.loads(pack(job(kind, disabled=["image/gif"]))))
    assert found.limits == replace(kind.limits, max_files=1)
    assert found.ladder == kind.ladder
    assert found.disabled == {Format.GIF}
    assert list(found.crops) == ([vk.SQUARE_CROP] if kind is vk.PROFILE else [])


def test_a_worker_answers_until_it_is_hung_up_on():
    """One job after the other: renditions, a refusal, a variant, a bug."""
    ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    tray = memfd.new("tray")
    thread = Thread(target=serve, args=(theirs, tray, ENGINES, load_hook(str(HOOK))))
    thread.daemon = True
    thread.start()
    answers, pieces = [], []
    for message, content in (
        (job(), SMALL),
        (job(disabled=["image/jpeg"]), SMALL),
        ({"variant": "image/webp"}, SMALL),
        ({"nothing": "known"}, SMALL),
    ):
        with opened(content) as fd:
            number = len(answers)
            send(ours, pack({**message, "length": len(content), "job": number}), fd)
            answers.append(json.loads(ours.recv(MAX_MESSAGE)))
            assert answers[-1].pop("job") == number
            pieces.append(os.pread(tray, 1 << 20, 0))
            os.ftruncate(tray, 0)
    ours.close()
    thread.join(5)
    theirs.close()

    assert not thread.is_alive()
    rendered, refused, variant, failed = answers
    assert rendered["size"] == [64, 48]
    first = pieces[0][: rendered["images"][0][2]]
    assert read_rendition(first).size == Size(64, 48)
    assert len(pieces[0]) == sum(one[2] for one in rendered["images"])
    assert len(pieces[2]) == variant["length"]
    assert pieces[1] == pieces[3] == b""
    assert isinstance(read_refusal(refused), FormatNotAllowed)
    assert variant["length"] > 0
    assert failed["failed"].startswith("KeyError")


def test_a_lack_of_memory_is_not_the_pictures_fault():
    """The worker says that it failed, and is replaced; the file is not called damaged."""

    def exhausted(*_, **__):
        raise MemoryError

    told, chunks = answer(job(), SMALL, (exhausted,))
    assert told["failed"].startswith("MemoryError")
    assert chunks == []


def test_the_ladder_can_be_timed(tmp_path, monkeypatch, capsys):
    """An operator sees what a photo costs here, in both engines and through a pool."""
    photo = tmp_path / "photo.jpg"
    photo.write_bytes(SMALL)
    monkeypatch.setattr("sys.argv", ["render", str(photo)])
    monkeypatch.setattr("threebath.render.__main__.ROUNDS", 1)

    main()

    told = capsys.readouterr().out
    assert told.startswith("photo.jpg")
    assert [told.count(word) for word in ("fast", "vips", "pool", " ms")] == [1, 1, 1, 3]


def test_preparations_can_be_made_twice():
    """Nothing of them depends on a fresh process."""
    keep_memory()
    warm_up()
    with pytest.raises((ImportError, FileNotFoundError)):
        load_hook("/nowhere/hook.py")


def test_a_spool_that_cannot_be_read_is_said_to_be_so():
    """The disk's fault, and no reason to lose a worker."""
    with opened(SMALL) as fd:
        told, chunks = look({**job(), "length": len(SMALL) + 1}, fd, (), None)
    assert told["failed"].startswith("the spool cannot be read")
    assert chunks == []
