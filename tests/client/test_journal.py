"""What was saved is not sent again, whenever the process died."""

import asyncio
import json
import os
import shutil
import subprocess
import sys
import time

import httpx
import pytest
from tests.client.replay import jpeg, write
from tests.client.sink import Sink
from tests.client.vk_answers import PHOTO_REPLY, photo, server

from threebath.client import VK, Journal, Stage, look_at
from threebath.client import errors as e


@pytest.fixture
def path(tmp_path):
    return tmp_path / "state" / "journal.jsonl"


def foresee(replay, count):
    """Expect *count* wall photos."""
    replay.on("photos.getWallUploadServer", server())
    replay.on("upload", *[PHOTO_REPLY] * count)
    saved = [{"response": [photo(n)]} for n in range(count)]
    replay.on("photos.saveWallPhoto", *saved)


async def send(vk, path, files, **options):
    """Send wall photos under a journal."""
    journal = Journal(path)
    try:
        return await vk.upload_wall_photos(files, journal=journal, **options)
    finally:
        journal.close()


def stages(batch):
    return [one.stage for one in batch.outcomes]


async def test_what_was_saved_is_known_again(own_vk, replay, tmp_path, path):
    """A second run calls nothing, and gives the same ids."""
    files = [write(tmp_path, f"{n}.jpg") for n in range(3)]
    foresee(replay, 3)

    first = await send(own_vk, path, files)
    second = await send(own_vk, path, files)

    assert stages(second) == [Stage.KNOWN] * 3
    assert [one.note for one in first.outcomes] == [one.note for one in second.outcomes]
    assert path.stat().st_mode & 0o077 == 0


async def test_a_batch_can_be_sent_again_on_purpose(own_vk, replay, tmp_path, path):
    """The journal advises; whoever says *again* gets it."""
    files = [write(tmp_path)]
    foresee(replay, 2)

    await send(own_vk, path, files)
    batch = await send(own_vk, path, files, again=True)

    assert stages(batch) == [Stage.SAVED]


async def test_a_file_is_known_by_its_content(own_vk, replay, tmp_path, path):
    """Touched is the same file; other bytes are another, even of the same length."""
    file = write(tmp_path)
    foresee(replay, 1)
    await send(own_vk, path, [file])

    os.utime(file)
    assert stages(await send(own_vk, path, [file])) == [Stage.KNOWN]

    foresee(replay, 1)
    replay.answers["photos.getWallUploadServer"].clear()
    file.write_bytes(jpeg()[:-1] + b"\xd8")
    assert stages(await send(own_vk, path, [file])) == [Stage.SAVED]


async def test_a_copy_elsewhere_is_another_file(own_vk, replay, tmp_path, path):
    """Two files with the same bytes were given twice on purpose."""
    first = write(tmp_path)
    second = shutil.copy2(first, tmp_path / "copy.jpg")
    foresee(replay, 2)

    await send(own_vk, path, [first])

    assert stages(await send(own_vk, path, [second])) == [Stage.SAVED]


async def test_failures_are_tried_again_by_the_next_run(own_vk, replay, tmp_path, path):
    """Only what was saved is remembered."""
    files = [write(tmp_path), tmp_path / "later.jpg"]
    foresee(replay, 2)

    assert stages(await send(own_vk, path, files)) == [Stage.SAVED, Stage.FAILED]
    write(tmp_path, "later.jpg")
    assert stages(await send(own_vk, path, files)) == [Stage.KNOWN, Stage.SAVED]


async def _cut_off(vk, path, files, where, replay):
    """Send, and end the process's part at the call *where*: cancelled without an end."""
    reached = asyncio.Event()
    usual = replay.handle_async_request

    async def handle(request):
        answer = await usual(request)
        if where in str(request.url):
            reached.set()
            await asyncio.sleep(60)
        return answer

    replay.handle_async_request = handle
    task = asyncio.create_task(send(vk, path, files))
    await reached.wait()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    replay.handle_async_request = usual


async def test_a_save_that_nobody_heard_of_is_finished(own_vk, replay, tmp_path, path):
    """Cut off while saving: the next run saves what was received, and sends nothing."""
    files = [write(tmp_path)]
    foresee(replay, 1)
    await _cut_off(own_vk, path, files, "saveWallPhoto", replay)
    replay.on("photos.saveWallPhoto", {"response": [photo(7)]})

    batch = await send(own_vk, path, files)

    assert stages(batch) == [Stage.SAVED]
    assert len(replay.of("upload")) == 1
    first, second = replay.of("photos.saveWallPhoto")
    assert first.fields == second.fields


