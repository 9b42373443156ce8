"""Several nodes share a database, and die whenever they like."""

import asyncio
import os
import subprocess
import sys
from pathlib import Path

import pytest

from sql.stores import Stores
from threebath.core.library import AssetState
from threebath.service.ports import PhotoQuery
from threebath.testing.samples import NOW, a_draft, accepted

NODE = Path(__file__).with_name("node.py")


@pytest.fixture
def start():
    """Start nodes; those that are left when the test ends are killed."""
    nodes = []
    folders = os.pathsep.join(str(NODE.parents[n] / d) for n, d in ((1, ""), (2, "src")))

    def start(*arguments):
        node = subprocess.Popen(
            [sys.executable, NODE, *map(str, arguments)],
            stdout=subprocess.PIPE,
            text=True,
            env={**os.environ, "PYTHONPATH": folders},
        )
        nodes.append(node)
        return node

    yield start
    for one in nodes:
        one.kill()
        one.wait()
        one.stdout.close()


def said(node):
    """Wait for the node's end and return what it said after "ready"."""
    lines = node.stdout.read().splitlines()
    assert node.wait(30) == 0
    return [one.split() for one in lines if one != "ready"]


async def test_nodes_fill_an_album_to_the_brim(stores, url, start):
    """Four of them, 25 photos each, room for 60: sixty fit, each told so once."""
    album = await stores.library.create_album(a_draft(capacity=60), NOW)
    nodes = [start(url, album.id, 25) for _ in range(4)]
    answers = [line for node in nodes for line in said(node)]
    shown = [line for line in answers if line != ["full"]]
    assert len(answers) == 100
    assert len({line[0] for line in shown}) == len(shown) == 60
    assert (await stores.library.album(album.id)).size == 60
    photos = await stores.library.photos(PhotoQuery(album_id=album.id))
    assert sorted(str(one.id) for one in photos) == sorted(line[0] for line in shown)


async def test_nodes_that_race_for_a_receipt_give_one_photo(stores, url, start):
    """Three of them, 24 commits each: 72 answers, one photo."""
    [receipt] = await accepted(stores.catalog)
    nodes = [start(url, "receipt", receipt.id) for _ in range(3)]
    answers = [line for node in nodes for [line] in said(node)]
    assert len(answers) == 72
    assert len({*answers}) == 1
    assert await stores.library.count_photos(PhotoQuery()) == 1


async def test_a_node_that_is_killed_loses_nothing_it_answered(stores, url, start):
    """Every photo it told of is there; what it did not finish is for the sweep."""
    album = await stores.library.create_album(a_draft(), NOW)
    nodes = [start(url, album.id, 1_000_000) for _ in range(3)]
    acknowledged = []
    for node in nodes:
        assert node.stdout.readline() == "ready\n"
    for node in nodes:
        await asyncio.sleep(0.17)
        node.kill()
        *whole, _ = node.stdout.read().split("\n")
        acknowledged += [tuple(line.split()) for line in whole]
    assert acknowledged
    async with Stores.open(url) as again:
        photos = await again.library.photos(PhotoQuery(limit=1_000_000))
        seen = {(str(one.id), one.asset.id) for one in photos}
        assert seen >= {*acknowledged}
        assert len(seen) <= len(acknowledged) + 3
        assert (await again.library.album(album.id)).size == len(photos)
        rows = await again.catalog.assets("", 1_000_000)
        shown = {one.asset.id for one in rows if one.state is AssetState.PUBLISHED}
        assert shown == {one.asset.id for one in photos}
        assert len(rows) - len(shown) <= 3
