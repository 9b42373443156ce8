"""The client: every flow of every network, from Python.

>>> from threebath.client import VK
>>> async def share(paths):
...     async with VK("token", base="http://127.0.0.1:8470") as vk:
...         batch = await vk.upload_photos(paths, album=5)
...     return [photo.attachment for photo in batch.values]

The same without ``async`` is in `threebath.client.sync`. Everything that can go wrong is
in `threebath.client.errors`. Nothing of the server is imported.
"""

from threebath.client.batch import Batch, Options, Outcome
from threebath.client.errors import ClientError
from threebath.client.files import from_bytes, look_at
from threebath.client.journal import Journal, Note
from threebath.client.ok import OK
from threebath.client.ok import Session as OKSession
from threebath.client.pace import Backoff
from threebath.client.progress import Progress, Stage
from threebath.client.transport import Timeouts, Transport
from threebath.client.up import UP
from threebath.client.vk import VK

__all__ = [
    "OK",
    "UP",
    "VK",
    "Backoff",
    "Batch",
    "ClientError",
    "Journal",
    "Note",
    "OKSession",
    "Options",
    "Outcome",
    "Progress",
    "Stage",
    "Timeouts",
    "Transport",
    "from_bytes",
    "look_at",
]
