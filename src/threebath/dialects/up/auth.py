"""``up.auth``: a token for the user to sign in with, the session that it becomes.

A token that the program asked for itself makes a desktop program's session, which has a
secret of its own; one that our login page gave out signs with the application's.
"""

import secrets
from datetime import timedelta

from threebath.core.errors import BadParameter
from threebath.core.tickets import Application
from threebath.dialects.base import Services
from threebath.dialects.up.calls import Call
from threebath.dialects.up.wire import Payload, Scalar
from threebath.service.ports import CodeDraft, TokenDraft

CODE_LIFE = timedelta(minutes=30)
"""How long a user may take to sign in."""

_CODE_BYTES = 19  # 38 digits, as in the manual's sample


async def new_code(
    services: Services,
    application: Application,
    *,
    user_id: int = 0,
    life: timedelta | None = None,
) -> str:
    """Make a token: of *user_id*, who has signed in, or for somebody who is to."""
    code, now = secrets.token_hex(_CODE_BYTES), services.clock()
    draft = CodeDraft(
        code=code,
        app_id=application.id,
        user_id=user_id,
        community_id=application.community_id,
        life=life,
        own_secret=not user_id,
        expires_at=now + CODE_LIFE,
    )
    await services.registry.add_code(draft, now)
    return code


async def create_token(call: Call) -> Payload:
    """Give out a token; ``expires`` is the future session's life in minutes."""
    minutes = call.number("expires")
    return await new_code(
        call.services,
        call.application,
        life=timedelta(minutes=minutes) if minutes else None,
    )


async def get_session(call: Call) -> Payload:
    """Exchange a token for a session, once somebody has signed in with it."""
    code, now = call.required("auth_token"), call.services.clock()
    registry = call.services.registry
    known = await registry.code(code, now)
    if known is None or known.app_id != call.application.id:
        raise BadParameter("auth_token", "is unknown, stale or used")
    if not known.user_id:
        raise BadParameter("auth_token", "waits for its user to sign in")
    if await registry.take_code(code, now) is None:
        raise BadParameter("auth_token", "is used")
    return await _open_session(call, known)


async def _open_session(call: Call, code: CodeDraft) -> Payload:
    session_key = f"{secrets.token_hex(12)}-{secrets.token_urlsafe(9)}"
    own_secret = secrets.token_hex(16) if code.own_secret else ""
    expires_at = call.services.clock() + code.life if code.life else None
    draft = TokenDraft(
        token=session_key,
        app_id=code.app_id,
        user_id=code.user_id,
        community_id=code.community_id,
        expires_at=expires_at,
        secret=own_secret,
    )
    await call.services.registry.add_token(draft)
    answer: dict[str, Scalar] = {
        "session_key": session_key,
        "uid": str(code.user_id),
        "expires": int(expires_at.timestamp()) if expires_at else 0,
    }
    return {**answer, "secret": own_secret} if own_secret else answer


async def expire_session(call: Call) -> Payload:
    """End the caller's session; answer 1."""
    await call.services.registry.revoke_token(call.arguments["session_key"])
    return 1