async def test_at_vk_itself_such_a_save_is_left_to_people(vk, replay, tmp_path, path):
    """VK may make a second photo of a second save, so it is not made."""
    files = [write(tmp_path)]
    foresee(replay, 1)
    await _cut_off(vk, path, files, "saveWallPhoto", replay)

    batch = await send(vk, path, files)

    assert stages(batch) == [Stage.UNCERTAIN]
    assert isinstance(batch.failed[0].error, e.Uncertain)


async def test_what_was_not_yet_received_is_sent_anew(vk, replay, tmp_path, path):
    """Cut off while sending, nothing was claimed."""
    files = [write(tmp_path)]
    replay.on("photos.getWallUploadServer", server()).on("upload", PHOTO_REPLY)
    await _cut_off(vk, path, files, "upload.php", replay)
    replay.on("upload", PHOTO_REPLY)
    replay.on("photos.saveWallPhoto", {"response": [photo()]})

    assert stages(await send(vk, path, files)) == [Stage.SAVED]


async def test_a_claim_that_the_server_has_swept_is_sent_anew(
    own_vk, replay, tmp_path, path
):
    """A day later the receipt is gone, which says that nothing was saved."""
    files = [write(tmp_path)]
    foresee(replay, 1)
    await _cut_off(own_vk, path, files, "saveWallPhoto", replay)
    gone = {"error": {"error_code": 121, "error_msg": "Invalid hash: it has expired"}}
    replay.on("photos.saveWallPhoto", gone, {"response": [photo()]})
    replay.on("upload", PHOTO_REPLY)

    assert stages(await send(own_vk, path, files)) == [Stage.SAVED]
    journal = Journal(path)
    assert journal.claims == ()
    journal.close()


async def test_a_claim_of_five_is_finished_by_a_run_of_one(own_vk, replay, tmp_path, path):
    """Files that go together are saved together, also if only one is given again."""
    files = [write(tmp_path, f"{n}.jpg") for n in range(5)]
    reply = {"server": 1, "photos_list": "[0,0,0,0,0]", "hash": "h", "aid": 5}
    replay.on("photos.getUploadServer", server()).on("upload", reply)
    replay.on("photos.save", httpx.ReadError("x"))
    journal = Journal(path)
    own_vk.transport = replay.transport(attempts=1)
    batch = await own_vk.upload_photos(files, album=5, journal=journal)
    assert stages(batch) == [Stage.UNCERTAIN] * 5
    replay.on("photos.save", {"response": [photo(n) for n in range(5)]})

    one = await own_vk.upload_photos(files[3:4], album=5, journal=journal)
    rest = await own_vk.upload_photos(files, album=5, journal=journal)

    assert [done.id for done in one.values] == [3]
    assert stages(rest) == [Stage.KNOWN] * 5
    journal.close()


def test_two_processes_cannot_send_to_one_place(path):
    """The second is told so, rather than sending everything twice."""
    journal = Journal(path)
    with pytest.raises(e.JournalBusy):
        Journal(path)
    journal.close()
    Journal(path).close()


async def test_a_journal_may_be_cut_at_any_byte(own_vk, replay, tmp_path, path):
    """A power cut leaves half a line; all whole lines before it count."""
    files = [write(tmp_path, f"{n}.jpg") for n in range(2)]
    foresee(replay, 2)
    await send(own_vk, path, files, parallel=1)
    whole = path.read_bytes()
    lines = whole.splitlines(keepends=True)
    assert [json.loads(line)["do"] for line in lines] == ["claim", "saved"] * 2

    for end in range(len(whole) + 1):
        path.write_bytes(whole[:end])
        journal = Journal(path)
        known = [await journal.known(await look_at(file)) for file in files]
        journal.close()
        complete = whole[:end].count(b"\n") // 2
        assert sum(note is not None for note in known) == complete


