"""Who calls, and whether the signature says so."""

from dataclasses import dataclass

from threebath.core.errors import BadSignature, UnknownSession
from threebath.core.tickets import Application, Caller, TokenKind
from threebath.dialects.base import Services
from threebath.dialects.ok.calls import Access, Call, Method
from threebath.dialects.ok.errors import NoApplicationKey, NoSignature, SessionMissing
from threebath.dialects.ok.params import Params
from threebath.dialects.ok.signature import (
    ACCESS_TOKEN,
    SESSION_KEY,
    SIG,
    check_signature,
    token_secret,
)


@dataclass(frozen=True, slots=True)
class Admission:
    """Checks a call's application, session, signature and address, in this order."""

    services: Services

    def _is_on(self, name: str) -> bool:
        return self.services.options.get(name, "False") == "True"

    async def application(self, params: Params) -> Application:
        """Return the application that calls, or raise `UnknownApplication`."""
        key = params.text("application_key")
        if not key:
            raise NoApplicationKey
        return await self.services.accounts.application(key)

    async def admit(
        self,
        name: str,
        method: Method,
        application: Application,
        params: Params,
        address: str,
    ) -> Call:
        """Return the call, if it is what it says.

        Args:
            address: where the call comes from.

        Raises:
            Refused: it is not.
        """
        token, secrets = "", [application.secret]
        caller = Caller(app_id=application.id, kind=TokenKind.SERVICE)
        if access_token := params.text(ACCESS_TOKEN):
            token = access_token
            caller = await self._session(application, token)
            secrets = [token_secret(token, application.secret), caller.secret]
        elif session_key := params.text(SESSION_KEY):
            token = session_key
            caller = await self._session(application, token)
            if not caller.secret:
                raise UnknownSession
            secrets = [caller.secret]
        elif method.access is Access.USER and params.text("uid"):
            caller = await self._granted(application, params.uid())
        elif method.access is not Access.ANYBODY:
            raise SessionMissing
        self._check_signature(method, params, secrets)
        application.check_address(address)
        return Call(
            method=name,
            application=application,
            caller=caller,
            params=params,
            token=token,
            services=self.services,
        )

    async def _session(self, application: Application, token: str) -> Caller:
        caller = await self.services.accounts.caller(token, self.services.clock())
        if caller.app_id != application.id or not caller.user_id:
            raise UnknownSession
        return caller

    async def _granted(self, application: Application, user_id: int) -> Caller:
        """Return a caller without a session: for what the user granted for good."""
        granted = await self.services.registry.permissions(application.id, user_id)
        return Caller(app_id=application.id, user_id=user_id, permissions=granted)

    def _check_signature(self, method: Method, params: Params, secrets: list[str]) -> None:
        sig = params.text(SIG)
        if not sig:
            with_token = bool(params.text(ACCESS_TOKEN)) and self._is_on("ok_unsigned")
            unsigned = not params.text(ACCESS_TOKEN) and not params.text(SESSION_KEY)
            if with_token or (method.access is Access.ANYBODY and unsigned):
                return
            raise NoSignature
        lenient = self._is_on("ok_lenient_signatures")
        try:
            check_signature(params.signed, sig, secrets, lenient=lenient)
        except BadSignature:
            raise BadSignature(_advice(sig)) from None


def _advice(sig: str) -> str:
    """Return OK's words, and after them what we can tell."""
    told = "Invalid signature"
    return f"{told} (it must be in lower case)" if sig != sig.lower() else told
