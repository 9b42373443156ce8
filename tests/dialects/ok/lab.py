"""An OK server without a network: the dialect over memory, and a client that knows it."""

import hashlib
import json
from contextlib import asynccontextmanager
from dataclasses import dataclass

import httpx
from starlette.applications import Starlette
from tests.service import house as houses

from threebath.cli.worlds import ok as world
from threebath.cli.worlds.base import Makings
from threebath.core.signing import Keyring
from threebath.core.tickets import Application
from threebath.dialects.base import Services
from threebath.dialects.ok import OK
from threebath.service.ports import TokenDraft
from threebath.testing import toy

ADDRESS = "http://ok.test"
PICTURE = toy(640, 480)

APP = Application(id=9, key="CBAPPKEY", secret="APPSECRET", title="Second")
"""The application of the protocol page's test vectors."""


def md5(text):
    return hashlib.md5(text.encode()).hexdigest()


@dataclass
class Lab:
    """A client, and the house behind the server."""

    house: houses.House
    http: httpx.AsyncClient
    world: dict
    keys: Keyring
    services: Services

    def signed(self, params, who="token"):
        """Add credentials and a signature, in the documented way."""
        params = {name: str(one) for name, one in params.items() if one is not None}
        params["application_key"] = self.world["application_key"]
        app_secret = self.world["application_secret_key"]
        secret, credentials = app_secret, {}
        if who == "token":
            token = self.world["access_token"]
            secret, credentials = md5(token + app_secret), {"access_token": token}
        elif who == "session":
            secret = self.world["session_secret_key"]
            credentials = {"session_key": self.world["session_key"]}
        text = "".join(f"{name}={params[name]}" for name in sorted(params))
        return {**params, **credentials, "sig": md5(text + secret)}

    async def raw(self, method, who="token", verb="POST", **params):
        """Call a method; return the whole answer."""
        params = self.signed({"method": method, "format": "json", **params}, who)
        where = {"params": params} if verb == "GET" else {"data": params}
        return await self.send_raw(verb, "/fb.do", **where)

    async def send_raw(self, verb, path, **where):
        answer = await self.http.request(verb, path, **where)
        assert answer.status_code == 200
        assert answer.headers["access-control-allow-origin"] == "*"
        assert self.house.notes.failures == []
        return answer

    async def ok(self, method, who="token", verb="POST", **params):
        """Call a method; return what it answers."""
        answer = await self.raw(method, who, verb, **params)
        assert "invocation-error" not in answer.headers, answer.text
        assert answer.headers["content-type"] == "application/json;charset=utf-8"
        return answer.json()

    async def error(self, method, who="token", **params):
        """Call a method that must be refused; return number and words."""
        return told(await self.raw(method, who, **params))

    async def send(self, address, *contents, **parts):
        """Upload *contents* as pic1, pic2, …; return the upload host's whole answer."""
        files = [
            (f"pic{n}", (f"{n}.jpg", one, "image/jpeg"))
            for n, one in enumerate(contents, 1)
        ]
        files = parts.pop("files", files)
        answer = await self.http.post(address, files=files or None, **parts)
        assert answer.status_code == 200
        assert answer.headers["content-type"] == "text/html;charset=utf-8"
        assert answer.headers["access-control-allow-origin"] == "*"
        assert self.house.notes.failures == []
        return answer

    async def upload(self, *contents, method="photosV2.getUploadUrl", **asked):
        """Do steps 1 and 2; return (photo id, token) for each of *contents*."""
        contents = contents or (PICTURE,)
        if method == "photosV2.getUploadUrl":
            asked.setdefault("count", len(contents))
        issued = await self.ok(method, **asked)
        photos = (await self.send(issued["upload_url"], *contents)).json()["photos"]
        return [(one, photos[one]["token"]) for one in issued["photo_ids"]]

    async def commit(self, *pairs, **asked):
        """Commit several photos; return the status objects."""
        listed = [{"photo_id": one, "token": token} for one, token in pairs]
        asked = {"photos": json.dumps(listed), **asked}
        return (await self.ok("photosV2.commit", **asked))["photos"]

    async def photo(self, *contents, **asked):
        """Make a photo; return its permanent id."""
        [pair] = await self.upload(*contents, **asked)
        [done] = await self.commit(pair)
        return done["assigned_photo_id"]

    def topic(self, *media, **more):
        """Return the text of an attachment."""
        return json.dumps({"media": media, **more}, ensure_ascii=False)


def told(answer):
    """Return number and words of a refusal, which has the one shape that clients read."""
    body = answer.json()
    assert set(body) == {"error_code", "error_msg", "error_data"}
    assert answer.headers["invocation-error"] == str(body["error_code"])
    assert answer.headers["x-threebath-reason"]
    assert " : " in body["error_msg"]
    return body["error_code"], body["error_msg"]


@asynccontextmanager
async def build(folder, **options):
    """Build a lab."""
    house = await houses.build(folder)
    keys = Keyring((b"a secret for tests only",))
    stores = house.memory
    makings = Makings(
        registry=stores.registry, library=stores.library, keys=keys, address=ADDRESS
    )
    made = await world.make(makings)
    await stores.registry.add_application(APP)
    for token, secret, permissions in (
        ("sess1", "SESSSECRET", {"PHOTO_CONTENT"}),
        ("tok1", "", {"PHOTO_CONTENT"}),
        ("tok2", "", set()),
    ):
        await stores.registry.add_token(
            TokenDraft(
                token=token,
                app_id=APP.id,
                user_id=world.USER,
                secret=secret,
                permissions=frozenset(permissions),
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
    app = Starlette(routes=list(OK(services).routes()))
    transport = httpx.ASGITransport(app)
    async with httpx.AsyncClient(transport=transport, base_url=ADDRESS) as http:
        yield Lab(house, http, dict(made), keys, services)
