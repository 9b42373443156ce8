"""VK's three steps, one by one."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Generic, TypeVar

from threebath.client.calling import StepCalling, receive_at
from threebath.client.errors import AddressExpired, BadShape, CaptchaNeeded, UploadRefused
from threebath.client.files import Sendable, look_at
from threebath.client.form import FilePart, Form
from threebath.client.progress import Track
from threebath.client.shapes import Shape
from threebath.client.transport import Transport
from threebath.client.vk.kinds import Kind
from threebath.client.vk.wire import check_taken, read_call, read_upload, words

R = TypeVar("R")

BASE = "https://api.vk.ru"
VERSION = "5.199"

Captcha = Callable[[str, str], Awaitable[str]]
"""Is given a captcha's id and its picture's address; returns what a human read there."""


@dataclass(frozen=True, slots=True)
class Address(Generic[R]):
    """Step 1's result: where to send files of one kind."""

    kind: Kind[R]
    params: Mapping[str, str]
    url: str = field(repr=False)
    answer: Shape = field(repr=False)


@dataclass(frozen=True, slots=True)
class Reply(Generic[R]):
    """Step 2's result: what was received, to be saved."""

    kind: Kind[R]
    params: Mapping[str, str]
    members: Mapping[str, Any] = field(repr=False)


class Calls(StepCalling):
    """The client of one token.

    Args:
        token: a user's or a community's access token.
        base: address of the API host, without ``/method``.
        rate: calls a second; VK allows 3 to a user and 20 to a community.
        captcha: is asked when VK wants a human (error 14); without it the error rises.
        repeatable: whether a repeated save makes nothing new, as threebath promises and
            VK does not; by default, whether *base* is another host than VK's.
    """

    own_hosts = frozenset({"api.vk.com", "api.vk.ru"})
    words = staticmethod(words)

    def __init__(
        self,
        token: str,
        *,
        base: str = BASE,
        version: str = VERSION,
        rate: float | None = 3.0,
        captcha: Captcha | None = None,
        repeatable: bool | None = None,
        transport: Transport | None = None,
    ) -> None:
        super().__init__(base, rate, transport, repeatable=repeatable)
        self._common = {"access_token": token, "v": version}
        self._captcha = captcha
        self._addresses: dict[object, Address[Any]] = {}
        self._issuing = asyncio.Lock()

    async def _call(self, method: str, params: Mapping[str, str]) -> Shape:
        try:
            return await self._call_once(method, params)
        except CaptchaNeeded as error:
            if self._captcha is None:
                raise
            told = Shape(error.facts, method)
            sid, picture = told.at("captcha_sid").scalar, told.text_or("captcha_img")
            key = await self._captcha(sid, picture)
            answer = {**params, "captcha_sid": sid, "captcha_key": key}
            return await self._call_once(method, answer)

    async def _call_once(self, method: str, params: Mapping[str, str]) -> Shape:
        await self._pace.turn()
        url = f"{self._base}/method/{method}"
        answer = await self.transport.call(url, {**params, **self._common})
        return read_call(answer, method)

    async def issue(self, kind: Kind[R], params: Mapping[str, object]) -> Address[R]:
        """Step 1: get an upload address."""
        given = words({**kind.when, **params})
        # A video is made by this step, so it is not repeated where that would show.
        repeatable = bool(kind.save) or self.repeatable
        answer = await self.call(kind.issue, given, repeatable=repeatable)
        return Address(kind, given, answer.at("upload_url").text, answer)

    async def send(
        self,
        address: Address[R],
        files: Sequence[Sendable],
        fields: Mapping[str, str] | None = None,
    ) -> Reply[R]:
        """Step 2: send files to an address; what is never saved vanishes by itself.

        Raises:
            UploadRefused: a file was not taken.
            AddressExpired: a new address is needed.
        """
        tracks = [Track(await look_at(file)) for file in files]
        return await self.send_tracks(address, tracks, fields or {})

    async def send_tracks(
        self, address: Address[R], tracks: Sequence[Track], fields: Mapping[str, str]
    ) -> Reply[R]:
        """Do step 2 for files that somebody follows."""
        names = (address.kind.form_field.format(n=number) for number in range(1, 100))
        parts = tuple(FilePart(*pair) for pair in zip(names, tracks, strict=False))

        async def once() -> Reply[R]:
            answer = await self.transport.send(address.url, Form(fields, parts))
            members = read_upload(answer)
            check_taken(members, len(tracks), answer.reason)
            return Reply(address.kind, address.params, members)

        return await self._repeat(once, tracks)

    async def receive(
        self,
        kind: Kind[R],
        params: Mapping[str, object],
        tracks: Sequence[Track],
        fields: Mapping[str, str],
    ) -> Reply[R]:
        """Do steps 1 and 2; where an address has expired, with a new one."""

        async def send(address: Address[R]) -> Reply[R]:
            try:
                return await self.send_tracks(address, tracks, fields)
            except AddressExpired:
                self._addresses.clear()
                raise

        return await receive_at(lambda: self._address(kind, params), send, tracks)

    async def _address(self, kind: Kind[R], params: Mapping[str, object]) -> Address[R]:
        if not kind.reusable:
            return await self.issue(kind, params)
        key = (kind.issue, *sorted(words({**kind.when, **params}).items()))
        async with self._issuing:
            if key not in self._addresses:
                self._addresses[key] = await self.issue(kind, params)
            return self._addresses[key]

    async def save(
        self, reply: Reply[R], params: Mapping[str, object] | None = None
    ) -> tuple[R, ...]:
        """Step 3: save what was received.

        Raises:
            UploadRefused: the reply of step 2 lacks what this step takes.
            Uncertain: see `call`.
        """
        kind = reply.kind
        taken = {name: _find(reply.members, place) for name, place in kind.takes.items()}
        carried = {name: reply.params.get(name) for name in kind.carries}
        given = {**carried, **taken, **(params or {})}
        answer = await self.call(kind.save, given, repeatable=self.repeatable)
        return kind.read(answer)


def _find(reply: Mapping[str, Any], place: str) -> str | None:
    """Take a member out of a reply; ``a.b`` is nested, a final ``?`` may be absent."""
    found: Shape | None = Shape(dict(reply), "the upload's answer")
    for name in place.rstrip("?").split("."):
        found = found.maybe(name) if found else None
    if found is None and not place.endswith("?"):
        told = f"the upload's answer has no {place}"
        raise UploadRefused("incomplete", told) from BadShape(told)
    return found.scalar if found else None
