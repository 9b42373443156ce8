"""``showProfilePhotoBox``: only a user's own yes gives them an application's photo.

Source: VK's upload manual (seed 000), kind 3, for iframe applications.
"""

import hashlib
from base64 import b64encode
from collections.abc import Mapping
from dataclasses import dataclass
from string import Template
from urllib.parse import urlsplit

from starlette.requests import Request
from starlette.responses import HTMLResponse, Response

from threebath.core.errors import AccessDenied, BadParameter
from threebath.core.library import Photo
from threebath.core.networks.vk import PROFILE
from threebath.core.signing import Purpose
from threebath.core.tickets import Application, Caller
from threebath.dialects.base import Services
from threebath.dialects.pages import button, escape, hidden, origin_of, page
from threebath.dialects.visitors import CSRF, Visitors, read_form
from threebath.dialects.vk.calls import Call
from threebath.service.uploads import Commit

PATH = "/profile_photo"
MARK = "box"

OPENER = """var VK = window.VK || {};
VK.callMethod = function (name, hash) {
  if (name !== "showProfilePhotoBox") return;
  var to = "%s?photo_hash=" + encodeURIComponent(hash) +
    "&origin=" + encodeURIComponent(window.location.origin);
  window.open(to, "threebath", "width=480,height=420");
};
"""
"""What a page of the application includes."""

TELLER = (
    "var d=document.body.dataset;"
    "if(window.opener)window.opener.postMessage("
    "{type:d.type,photo_src:d.src},d.origin);window.close();"
)
"""What the window runs when all is said."""

_DIGEST = b64encode(hashlib.sha256(TELLER.encode()).digest()).decode()
_DONE = Template(
    "<!doctype html><meta charset=utf-8><title>Done</title>"
    '<body data-type="$type" data-src="$src" data-origin="$origin">'
    "<p>$told</p><script>$script</script>"
)


def needs_a_yes(call: Call) -> bool:
    """Say whether the call comes from an iframe application, for its user."""
    named = call.services.options.get("vk_iframe_apps", "").split(",")
    return bool(call.caller.user_id) and str(call.caller.app_id) in named


def ask(call: Call, receipts: list[str]) -> dict[str, object]:
    """Answer ``photos.saveOwnerPhoto`` with what the window is opened with."""
    said = f"{MARK}:{call.caller.app_id}:{call.caller.user_id}:{','.join(receipts)}"
    sealed = call.services.keys.seal(Purpose.PAGE, said.encode())
    return {"photo_hash": sealed, "photo_src": False, "saved": 0}


@dataclass(frozen=True, slots=True)
class Box:
    """The window, and the script that opens it."""

    services: Services

    async def script(self, _request: Request) -> Response:
        """Give applications the script."""
        headers = {"Cache-Control": "public, max-age=3600"}
        text = OPENER % (self.services.address + PATH)
        return Response(text, media_type="text/javascript", headers=headers)

    async def window(self, request: Request) -> Response:
        """Ask the user, and do what they say."""
        fields = dict(await read_form(request))
        app_id, user_id, receipts = self._asked(fields.get("photo_hash", ""))
        application = await self.services.accounts.application_by_id(app_id)
        origin = _known_origin(application, fields.get("origin", ""))
        visitors = Visitors(self.services)
        visitor = await visitors.who(request)
        if visitor is None:
            return visitors.ask(request)
        if visitor.user.id != user_id:
            raise AccessDenied("this photo was uploaded for somebody else")
        if request.method == "POST":
            if not visitors.sent_by(visitor, list(fields.items())):
                raise BadParameter(CSRF, "is not of this page; go back and try again")
            if fields.get("choice") != "yes":
                return _done("onProfilePhotoCancel", "", origin, "Nothing was changed.")
            photo = await self._change(app_id, user_id, receipts)
            return _done("onProfilePhotoSave", self._source(photo), origin, "Done.")
        kept = {name: fields[name] for name in ("photo_hash", "origin")}
        title = escape(application.title or "An application")
        body = f"""<form method="post" action="{PATH}" class="panel">
  <h1>A new profile photo?</h1>
  <p class="lead">{title} wants to make the picture that it uploaded your profile
  photo.</p>{hidden(csrf=visitors.token_for(visitor), **kept)}
  <div class="row">{button("Yes", name="choice", value="yes")}
  {button("No", name="choice", value="no", look="quiet")}</div>
</form>"""
        return page("A new profile photo?", body, aside=visitors.aside(visitor))

    def _asked(self, sealed: str) -> tuple[int, int, list[str]]:
        said = self.services.keys.unseal(Purpose.PAGE, sealed).decode()
        if not said.startswith(f"{MARK}:"):
            raise BadParameter("photo_hash", "is not of photos.saveOwnerPhoto")
        _, app_id, user_id, receipts = said.split(":")
        return int(app_id), int(user_id), receipts.split(",")

    async def _change(self, app_id: int, user_id: int, receipts: list[str]) -> Photo:
        caller = Caller(app_id=app_id, user_id=user_id)
        commits = [Commit(receipt_id=one) for one in receipts]
        return (await self.services.uploads.commit(caller, [PROFILE], commits))[-1]

    def _source(self, photo: Photo) -> str:
        made = photo.asset.rendition("c") or photo.asset.pictures[0]
        return self.services.media_url(photo.asset, made)


def _known_origin(application: Application, origin: str) -> str:
    """Return *origin* if pages of the application may be told there."""
    known = {origin_of(one) for one in application.redirects}
    clean = origin_of(origin)
    if clean and (clean in known or application.may_redirect_to(clean)):
        return clean
    told = f"{urlsplit(origin).netloc[:60]} is not the application's"
    raise BadParameter("origin", told)


def _done(kind: str, source: str, origin: str, told: str) -> Response:
    values: Mapping[str, str] = {"type": kind, "src": source, "origin": origin}
    shown = {name: escape(value) for name, value in values.items()}
    content = _DONE.substitute(**shown, told=told, script=TELLER)
    headers = {
        "Content-Security-Policy": f"default-src 'none'; script-src 'sha256-{_DIGEST}'; "
        "base-uri 'none'; frame-ancestors 'none'",
        "Cache-Control": "no-store",
        "X-Content-Type-Options": "nosniff",
    }
    return HTMLResponse(content, headers=headers)
