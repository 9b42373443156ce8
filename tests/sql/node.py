"""A node of its own process: publishes photos and says so, one line for each.

Usage: ``node.py URL ALBUM COUNT`` (an album of its own photos), or
``node.py URL receipt ID`` (24 commits of one receipt at once).
"""

import asyncio
import sys

from sql.stores import Stores
from threebath.core.errors import AlbumFull
from threebath.core.places import Place
from threebath.testing.samples import NOW, a_publication, a_receipt, accepted


def say(*words):
    sys.stdout.write(" ".join(map(str, words)) + "\n")
    sys.stdout.flush()


async def fill(stores, album_id, count):
    for _ in range(count):
        receipt = a_receipt(place=Place.ALBUM, album=album_id)
        await accepted(stores.catalog, receipt)
        try:
            [photo] = await stores.catalog.publish([a_publication(receipt)], NOW)
            say(photo.id, photo.asset.id)
        except AlbumFull:
            say("full")


async def commit(stores, receipt_id):
    [receipt] = await stores.catalog.receipts([receipt_id])
    commits = (stores.catalog.publish([a_publication(receipt)], NOW) for _ in range(24))
    for [photo] in await asyncio.gather(*commits):
        say(photo.id)


async def main(url, what, which):
    async with Stores.open(url) as stores:
        say("ready")
        if what == "receipt":
            await commit(stores, which)
        else:
            await fill(stores, int(what), int(which))


asyncio.run(main(*sys.argv[1:]))
