"""UP's one entrance, ``/api.php``, and the pages that people see."""

from collections.abc import Mapping, Sequence

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from threebath.core.errors import UploadError
from threebath.core.kinds import UploadKind
from threebath.core.networks.up import PHOTO
from threebath.dialects.base import Services, guarded
from threebath.dialects.up.admission import Admission, Pace, named
from threebath.dialects.up.answers import Style
from threebath.dialects.up.body import Incoming
from threebath.dialects.up.calls import Rules
from threebath.dialects.up.errors import FACEBOOK
from threebath.dialects.up.pages import Pages

DOORS = ("/api.php", "/restserver.php")
OTHER = "other"
"""What a method that there is not is counted as."""


class UP:
    """The dialect, as the web layer sees it."""

    name = "up"
    kinds: Sequence[UploadKind] = (PHOTO,)
    codes: Mapping[type[UploadError], int] = FACEBOOK
    entrances: Sequence[str] = DOORS

    def __init__(self, services: Services) -> None:
        self.services = services
        self.rules = Rules.of(services.options)
        self.admission = Admission(services, self.rules, Pace(self.rules.calls_per_minute))
        self.pages = Pages(services)

    def routes(self) -> Sequence[BaseRoute]:
        doors = [Route(path, self.call, methods=["GET", "POST"]) for path in DOORS]
        return (*doors, *self.pages.routes())

    async def call(self, request: Request) -> Response:
        """Answer one call; always with status 200."""
        with Incoming(self.services.uploads.room) as incoming:
            return await guarded(
                self._answer(request, incoming),
                lambda error: self._refuse(error, incoming),
                observer=self.services.observer,
                where="up call",
            )

    async def _answer(self, request: Request, incoming: Incoming) -> Response:
        await incoming.read(request, self.services)
        method = named(incoming)
        address = request.client.host if request.client else ""
        call = await self.admission.admit(method, incoming, address)
        payload = await method.handler(call)
        self.services.observer.call(self.name, method.name, "ok")
        return Style.of(call.arguments).answer(method.name, payload)

    def _refuse(self, error: UploadError, incoming: Incoming) -> Response:
        try:
            method = named(incoming).name
        except UploadError:
            method = OTHER
        self.services.observer.call(self.name, method, error.slug)
        style = Style.of(dict(incoming.pairs))
        return style.refuse(error, self.rules.profile, incoming.pairs)
