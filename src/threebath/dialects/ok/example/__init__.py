"""``/ok/example``: OK's own example as a page of ours, with a session in the browser."""

from dataclasses import dataclass
from importlib.resources import files
from string import Template

from starlette.requests import Request
from starlette.responses import Response

from threebath.core.errors import NotFound
from threebath.core.signing import Purpose
from threebath.dialects.base import Services
from threebath.dialects.ok.calls import PHOTO_CONTENT, VALUABLE_ACCESS
from threebath.dialects.ok.people import SHORT_LIFE
from threebath.dialects.pages import Program, escape, page_with
from threebath.dialects.visitors import Visitor, Visitors
from threebath.service.ports import TokenDraft

PATH = "/ok/example"
APPLICATION = "ok_example"
"""The setting that says for which application the page acts."""

_HERE = files(__name__)
_BODY = Template((_HERE / "page.html").read_text("utf-8"))
_PROGRAM = Program(
    (_HERE / "script.js").read_text("utf-8"), (_HERE / "style.css").read_text("utf-8")
)


@dataclass(frozen=True, slots=True)
class Example:
    """The page."""

    services: Services
    visitors: Visitors

    async def answer(self, request: Request) -> Response:
        """Show the page to who is signed in.

        Raises:
            NotFound: the setting names no application.
        """
        key = self.services.options.get(APPLICATION, "")
        if not key:
            told = "there is no example here: the setting dialects.ok_example is empty"
            raise NotFound(told)
        visitor = await self.visitors.who(request)
        if visitor is None:
            return self.visitors.ask(request)
        application = await self.services.accounts.application(key)
        session, secret = await self._session(application.id, visitor)
        values = {
            "api": f"{self.services.address}/",
            "key": application.key,
            "session": session,
            "secret": secret,
            "title": application.title or application.key,
        }
        return page_with(
            _PROGRAM,
            "Photos for OK",
            _BODY.substitute({name: escape(value) for name, value in values.items()}),
            aside=self.visitors.aside(visitor),
            beyond=[self.services.address],
        )

    async def _session(self, app_id: int, visitor: Visitor) -> tuple[str, str]:
        """Return a session's key and secret; a visitor's stay the same.

        However often the page is opened, one row is kept.
        """
        said = f"{app_id}:{visitor.user.id}:{visitor.mark}".encode()
        keys = self.services.keys
        key = "-s-" + keys.sign(Purpose.PAGE, b"ok session key " + said, size=24).hex()
        secret = keys.sign(Purpose.PAGE, b"ok session secret " + said, size=16).hex()
        draft = TokenDraft(
            token=key,
            app_id=app_id,
            user_id=visitor.user.id,
            permissions=frozenset({PHOTO_CONTENT, VALUABLE_ACCESS}),
            expires_at=self.services.clock() + SHORT_LIFE,
            secret=secret,
        )
        await self.services.registry.add_token(draft)
        return key, secret
