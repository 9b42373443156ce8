"""``/login.php`` and ``/authorize.php``: a person lets a program in, or further in.

Source: Facebook's pages on both, which UP's manual leaves out; docs/protocols/up.md.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from urllib.parse import urlencode, urlsplit, urlunsplit

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from threebath.core.errors import BadParameter
from threebath.core.tickets import Application
from threebath.dialects.base import Services
from threebath.dialects.pages import button, escape, hidden, origin_of, page
from threebath.dialects.up.auth import new_code
from threebath.dialects.up.calls import PHOTO_UPLOAD
from threebath.dialects.visitors import CSRF, Visitor, Visitors, read_form

_KEPT = ("api_key", "v", "auth_token", "next", "next_cancel", "ext_perm", "community")
_ALLOW, _CANCEL, _WITHDRAW = "allow", "cancel", "withdraw"


@dataclass(frozen=True, slots=True)
class Asked:
    """What the address of one of the pages asks for.

    Attributes:
        kept: the arguments that the page's form brings back.
        choice: which button was pressed; "" when the page is only looked at.
    """

    application: Application
    kept: Mapping[str, str]
    choice: str = ""

    @property
    def title(self) -> str:
        return self.application.title or "An application"

    @property
    def next(self) -> str:
        return self.kept.get("next", "")


@dataclass(frozen=True, slots=True)
class Question:
    """What one of the pages asks, in HTML."""

    path: str
    title: str
    told: str
    action: str = _ALLOW


@dataclass(frozen=True, slots=True)
class Consent:
    """Both pages."""

    services: Services
    visitors: Visitors

    async def login(self, request: Request) -> Response:
        """Let a program act for who is signed in; its token becomes good for a session."""
        asked, visitor = await self._asked(request)
        if visitor is None:
            return self.visitors.ask(request)
        match asked.choice:
            case "allow":
                return await self._log_in(asked, visitor)
            case "cancel":
                return _leave(asked.kept.get("next_cancel", ""), "Nothing was allowed.")
        told = f"{escape(asked.title)} wants to act for you: see and upload your photos."
        return self._ask(asked, visitor, Question("/login.php", "Log in", told))

    async def _log_in(self, asked: Asked, visitor: Visitor) -> Response:
        registry, now = self.services.registry, self.services.clock()
        if code := asked.kept.get("auth_token", ""):
            known = await registry.code(code, now)
            ours = known is not None and known.app_id == asked.application.id
            if not ours or not await registry.sign_in_code(code, visitor.user.id, now):
                raise BadParameter("auth_token", "is unknown, stale or used")
            return _leave(asked.next, f"Go back to {asked.title} now.")
        user_id = visitor.user.id
        code = await new_code(self.services, asked.application, user_id=user_id)
        back = _with(asked.next, auth_token=code) if asked.next else ""
        return _leave(back, f"You can go back to {asked.title} now.")

    async def authorize(self, request: Request) -> Response:
        """Grant a program a permission for good, or take it back."""
        asked, visitor = await self._asked(request)
        if asked.kept.get("ext_perm", "") != PHOTO_UPLOAD:
            raise BadParameter("ext_perm", f"must be {PHOTO_UPLOAD}")
        if visitor is None:
            return self.visitors.ask(request)
        registry = self.services.registry
        ids = asked.application.id, visitor.user.id
        match asked.choice:
            case "allow":
                await registry.grant(*ids, PHOTO_UPLOAD)
                told = f"Photos from {asked.title} will be seen at once."
                return _leave(asked.next, told)
            case "withdraw":
                await registry.withdraw(*ids, PHOTO_UPLOAD)
                return _leave(asked.next, f"{asked.title} may no longer do that.")
            case "cancel":
                return _leave(asked.kept.get("next_cancel", ""), "Nothing was changed.")
        granted = PHOTO_UPLOAD in await registry.permissions(*ids)
        title = escape(asked.title)
        told = (
            f"Photos from {title} are seen by others at once."
            if granted
            else f"{title} wants its photos to be seen by others at once, without waiting "
            "for you to approve each."
        )
        action = _WITHDRAW if granted else _ALLOW
        question = Question("/authorize.php", "Publish photos", told, action)
        return self._ask(asked, visitor, question)

    async def _asked(self, request: Request) -> tuple[Asked, Visitor | None]:
        fields = dict(await read_form(request))
        application = await self.services.accounts.application(fields.get("api_key", ""))
        kept = {name: fields[name] for name in _KEPT if fields.get(name)}
        for name in ("next", "next_cancel"):
            if name in kept and not origin_of(kept[name]):
                raise BadParameter(name, "must be an address of http or https")
        visitor = await self.visitors.who(request)
        choice = ""
        if request.method == "POST" and visitor:
            if not self.visitors.sent_by(visitor, list(fields.items())):
                raise BadParameter(CSRF, "is not of this page; go back and try again")
            choice = fields.get("choice", "")
        return Asked(application, kept, choice), visitor

    def _ask(self, asked: Asked, visitor: Visitor, question: Question) -> Response:
        token = self.visitors.token_for(visitor)
        where = origin_of(asked.next)
        goes = f'<p class="lead">Then you go on to <code>{escape(where)}</code>.</p>'
        body = f"""<form method="post" action="{question.path}" class="panel">
  <h1>{question.title}</h1>
  <p class="lead">{question.told}</p>{goes if where else ""}
  {hidden(csrf=token, **asked.kept)}
  <div class="row">{button(question.action.title(), name="choice", value=question.action)}
  {button("Cancel", name="choice", value=_CANCEL, look="quiet")}</div>
</form>"""
        return page(
            f"{question.title} · {asked.title}",
            body,
            aside=self.visitors.aside(visitor),
            beyond=[asked.next, asked.kept.get("next_cancel", "")],
        )


def _leave(address: str, told: str) -> Response:
    """Go on to *address*, or say that all is done where there is none."""
    if address:
        return RedirectResponse(address, 303)
    body = f'<div class="panel"><h1>Done</h1><p class="lead">{escape(told)}</p></div>'
    return page("Done", body)


def _with(address: str, **arguments: str) -> str:
    parts = urlsplit(address)
    query: Sequence[str] = [one for one in (parts.query, urlencode(arguments)) if one]
    return urlunsplit(parts._replace(query="&".join(query)))
