"""Who calls: ``users``, ``auth`` and ``sdk``."""

import secrets
from collections.abc import Mapping
from datetime import timedelta
from types import MappingProxyType

from threebath.core.errors import BadParameter, PhotoNotFound, UnknownSession
from threebath.dialects.ok.calls import (
    LONG_ACCESS_TOKEN,
    Access,
    Call,
    Method,
    permission_named,
)
from threebath.dialects.ok.objects import user_object

SHORT_LIFE = timedelta(minutes=30)
LONG_LIFE = timedelta(days=30)
"""How long sessions live without and with `LONG_ACCESS_TOKEN`."""


def life_of(permissions: frozenset[str]) -> timedelta:
    """Return how long a session with *permissions* lives."""
    return LONG_LIFE if LONG_ACCESS_TOKEN in permissions else SHORT_LIFE


async def get_current_user(call: Call) -> object:
    """Answer ``users.getCurrentUser``."""
    found = await call.services.accounts.users([call.caller.user_id])
    if not found:
        raise UnknownSession
    try:
        photo = await call.services.library.photo(found[0].main_photo_id)
    except PhotoNotFound:
        photo = None
    return user_object(found[0], photo, call.services)


async def has_app_permission(call: Call) -> object:
    """Answer ``users.hasAppPermission`` with a bare true or false."""
    return permission_named(call.params.required("ext_perm")) in call.caller.permissions


async def touch_session(call: Call) -> object:
    """Answer ``auth.touchSession``: the session lives on from now."""
    expires_at = call.services.clock() + life_of(call.caller.permissions)
    await call.services.registry.prolong_token(call.token, expires_at)
    return True


async def expire_session(call: Call) -> object:
    """Answer ``auth.expireSession``: the session ends now."""
    await call.services.registry.revoke_token(call.token)
    return True


async def sdk_init(call: Call) -> object:
    """Answer ``sdk.init`` with a session of nobody, which no method here takes.

    Mobile programs call it unsigned, to learn where the API is.
    """
    if not isinstance(call.params.json("session_data"), dict):
        raise BadParameter("session_data", "is not a JSON object")
    return {
        "session_key": f"-s-{secrets.token_urlsafe(24)}",
        "session_secret_key": secrets.token_hex(16),
        "api_server": f"{call.services.address}/",
        "activated_profile": True,
    }


METHODS: Mapping[str, Method] = MappingProxyType(
    {
        "users.getCurrentUser": Method(get_current_user),
        "users.hasAppPermission": Method(has_app_permission, access=Access.USER),
        "auth.touchSession": Method(touch_session),
        "auth.expireSession": Method(expire_session),
        "sdk.init": Method(sdk_init, access=Access.ANYBODY),
    }
)