@pytest.mark.parametrize(
    "content", [b"not json\n", b"{}\n", b'{"do": "else"}\n', b"[1]\n", b"\xff\n"]
)
def test_what_is_no_journal_is_left_alone(path, content):
    """A wrong file given as a journal is not overwritten."""
    path.parent.mkdir()
    path.write_bytes(content)
    with pytest.raises(e.JournalBroken):
        Journal(path)
    assert path.read_bytes() == content


async def test_a_full_disk_stops_before_it_saves(own_vk, replay, tmp_path):
    """What cannot be written down is not done: /dev/full refuses every byte."""
    link = tmp_path / "journal"
    link.symlink_to("/dev/full")
    journal = Journal(tmp_path / "real")
    journal._file.close()
    journal._file = link.open("wb", buffering=0)
    replay.on("photos.getWallUploadServer", server()).on("upload", PHOTO_REPLY)

    batch = await own_vk.upload_wall_photos([write(tmp_path)], journal=journal)

    assert stages(batch) == [Stage.FAILED]
    assert "No space left" in str(batch.failed[0].error)
    journal.close()


@pytest.mark.parametrize("name", ["folder", "file/below"])
def test_a_journal_that_cannot_be_opened(tmp_path, name):
    """Said as such."""
    (tmp_path / "folder").mkdir()
    write(tmp_path, "file", b"x")
    with pytest.raises(e.JournalFailed, match="cannot be opened"):
        Journal(tmp_path / name)


DRIVER = """
import asyncio, sys
from pathlib import Path
from threebath.client import VK, UP, Journal

async def main(kind, base, journal, *files):
    journal = Journal(Path(journal))
    print("begun", flush=True)
    if kind == "up":
        async with UP("k", "s", base=base) as up:
            batch = await up.upload_photos(files, journal=journal, parallel=2)
    else:
        async with VK("t", base=base, rate=None) as vk:
            if kind == "album":
                batch = await vk.upload_photos(files, album=5, journal=journal)
            else:
                batch = await vk.upload_wall_photos(files, journal=journal)
    print(*[one.stage.name for one in batch.outcomes])

asyncio.run(main(*sys.argv[1:]))
"""


def run(kind, base, path, files, kill_after=None):
    """Send in another process, killed with SIGKILL after some seconds, or to its end."""
    words = [sys.executable, "-c", DRIVER, kind, base, str(path), *map(str, files)]
    with subprocess.Popen(words, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout.readline() == "begun\n"
        if kill_after is not None:
            time.sleep(kill_after)
            process.kill()
        return process.stdout.read().split()


@pytest.mark.parametrize("kind", ["wall", "album", "up"])
async def test_after_kill_9_nothing_is_sent_twice(tmp_path, path, kind):
    """Killed again and again, at any moment, and in the end each photo is there once."""
    files = [write(tmp_path, f"{n}.jpg", jpeg() + bytes(60_000)) for n in range(12)]
    async with Sink(rate=2_000_000, save_delay=0.04) as sink:
        for moment in (0.05, 0.11, 0.18, 0.26):
            await asyncio.to_thread(run, kind, sink.base, path, files, moment)
        ended = await asyncio.to_thread(run, kind, sink.base, path, files)

    saved = sink.of("saved")
    assert len(saved) == len(set(saved)), "a photo was saved twice"
    if kind == "up":
        assert set(ended) <= {"SAVED", "KNOWN", "UNCERTAIN"}
        assert len(saved) >= len(ended) - ended.count("UNCERTAIN")
    else:
        assert set(ended) <= {"SAVED", "KNOWN"}
        assert sorted(saved) == sorted(file.name for file in files)
    for name in saved:
        happened = [what for what, one, _ in sink.events if one == name]
        assert "received" not in happened[happened.index("saved") :]


async def test_a_journal_is_one_line_behind_at_most(tmp_path, path):
    """Each line is on disk before the next step, so none is lost with the process."""
    files = [write(tmp_path, f"{n}.jpg") for n in range(4)]
    async with Sink(save_delay=0.2) as sink, VK("t", base=sink.base, rate=None) as vk:
        journal = Journal(path)
        task = asyncio.create_task(vk.upload_wall_photos(files, journal=journal))
        while not sink.of("saved"):  # noqa: ASYNC110  # the sink has no event
            await asyncio.sleep(0.01)
        claims = [json.loads(line)["do"] for line in path.read_text().splitlines()]
        assert claims.count("claim") >= 1
        await task
        journal.close()
