"""Many files: their groups, their order, and failures that are not theirs alone."""

import asyncio

import httpx
import pytest
from tests.client.replay import html, jpeg, write
from tests.client.sink import Sink
from tests.client.vk_answers import PHOTO_REPLY, photo, server

from threebath.client import OK, VK, Backoff, Journal, OKSession, Stage, Transport
from threebath.client import errors as e
from threebath.client.batch import Sender
from threebath.client.ok.flows import topic_flow


def stages(batch):
    return [one.stage for one in batch.outcomes]


async def test_no_more_uploads_at_a_time_than_wanted(tmp_path):
    """Parallel, but within what was asked for."""
    paths = [write(tmp_path, f"{n}.jpg", jpeg() + bytes(40_000)) for n in range(9)]
    under_way, most = set(), 0

    def tell(step):
        nonlocal most
        (under_way.discard if step.stage.is_final else under_way.add)(step.index)
        most = max(most, len(under_way))

    async with Sink(rate=400_000) as sink, VK("t", base=sink.base, rate=None) as vk:
        batch = await vk.upload_wall_photos(paths, parallel=4, tell=tell)

    assert stages(batch) == [Stage.SAVED] * 9
    assert most == 4


async def test_outcomes_come_as_they_are_known_and_end_in_order(own_vk, replay, tmp_path):
    """A program may act on the first photo while the last is under way."""
    paths = [tmp_path / "gone.jpg", write(tmp_path)]
    replay.on("photos.getWallUploadServer", server()).on("upload", PHOTO_REPLY)
    replay.on("photos.saveWallPhoto", {"response": [photo()]})
    seen = []

    batch = await own_vk.upload_wall_photos(
        paths, done=lambda index, outcome: seen.append((index, outcome))
    )

    assert seen == list(enumerate(batch.outcomes))
    assert [one.path for one in batch.outcomes] == [str(path) for path in paths]


async def test_an_empty_batch_calls_nothing(vk, replay):
    """No files, no outcomes."""
    assert (await vk.upload_photos([], album=5)).outcomes == ()
    assert replay.calls == []


async def test_the_files_of_a_topic_fail_together(replay, tmp_path):
    """Nothing is wrong with the others, and that is said."""
    ok = OK("k", session=OKSession(access_token="t"), transport=replay.transport())
    paths = [write(tmp_path), tmp_path / "gone.jpg"]

    batch = await Sender(topic_flow(ok)).send(paths)

    assert [type(one.error) for one in batch.outcomes] == [e.NotPosted, e.FileMissing]


async def test_a_network_that_stays_away_fails_each_file(own_vk, replay, tmp_path):
    """After the last try, the last error; nothing was saved, so not uncertain."""
    replay.on("photos.getWallUploadServer", *[html(502)] * 4)

    batch = await own_vk.upload_wall_photos([write(tmp_path)])

    assert stages(batch) == [Stage.FAILED]
    assert isinstance(batch.failed[0].error, e.BadStatus)
    assert len(replay.slept) == 3


async def test_a_save_that_stays_unanswered_is_uncertain_and_is_finished_later(
    own_vk, replay, tmp_path
):
    """Even where it may be repeated, it cannot be repeated for ever."""
    paths = [write(tmp_path)]
    replay.on("photos.getWallUploadServer", server()).on("upload", PHOTO_REPLY)
    replay.on("photos.saveWallPhoto", *[httpx.ReadTimeout("slow")] * 8)
    journal = Journal(tmp_path / "journal")

    first = await own_vk.upload_wall_photos(paths, journal=journal)
    second = await own_vk.upload_wall_photos(paths, journal=journal)
    assert stages(first) == stages(second) == [Stage.UNCERTAIN]

    replay.on("photos.saveWallPhoto", {"response": [photo()]})
    third = await own_vk.upload_wall_photos(paths, journal=journal)
    assert stages(third) == [Stage.SAVED]
    journal.close()


@pytest.mark.parametrize("attempts", [1, 2, 5])
async def test_tries_are_counted_and_pauses_grow(replay, attempts):
    """No try too many, each pause longer than half the last, none above the most."""
    vk = VK("t", rate=None, transport=replay.transport(attempts=attempts))
    replay.on("users.get", *[httpx.ConnectError("no")] * attempts)

    with pytest.raises(e.CannotConnect):
        await vk.call("users.get", {})

    assert len(replay.slept) == attempts - 1
    for number, pause in enumerate(replay.slept):
        assert 0.25 * 2**number <= pause <= 0.5 * 2**number


def test_pauses_have_an_upper_bound():
    """Half an hour of trouble is not answered with half an hour of waiting."""
    assert max(Backoff(attempts=30).pauses()) <= 10


async def test_a_shared_transport_outlives_its_clients(replay):
    """Whoever made it closes it."""
    transport = replay.transport()
    replay.on("users.get", {"response": []}, {"response": []})
    for token in ("a", "b"):
        async with VK(token, rate=None, transport=transport) as vk:
            await vk.call("users.get", {})
    await transport.close()


async def test_cancelling_leaves_no_task_behind(tmp_path):
    """Whoever cancels a batch gets all of it stopped."""
    paths = [write(tmp_path, f"{n}.jpg", jpeg() + bytes(900_000)) for n in range(5)]
    before = asyncio.all_tasks()
    transport = Transport()
    async with Sink(rate=300_000) as sink:
        async with VK("t", base=sink.base, rate=None, transport=transport) as vk:
            task = asyncio.create_task(vk.upload_wall_photos(paths))
            await asyncio.sleep(0.3)
            ours = asyncio.all_tasks() - before
            task.cancel()
            with pytest.raises(asyncio.CancelledError):
                await task
        assert sink.of("saved") == []
        assert not [one for one in ours if "Sender" in repr(one) and not one.done()]
    await transport.close()
