"""A live server over a world in memory, with a dialect whose calls misbehave on demand."""

import asyncio
import contextlib
import socket

import pytest

from threebath.core.errors import StoreFailed
from threebath.service.spool import SpoolRoom
from threebath.service.variants import Variants
from threebath.web.app import Web, build
from threebath.web.observe import Telemetry
from threebath.web.server import running
from web.demo import DemoDialect
from web.world import World


class Site:
    """A server and what stands behind it."""

    def __init__(self, blobs=None, variants=None, **options):
        self.world = World()
        self.blobs = blobs or self.world.memory.blobs
        self.dialect = DemoDialect()
        self.telemetry = Telemetry()
        self.ill = set()
        self.make_variants = variants
        self.options = options
        self.url = ""

    def variants(self, transcoder, folder):
        return Variants(
            catalog=self.world.memory.catalog,
            blobs=self.blobs,
            transcoder=transcoder,
            room=SpoolRoom(folder),
            observer=self.telemetry,
        )

    def app(self):
        variants = self.make_variants(self) if self.make_variants else None
        web = Web(
            variants=variants,
            dialects=[self.dialect],
            media=self.world.media,
            blobs=self.blobs,
            telemetry=self.telemetry,
            checks={name: self._check(name) for name in ("database", "blobs")},
            **self.options,
        )
        return build(web)

    def _check(self, name):
        async def check():
            if name in self.ill:
                raise StoreFailed

        return check

    @property
    def address(self):
        host, _, port = self.url.removeprefix("http://").partition(":")
        return host, int(port)

    @contextlib.contextmanager
    def socket(self, timeout=10):
        with socket.create_connection(self.address, timeout=timeout) as client:
            yield client

    def talk(self, request, timeout=10):
        """Send raw bytes and return all that comes until the server closes."""
        with self.socket(timeout) as client:
            client.sendall(request)
            return read_all(client)

    def photo(self, *args, **kwargs):
        return asyncio.run(self.world.photo(*args, **kwargs))


def read_all(client):
    got = b""
    with contextlib.suppress(ConnectionResetError):
        while chunk := client.recv(65536):
            got += chunk
    return got


@contextlib.contextmanager
def site(serving=None, **options):
    made = Site(**options)
    with running(made.app, serving) as made.url:
        yield made


@pytest.fixture(scope="module")
def live():
    with site() as made:
        yield made
