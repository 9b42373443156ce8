"""OK's entrances: ``/fb.do``, ``/api/{group}/{name}`` and the upload host."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from threebath.core.errors import Forged, NoFile, UploadError
from threebath.core.kinds import UploadKind
from threebath.core.tickets import Ticket
from threebath.dialects.base import Services, guarded
from threebath.dialects.ok.admission import Admission
from threebath.dialects.ok.errors import CODES, UPLOAD_CODES, failure_of
from threebath.dialects.ok.ids import read_slots, token_for
from threebath.dialects.ok.kinds import BY_NAME, KINDS
from threebath.dialects.ok.methods import METHODS, method_named
from threebath.dialects.ok.pages import Pages
from threebath.dialects.ok.params import Params
from threebath.dialects.ok.wire import (
    PLAIN,
    PREFLIGHT,
    Shape,
    upload_answer,
    upload_refusal,
)
from threebath.multipart import CALL, FormLimits, MultipartForm, read_pairs

FORM_OVERHEAD = 1024 * 1024
"""Bytes of an upload's body that are not files."""

FILE_NAMES = frozenset({"pic", "image", "photo", "file", *(f"pic{n}" for n in range(101))})
"""Fields that are files even where they come without a file name and a type."""

CROSS_DOMAIN = """<?xml version="1.0"?>
<cross-domain-policy><allow-access-from domain="*"/></cross-domain-policy>
"""
"""What Flash asks for before it uploads."""

_VERBS = ["GET", "POST", "OPTIONS"]


@dataclass(slots=True)
class _Heard:
    """What is known of a call so far; enough to refuse it in the way it asks for."""

    method: str = "other"
    shape: Shape = PLAIN


class OK:
    """The dialect, as the web layer sees it."""

    name = "ok"
    kinds: Sequence[UploadKind] = KINDS
    codes: Mapping[type[UploadError], int] = CODES
    entrances: Sequence[str] = ("/fb.do", "/api/", "/oauth/")

    def __init__(self, services: Services) -> None:
        self.services = services
        self.admission = Admission(services)

    def routes(self) -> Sequence[BaseRoute]:
        return (
            Route("/fb.do", self.api, methods=_VERBS),
            Route("/api/{group}/{name}", self.api, methods=_VERBS),
            Route("/uploadImage", self.upload, methods=_VERBS),
            Route("/crossdomain.xml", _cross_domain, methods=["GET"]),
            *Pages(self.services).routes(),
        )

    async def api(self, request: Request) -> Response:
        """Answer step 1, step 3, or any other API call."""
        if request.method == "OPTIONS":
            return Response(status_code=204, headers=PREFLIGHT)
        heard = _Heard()
        return await guarded(
            self._api(request, heard),
            lambda error: self._refuse(error, heard),
            observer=self.services.observer,
            where="ok api",
        )

    async def _api(self, request: Request, heard: _Heard) -> Response:
        params = Params(
            await read_pairs(
                request.scope["query_string"],
                _body_type(request),
                self.services.body(request, CALL.max_bytes),
                CALL,
            )
        )
        path = request.path_params
        name = f"{path['group']}.{path['name']}" if path else params.text("method")
        heard.method = name if name in METHODS else "other"
        heard.shape = Shape.of(heard.method, params)
        application = await self.admission.application(params)
        method = method_named(name)
        address = request.client.host if request.client else ""
        call = await self.admission.admit(name, method, application, params, address)
        result = await method(call)
        self.services.observer.call("ok", name, "ok")
        return heard.shape.answer(result)

    def _refuse(self, error: UploadError, heard: _Heard) -> Response:
        self.services.observer.call("ok", heard.method, error.slug)
        return heard.shape.refuse(failure_of(error))

    async def upload(self, request: Request) -> Response:
        """Answer step 2: take the files, at the address that step 1 gave."""
        if request.method == "OPTIONS":
            return Response(status_code=204, headers=PREFLIGHT)
        return await guarded(
            self._upload(request),
            lambda error: upload_refusal(failure_of(error, UPLOAD_CODES)),
            observer=self.services.observer,
            where="ok upload",
        )

    async def _upload(self, request: Request) -> Response:
        keys, query = self.services.keys, request.query_params
        ticket = Ticket.unseal(query.get("apiToken", ""), keys)
        if ticket.kind not in BY_NAME:
            raise Forged("the address was issued by another network's method")
        kind = BY_NAME[ticket.kind]
        ticket.check_fresh(self.services.clock())
        slots = read_slots(query.get("photoIds", ""), ticket.id, keys)
        if request.method != "POST":
            raise NoFile
        caps = FormLimits(max_bytes=kind.limits.max_bytes * len(slots) + FORM_OVERHEAD)
        body = self.services.body(request, caps.max_bytes)
        kind_of_body = request.headers.get("content-type")
        form = MultipartForm(kind_of_body, body, caps, file_names=FILE_NAMES)
        received = await self.services.uploads.receive(ticket, kind, form, slots)
        tokens = {one.slot: {"token": token_for(one.id, keys)} for one in received.receipts}
        return upload_answer({"photos": tokens})


def _body_type(request: Request) -> str | None:
    """Return the type of a call's body; FAPI gives its GETs, which have none, a type."""
    return None if request.method == "GET" else request.headers.get("content-type")


async def _cross_domain(_: Request) -> Response:
    return Response(CROSS_DOMAIN, media_type="text/xml")
