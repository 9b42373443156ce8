"""``/oauth/token.do``: a code or a refresh token becomes an access token."""

import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from threebath.core.errors import (
    BadBody,
    Refused,
    UnknownApplication,
    UploadError,
)
from threebath.core.signing import Purpose, same_secret
from threebath.core.tickets import Application
from threebath.dialects.base import Services
from threebath.dialects.ok.params import is_number
from threebath.dialects.ok.people import LONG_LIFE, life_of
from threebath.dialects.ok.signature import token_secret
from threebath.multipart import CALL, read_pairs
from threebath.service.ports import CodeDraft, TokenDraft

CODE_LIFE = timedelta(minutes=2)
"""How long a code waits to be exchanged (documented)."""

_REFRESH = "-r-"
_BOUND = 12


class OAuthError(UploadError):
    """A request for a token that cannot be answered with one; ``word`` is OAuth's."""

    slug = "refused.oauth"

    def __init__(self, word: str, reason: str) -> None:
        super().__init__(reason)
        self.word = word


@dataclass(frozen=True, slots=True)
class Granted:
    """An access token, and how long it is good."""

    access_token: str
    secret: str
    life: timedelta

    @property
    def expires_in(self) -> int:
        return int(self.life.total_seconds())


@dataclass(frozen=True, slots=True)
class Tokens:
    """Gives out codes, access tokens and refresh tokens."""

    services: Services

    async def application(self, client_id: str) -> Application:
        """Return an application by its id, or by its public key."""
        accounts = self.services.accounts
        if is_number(client_id):
            return await accounts.application_by_id(int(client_id))
        return await accounts.application(client_id)

    async def new_code(
        self,
        application: Application,
        user_id: int,
        permissions: frozenset[str],
        redirect_uri: str,
    ) -> str:
        """Return a code; good once, for who names the same redirect address again."""
        now, bare = self.services.clock(), secrets.token_hex(24)
        code = f"{bare}{self._bond(bare, redirect_uri)}"
        draft = CodeDraft(
            code=code,
            app_id=application.id,
            user_id=user_id,
            permissions=permissions,
            expires_at=now + CODE_LIFE,
        )
        await self.services.registry.add_code(draft, now)
        return code

    def _bond(self, bare: str, redirect_uri: str) -> str:
        said = f"ok code {bare} {redirect_uri}".encode("utf-8", "surrogatepass")
        return self.services.keys.sign(Purpose.PAGE, said, size=_BOUND).hex()

    async def new_token(
        self, application: Application, user_id: int, permissions: frozenset[str]
    ) -> Granted:
        """Return an access token."""
        token = f"-n-{secrets.token_urlsafe(33)}"
        life = life_of(permissions)
        secret = token_secret(token, application.secret)
        await self.services.registry.add_token(
            TokenDraft(
                token=token,
                app_id=application.id,
                user_id=user_id,
                permissions=permissions,
                expires_at=self.services.clock() + life,
                secret=secret,
            )
        )
        return Granted(token, secret, life)

    async def answer(self, request: Request) -> Response:
        """Answer ``/oauth/token.do``.

        Raises:
            OAuthError: there is no token to be had.
        """
        fields = await self._fields(request)
        application = await self._client(fields)
        match fields.get("grant_type", ""):
            case "authorization_code":
                return await self._exchange(application, fields)
            case "refresh_token":
                return await self._refresh(application, fields)
        told = "grant_type must be authorization_code or refresh_token"
        raise OAuthError("unsupported_grant_type", told)

    async def _fields(self, request: Request) -> Mapping[str, str]:
        body = self.services.body(request, CALL.max_bytes)
        kind = request.headers.get("content-type")
        try:
            return dict(await read_pairs(request.scope["query_string"], kind, body, CALL))
        except BadBody as error:
            raise OAuthError("invalid_request", str(error)) from error

    async def _client(self, fields: Mapping[str, str]) -> Application:
        try:
            application = await self.application(fields.get("client_id", ""))
        except UnknownApplication as error:
            raise OAuthError("invalid_client", str(error)) from None
        if not same_secret(
            fields.get("client_secret", "").encode("utf-8", "surrogatepass"),
            application.secret.encode(),
        ):
            raise OAuthError("invalid_client", "client_secret is not the application's")
        return application

    async def _exchange(
        self, application: Application, fields: Mapping[str, str]
    ) -> Response:
        code, now = fields.get("code", ""), self.services.clock()
        bare, bond = code[: -2 * _BOUND], code[-2 * _BOUND :]
        known = await self.services.registry.code(code, now)
        ours = known is not None and known.app_id == application.id
        bound = same_secret(
            bond.encode("utf-8", "surrogatepass"),
            self._bond(bare, fields.get("redirect_uri", "")).encode(),
        )
        if not (ours and bound) or code.startswith(_REFRESH):
            raise OAuthError(
                "invalid_grant", "code is unknown, stale, used, or of another redirect_uri"
            )
        taken = await self.services.registry.take_code(code, now)
        if taken is None:
            raise OAuthError("invalid_grant", "code is used")
        refresh = f"{_REFRESH}{secrets.token_urlsafe(33)}"
        await self.services.registry.add_code(
            CodeDraft(
                code=refresh,
                app_id=application.id,
                user_id=taken.user_id,
                permissions=taken.permissions,
                expires_at=now + LONG_LIFE,
            ),
            now,
        )
        granted = await self.new_token(application, taken.user_id, taken.permissions)
        return _told(granted, refresh_token=refresh)

    async def _refresh(
        self, application: Application, fields: Mapping[str, str]
    ) -> Response:
        token, now = fields.get("refresh_token", ""), self.services.clock()
        known = await self.services.registry.code(token, now)
        if token.startswith(_REFRESH) and known and known.app_id == application.id:
            granted = await self.new_token(application, known.user_id, known.permissions)
            return _told(granted)
        try:
            # An old gem refreshes with its access token, and goes on with what it is told.
            caller = await self.services.accounts.caller(token, now)
        except Refused:
            caller = None
        if caller is None or caller.app_id != application.id or not caller.user_id:
            raise OAuthError("invalid_grant", "refresh_token is unknown or stale")
        return _told(Granted(token, "", life_of(caller.permissions)))


def _told(granted: Granted, **more: str) -> Response:
    told = {
        "access_token": granted.access_token,
        **more,
        "expires_in": granted.expires_in,
        "token_type": "session",
    }
    return JSONResponse(told, headers={"Cache-Control": "no-store"})


def refusal(error: UploadError) -> Response:
    """Return what OAuth says of an error."""
    word = error.word if isinstance(error, OAuthError) else "temporarily_unavailable"
    status = {"temporarily_unavailable": 503, "invalid_client": 401}.get(word, 400)
    told = {"error": word, "error_description": str(error)}
    return JSONResponse(told, status, headers={"Cache-Control": "no-store"})
