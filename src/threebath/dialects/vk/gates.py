"""What stands between a known caller and a method: how often, and the test captcha."""

import re
import secrets
from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from types import MappingProxyType

from starlette.requests import Request
from starlette.responses import Response

from threebath.core.errors import TooManyCalls
from threebath.core.signing import Purpose, same_secret
from threebath.core.tickets import TokenKind
from threebath.dialects.base import Services
from threebath.dialects.vk.calls import Call
from threebath.dialects.vk.errors import CaptchaNeeded

SECOND = timedelta(seconds=1)
MOST_KNOWN = 10_000
"""Tokens whose last calls a process remembers."""

RATES: Mapping[TokenKind, int] = MappingProxyType(
    {TokenKind.USER: 3, TokenKind.SERVICE: 3, TokenKind.COMMUNITY: 20}
)
"""Calls a second (docs/protocols/vk.md, section 5)."""

_LETTERS = "acdefhkmnpqrsuvxz"
_SID = re.compile(r"[0-9a-f]{32}")


@dataclass(frozen=True, slots=True)
class Rates:
    """Counts the calls of each token in this process; only where a setting says so."""

    services: Services
    _calls: dict[str, deque[datetime]] = field(default_factory=dict)

    def check(self, call: Call, token: str) -> None:
        """Raise `TooManyCalls` if the token's second is full."""
        if self.services.options.get("vk_rates") != "True":
            return
        most, now = RATES[call.caller.kind], self.services.clock()
        if token not in self._calls and len(self._calls) >= MOST_KNOWN:
            self._calls.pop(next(iter(self._calls)))
        times = self._calls.setdefault(token, deque(maxlen=most))
        if len(times) == most and now - times[0] < SECOND:
            raise TooManyCalls(f"{most} a second")
        times.append(now)


@dataclass(frozen=True, slots=True)
class Captcha:
    """Asks programs under test for a captcha: before the methods that a setting names.

    It keeps nobody out, for its picture is text: it is there to see what programs do.
    """

    services: Services

    def check(self, call: Call) -> None:
        """Raise `CaptchaNeeded` unless the call answers one, or its method needs none."""
        needy = self.services.options.get("vk_captcha", "").split(",")
        if call.method not in needy:
            return
        sid, key = call.params.get("captcha_sid", ""), call.params.get("captcha_key", "")
        if _SID.fullmatch(sid) and same_secret(key.lower(), self.answer_to(sid)):
            return
        fresh = secrets.token_hex(16)
        raise CaptchaNeeded(fresh, f"{self.services.address}/captcha.php?sid={fresh}&s=1")

    def answer_to(self, sid: str) -> str:
        """Return what the picture says."""
        digest = self.services.keys.sign(Purpose.PAGE, f"captcha|{sid}".encode(), size=5)
        return "".join(_LETTERS[one % len(_LETTERS)] for one in digest)

    async def picture(self, request: Request) -> Response:
        """Show the picture."""
        sid = request.query_params.get("sid", "")
        if not _SID.fullmatch(sid):
            return Response("no such captcha", 404, media_type="text/plain")
        text = self.answer_to(sid)
        drawn = (
            '<svg xmlns="http://www.w3.org/2000/svg" width="130" height="50">'
            '<rect width="130" height="50" fill="#eee"/>'
            f'<text x="14" y="35" font-size="30" transform="rotate(-4)">{text}</text></svg>'
        )
        headers = {"Cache-Control": "no-store", "Content-Security-Policy": "sandbox"}
        return Response(drawn, media_type="image/svg+xml", headers=headers)
