"""UP: one signed call that does everything."""

import time
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any, Unpack

from threebath.client.batch import Batch, Options, Sender, send_one
from threebath.client.calling import Calling
from threebath.client.checks import LIMITS
from threebath.client.errors import ClientError, TokenRefused
from threebath.client.files import Sendable
from threebath.client.flow import Saved
from threebath.client.form import FilePart, Form
from threebath.client.progress import Listener, Track, ignore
from threebath.client.shapes import Shape
from threebath.client.signing import signature
from threebath.client.transport import Transport
from threebath.client.up.wire import read
from threebath.core.kinds import Limits

BASE = "http://platform.converdge.com"
UPLOAD = "up.photos.upload"

Login = Callable[[], Awaitable[str]]
"""Gets a new session key when UP says that the present one has run out (102)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Photo:
    """A photo. Only ``pid``, ``aid`` and ``owner`` last; addresses may change.

    Attributes:
        link: its page; while it waits for the user's approval, only the user sees it.
    """

    pid: str
    aid: str
    owner: str
    src: str = ""
    src_big: str = ""
    src_small: str = ""
    link: str = ""
    caption: str = ""


class UP(Calling):
    """Uploads in the name of one session; use it as ``async with UP(key, ...) as up``.

    Args:
        api_key: the application's key.
        secret: what calls are signed with: the application's secret, or for desktop
            applications the session's.
        login: is asked once for each call that finds the session run out.
        rate: calls a second; UP publishes no number.
    """

    def __init__(
        self,
        api_key: str,
        secret: str,
        *,
        session_key: str = "",
        community: str = "",
        base: str = BASE,
        rate: float | None = None,
        login: Login | None = None,
        transport: Transport | None = None,
    ) -> None:
        super().__init__(base, rate, transport)
        self._key, self._secret = api_key, secret
        self._session_key, self._community = session_key, community
        self._login = login
        self._last_call = Decimal(0)

    async def call(
        self,
        method: str,
        params: Mapping[str, object],
        *,
        track: Track | None = None,
        repeatable: bool = True,
    ) -> Shape:
        """Call any method, with a file if *track* is given.

        Raises:
            NetworkError: UP refused.
            Uncertain: it is not *repeatable*, and it is not known whether it was done.
        """
        return await self._repeat(
            lambda: self._call(method, params, track),
            () if track is None else (track,),
            repeatable=repeatable,
        )

    async def _call(
        self, method: str, params: Mapping[str, object], track: Track | None
    ) -> Shape:
        try:
            return await self._call_once(method, params, track)
        except TokenRefused:
            if self._login is None:
                raise
            self._session_key = await self._login()
            return await self._call_once(method, params, track)

    async def _call_once(
        self, method: str, params: Mapping[str, object], track: Track | None
    ) -> Shape:
        await self._pace.turn()
        url, fields = f"{self._base}/api.php", self._signed(method, params)
        if track is None:
            return read(await self.transport.call(url, fields), method)
        form = Form(fields, (FilePart("data", track),))
        return read(await self.transport.send(url, form), method)

    def _signed(self, method: str, params: Mapping[str, object]) -> dict[str, str]:
        """Sign the text fields, in the order of the documentation's sample."""
        fields = {
            "method": method,
            "api_key": self._key,
            "community": self._community,
            "session_key": self._session_key,
            "call_id": self._call_id(),
            **{name: str(value) for name, value in params.items() if value is not None},
            "format": "JSON",
        }
        fields = {name: value for name, value in fields.items() if value}
        return {**fields, "sig": signature(fields, self._secret)}

    def _call_id(self) -> str:
        """Return the time with six decimals, always later than the last."""
        now = Decimal(time.time_ns() // 1000) / 1_000_000
        self._last_call = max(now, self._last_call + Decimal("0.000001"))
        return f"{self._last_call:.6f}"

    async def upload_photo(
        self,
        file: Sendable,
        *,
        album: int | str | None = None,
        caption: str = "",
        tell: Listener = ignore,
    ) -> Photo:
        """Add a photo to an album; without *album*, to the application's own.

        Raises:
            Uncertain: the connection broke when UP had the whole file.
        """
        return await send_one(UpFlow(self, album, caption), file, tell)

    async def upload_photos(
        self,
        files: Sequence[Sendable],
        *,
        album: int | str | None = None,
        caption: str = "",
        **options: Unpack[Options],
    ) -> Batch[Photo]:
        """Add photos to an album, one call for each."""
        return await Sender(UpFlow(self, album, caption), **options).send(files)


@dataclass(frozen=True, slots=True)
class UpFlow:
    """Photos of an album. A second call is a second photo, so none is made blindly."""

    up: UP
    album: int | str | None = None
    caption: str = ""
    group: int = 1
    repeatable: bool = field(default=False, init=False)
    whole: bool = field(default=False, init=False)
    late: bool = field(default=True, init=False)

    @property
    def limits(self) -> Limits | None:
        return LIMITS.get("up.photo")

    async def receive(self, tracks: Sequence[Track]) -> dict[str, Any]:
        """See `Flow.receive`; here `commit` sends."""
        return {}

    async def commit(
        self, claim: dict[str, Any], tracks: Sequence[Track]
    ) -> Sequence[Saved[Photo] | ClientError]:
        """See `Flow.commit`."""
        params = {"caption": self.caption, "aid": self.album}
        return [
            _saved(await self.up.call(UPLOAD, params, track=track, repeatable=False))
            for track in tracks
        ]


def _saved(answer: Shape) -> Saved[Photo]:
    photo = Photo(
        pid=answer.at("pid").identifier,
        aid=answer.at("aid").identifier,
        owner=answer.at("owner").identifier,
        src=answer.text_or("src"),
        src_big=answer.text_or("src_big"),
        src_small=answer.text_or("src_small"),
        link=answer.text_or("link"),
        caption=answer.text_or("caption"),
    )
    return Saved(photo.pid, photo.link or photo.src_big, photo)
