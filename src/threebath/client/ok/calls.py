"""OK's three steps, one by one."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field

from threebath.client.calling import StepCalling
from threebath.client.errors import BadShape, SignatureRefused, TokenRefused
from threebath.client.files import Sendable, look_at
from threebath.client.form import FilePart, Form
from threebath.client.ok.wire import read_call, read_upload, words
from threebath.client.progress import Track
from threebath.client.shapes import Shape
from threebath.client.signing import session_secret, signature
from threebath.client.transport import Transport

BASE = "https://api.ok.ru"


@dataclass(frozen=True, slots=True, kw_only=True)
class Session:
    """Who calls: an OAuth token, or the session of a page, or nobody.

    Attributes:
        secret: what calls are signed with; made of the token and the application's
            secret where it is left out.
    """

    access_token: str = field(default="", repr=False)
    session_key: str = field(default="", repr=False)
    secret: str = field(default="", repr=False)


Refresh = Callable[[], Awaitable[Session]]
"""Gets a new session when OK says that the present one has run out (102, 103)."""


@dataclass(frozen=True, slots=True)
class Address:
    """Step 1's result: where to send as many files as there are *photo_ids*."""

    photo_ids: tuple[str, ...]
    url: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Token:
    """Step 2's result for one file: what stands for it in step 3."""

    photo_id: str
    token: str = field(repr=False)


class Calls(StepCalling):
    """The client of one session.

    Args:
        application_key: the application's public key.
        application_secret: signs calls with an access token, and calls of nobody.
        refresh: is asked once for each call that finds the session run out.
        rate: calls a second; OK publishes no number.
        repeatable: whether a repeated commit makes nothing new, as threebath promises
            and OK does not; by default, whether *base* is another host than OK's.
    """

    own_hosts = frozenset({"api.ok.ru", "api.odnoklassniki.ru"})
    words = staticmethod(words)

    def __init__(
        self,
        application_key: str,
        *,
        application_secret: str = "",
        session: Session | None = None,
        base: str = BASE,
        rate: float | None = None,
        refresh: Refresh | None = None,
        repeatable: bool | None = None,
        transport: Transport | None = None,
    ) -> None:
        super().__init__(base, rate, transport, repeatable=repeatable)
        self._key = application_key
        self._secret = application_secret
        self._session = session or Session()
        self._refresh = refresh
        self._signs_session_key = True

    async def _call(self, method: str, params: Mapping[str, str]) -> Shape:
        try:
            return await self._call_signed(method, params)
        except TokenRefused:
            if self._refresh is None:
                raise
            self._session = await self._refresh()
            return await self._call_signed(method, params)

    async def _call_signed(self, method: str, params: Mapping[str, str]) -> Shape:
        """Call; where OK refuses the signature of a session, sign the other way once.

        OK's own JavaScript signs the session key, and OK's documentation leaves it out.
        """
        try:
            return await self._call_once(method, params)
        except SignatureRefused:
            if not self._session.session_key:
                raise
            self._signs_session_key = not self._signs_session_key
        try:
            return await self._call_once(method, params)
        except SignatureRefused:
            self._signs_session_key = not self._signs_session_key
            raise

    async def _call_once(self, method: str, params: Mapping[str, str]) -> Shape:
        await self._pace.turn()
        answer = await self.transport.call(
            f"{self._base}/fb.do", self._signed({**params, "method": method})
        )
        return read_call(answer, method)

    def _signed(self, params: Mapping[str, str]) -> dict[str, str]:
        session = self._session
        fields = {**params, "application_key": self._key, "format": "json"}
        if session.access_token:
            made = session_secret(session.access_token, self._secret)
            sig = signature(fields, session.secret or made)
            return {**fields, "sig": sig, "access_token": session.access_token}
        if session.session_key:
            whole = {**fields, "session_key": session.session_key}
            signed = whole if self._signs_session_key else fields
            return {**whole, "sig": signature(signed, session.secret)}
        return {**fields, "sig": signature(fields, self._secret)}

    async def issue(
        self, params: Mapping[str, object], *, method: str = "photosV2.getUploadUrl"
    ) -> Address:
        """Step 1: get an upload address, for ``count`` photos or for one moment."""
        answer = await self.call(method, params)
        ids = tuple(one.text for one in answer.at("photo_ids").items())
        if not ids:
            raise BadShape(f"{method} gave no photo_ids")
        return Address(ids, answer.at("upload_url").text)

    async def send(self, address: Address, files: Sequence[Sendable]) -> list[Token]:
        """Step 2: send files to an address; all are taken, or none.

        Raises:
            UploadRefused: a file was refused (OK's codes 500 to 505).
            AddressExpired: a new address is needed.
        """
        tracks = [Track(await look_at(file)) for file in files]
        return await self.send_tracks(address, tracks)

    async def send_tracks(self, address: Address, tracks: Sequence[Track]) -> list[Token]:
        """Do step 2 for files that somebody follows."""
        ids = address.photo_ids[: len(tracks)]
        parts = tuple(
            FilePart(f"pic{number}", track) for number, track in enumerate(tracks, 1)
        )

        async def once() -> list[str]:
            answer = await self.transport.send(address.url, Form({}, parts))
            return read_upload(answer, ids)

        tokens = await self._repeat(once, tracks)
        return [Token(*pair) for pair in zip(ids, tokens, strict=True)]
