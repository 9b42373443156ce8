"""A VK server without a network: the dialect over memory, and a client that knows it."""

import json
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

import httpx
from starlette.applications import Starlette
from tests.dialects.vk import shapes
from tests.dialects.vk.samples import SAMPLES
from tests.service import house as houses

from threebath.cli.worlds import vk as world
from threebath.cli.worlds.base import Makings
from threebath.core.signing import Keyring
from threebath.dialects.base import Services
from threebath.dialects.vk import VK
from threebath.testing import toy

ADDRESS = "http://vk.test"
PICTURE = toy(640, 480)
V = "5.199"


@dataclass
class Steps:
    """What each of three steps answered."""

    issued: object
    reply: dict
    saved: object
    sent: dict


@dataclass
class Lab:
    """A client, and the house behind the server."""

    house: houses.House
    http: httpx.AsyncClient
    world: dict
    keys: Keyring
    services: Services
    sent: dict = field(default_factory=dict)
    answers: list = field(default_factory=list)

    async def raw(self, method, token="user", verb="POST", **params):
        """Call a method; return the whole answer."""
        params = {"v": V, **params}
        if token:
            params["access_token"] = self.world.get(f"{token}_token", token)
        params = {name: value for name, value in params.items() if value is not None}
        where = {"params": params} if verb == "GET" else {"data": params}
        answer = await self.http.request(verb, f"/method/{method}", **where)
        assert answer.status_code == 200
        assert answer.headers["content-type"] == "application/json"
        return answer

    async def ok(self, method, token="user", **params):
        """Call a method; return what it answers."""
        answer = (await self.raw(method, token, **params)).json()
        assert "error" not in answer, answer
        if method in shapes.METHODS:
            shapes.check(shapes.METHODS[method], answer["response"])
        return answer["response"]

    async def error(self, method, token="user", **params):
        """Call a method that must be refused; return number and words."""
        answer = await self.raw(method, token, **params)
        error = answer.json()["error"]
        assert answer.headers["x-threebath-reason"]
        shapes.check(shapes.ERROR, error)
        assert "access_token" not in [one["key"] for one in error["request_params"]]
        return error["error_code"], error["error_msg"]

    async def send(self, address, *contents, name="photo", **fields):
        """Upload *contents*; return the upload server's reply."""
        files = [
            (name.format(n=n), (f"{n}.jpg", content))
            for n, content in enumerate(contents, 1)
        ]
        answer = await self.http.post(address, files=files or None, data=fields)
        assert answer.status_code == 200
        shapes.check(shapes.REPLY, answer.json())
        return answer.json()

    async def three_steps(self, row, name=None, **changes):
        """Use a kind as its sample says: issue, send, save."""
        sample = SAMPLES[row.kind.name]
        issued = await self.ok(row.issue, sample.token, **sample.asked)
        address = issued if isinstance(issued, str) else issued["upload_url"]
        files = [(name or row.file.format(n=1), (sample.filename, sample.content))]
        reply = (await self.http.post(address, files=files)).json()
        saved = await self.save(row, reply) if row.commit else reply
        return Steps(issued, reply, saved, self.sent)

    async def save(self, row, reply):
        """Save an upload's reply the way that clients do: all of its members."""
        sample = SAMPLES[row.kind.name]
        if row.wrapped:
            reply = {row.payload: reply["response"][row.reply[0]]}
        elif row.raw:
            reply = {row.raw: json.dumps(reply)}
        elif len(row.reply) == 1 or row.payload not in row.reply:
            reply = {row.payload: reply[row.reply[0]]}
        self.sent = {**reply, **sample.saved}
        return await self.ok(row.commit, sample.token, **self.sent)

    async def wall_reply(self, *contents, token="user", **asked):
        """Do steps 1 and 2 for the wall."""
        issued = await self.ok("photos.getWallUploadServer", token, **asked)
        return await self.send(issued["upload_url"], *(contents or (PICTURE,)))


@asynccontextmanager
async def build(folder):
    """Build a lab."""
    house = await houses.build(folder)
    keys = Keyring((b"a secret for tests only",))
    stores = house.memory
    makings = Makings(
        registry=stores.registry, library=stores.library, keys=keys, address=ADDRESS
    )
    made = await world.make(makings)
    services = Services(
        uploads=house.service,
        library=stores.library,
        accounts=stores.accounts,
        registry=stores.registry,
        observer=house.notes,
        keys=keys,
        clock=house.clock,
        address=ADDRESS,
    )
    app = Starlette(routes=list(VK(services).routes()))
    transport = httpx.ASGITransport(app)
    async with httpx.AsyncClient(transport=transport, base_url=ADDRESS) as http:
        yield Lab(house, http, dict(made), keys, services)
