"""A UP server without a network: the dialect over memory, and a client that signs."""

import hashlib
from contextlib import asynccontextmanager
from dataclasses import dataclass
from xml.etree import ElementTree as ET

import httpx
from starlette.applications import Starlette
from tests.service import house as houses

from threebath.cli.worlds import up as world
from threebath.cli.worlds.base import Makings
from threebath.core.signing import Keyring
from threebath.core.tickets import Application
from threebath.dialects.base import Services
from threebath.dialects.up import UP
from threebath.service.media import MediaService
from threebath.service.ports import TokenDraft
from threebath.testing import toy

ADDRESS = "http://up.test"
PICTURE = toy(640, 480)
UPLOAD = "up.photos.upload"
KEY, SECRET = world.API_KEY, world.SECRET
SESSION, OTHER_SESSION = world.SESSION, world.OTHER_SESSION
AID = "940915667462717"
EIGHT = ["pid", "aid", "owner", "src", "src_big", "src_small", "link", "caption"]


def sign(arguments, secret=SECRET, *, order=None):
    """Sign as the manual says; *order* may be Ruby's."""
    pairs = sorted(arguments.items(), key=order)
    text = "".join(f"{name}={value}" for name, value in pairs)
    return hashlib.md5((text + secret).encode()).hexdigest()


def arguments(method, **given):
    """Return the arguments of a call without its signature; None takes one away."""
    made = {
        "method": method,
        "api_key": KEY,
        "community": "mashable",
        "session_key": SESSION,
        "format": "JSON",
        **given,
    }
    return {name: str(value) for name, value in made.items() if value is not None}


@dataclass
class Lab:
    """A client, and the house behind the server."""

    house: houses.House
    http: httpx.AsyncClient
    keys: Keyring

    async def send(self, asked, secret=SECRET, **how):
        """Sign and send arguments; answers come with status 200, whatever they say."""
        signed = asked if "sig" in asked else {**asked, "sig": sign(asked, secret)}
        return await self.post(data=signed, **how)

    async def post(self, **how):
        answer = await self.http.post("/api.php", **how)
        assert answer.status_code == 200
        return answer

    async def ok(self, method, **given):
        """Call a method; return what it answers."""
        answer = (await self.send(arguments(method, **given))).json()
        assert not (isinstance(answer, dict) and "error_code" in answer), answer
        return answer

    async def error(self, method, **given):
        """Call a method that must be refused; return number and words."""
        return refusal(await self.send(arguments(method, **given)))

    async def upload(self, picture=PICTURE, field="data", **given):
        """Upload a photo; return the answer as it is."""
        asked = arguments(UPLOAD, **given)
        files = {field: ("somefilename.jpg", picture, "image/jpg")}
        return await self.send(asked, files=files)

    async def uploaded(self, picture=PICTURE, **given):
        """Upload a photo that must be taken."""
        answer = (await self.upload(picture, **given)).json()
        assert list(answer) == EIGHT, answer
        return answer

    async def refused(self, picture=PICTURE, **given):
        """Upload a photo that must not be taken; return number and words."""
        return refusal(await self.upload(picture, **given))

    async def grant(self, user=world.USER):
        await self.house.memory.registry.grant(world.APP, user, "photo_upload")

    async def application(self, **given):
        """Register another application, with a session of user 219074 for it."""
        made = {"id": 99, "key": "another", "secret": "its own", "title": "Other", **given}
        registry = self.house.memory.registry
        await registry.add_application(Application(**made))
        draft = TokenDraft(token="other-app", app_id=made["id"], user_id=world.USER)
        await registry.add_token(draft)

    async def bytes_at(self, address):
        """Look at a photo's address as a browser would."""
        memory = self.house.memory
        media = MediaService(catalog=memory.catalog, keys=self.keys, clock=self.house.clock)
        parts = httpx.URL(address)
        asset_id, name = parts.path.removeprefix("/i/").split("/")
        letter, _, suffix = name.partition(".")
        view = parts.params.get("view", "")
        found = await media.open(asset_id, letter, suffix=suffix, view=view)
        return memory.blobs.stored[found.key]


def refusal(answer):
    """Return number and words of an error, which says what was sent."""
    found = answer.json()
    assert list(found) == ["error_code", "error_msg", "request_args"], found
    assert answer.headers["x-threebath-reason"]
    return found["error_code"], found["error_msg"]


def read_xml(text):
    """Return a document's root, as a client sees it; nothing comes before the root."""
    assert text.startswith('<?xml version="1.0" encoding="UTF-8"?>\n<')
    return ET.fromstring(text)


@asynccontextmanager
async def build(folder, **options):
    """Build a lab; options are those of the dialect."""
    house = await houses.build(folder)
    keys = Keyring((b"a secret for tests only",))
    stores = house.memory
    await world.make(
        Makings(
            registry=stores.registry, library=stores.library, keys=keys, address=ADDRESS
        )
    )
    services = Services(
        uploads=house.service,
        library=stores.library,
        accounts=stores.accounts,
        registry=stores.registry,
        observer=house.notes,
        keys=keys,
        clock=house.clock,
        address=ADDRESS,
        options={"sign_in": "anyone", **options},
    )
    app = Starlette(routes=list(UP(services).routes()))
    transport = httpx.ASGITransport(app)
    async with httpx.AsyncClient(transport=transport, base_url=ADDRESS) as http:
        yield Lab(house, http, keys)
