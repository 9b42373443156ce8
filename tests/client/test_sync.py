"""The clients without async are the same clients."""

import inspect

import pytest
from tests.client.replay import write
from tests.client.vk_answers import PHOTO_REPLY, photo, server

from threebath import client
from threebath.client import errors as e
from threebath.client import sync

STEPS = {"close", "issue", "send", "send_tracks", "save", "receive"}
"""What belongs to those who use async; `run` serves it to others."""


@pytest.mark.parametrize("name", ["VK", "OK", "UP"])
def test_no_call_is_forgotten(name):
    """Whatever can be awaited there can be called here, with the same text."""
    one, other = getattr(client, name), getattr(sync, name)
    awaited = {
        method
        for method, _ in inspect.getmembers(one, inspect.iscoroutinefunction)
        if not method.startswith("_") and method not in STEPS
    }
    here = {method for method in vars(other) if not method.startswith("_")}
    assert here == awaited
    for method in here:
        assert getattr(other, method).__doc__ == getattr(one, method).__doc__


def test_several_calls_share_their_connections(replay, tmp_path):
    """One client, one event loop, from the first call to the last."""
    replay.on("photos.getWallUploadServer", server())
    replay.on("upload", PHOTO_REPLY, PHOTO_REPLY)
    saved = [{"response": [photo(n)]} for n in (1, 2)]
    replay.on("photos.saveWallPhoto", *saved)

    with sync.VK("t", rate=None, transport=replay.transport()) as vk:
        first = vk.upload_wall_photo(write(tmp_path))
        second = vk.upload_wall_photo(write(tmp_path))

    assert (first.id, second.id) == (1, 2)


def test_the_steps_can_be_run_too(replay):
    """`run` takes any coroutine of the client."""
    replay.on("photos.getWallUploadServer", server())
    with sync.VK("t", rate=None, transport=replay.transport()) as vk:
        address = vk.run(vk.client.issue(client.vk.kinds.WALL, {}))
    assert address.url


async def test_where_an_event_loop_runs_it_says_what_to_use(replay, tmp_path):
    """In a notebook, and in a web framework."""
    vk = sync.VK("t", rate=None, transport=replay.transport())
    with pytest.raises(e.BadArguments, match="use the client without sync"):
        vk.upload_wall_photo(write(tmp_path))
