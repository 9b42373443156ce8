"""VK's two entrances: ``/method/{name}`` and the upload address."""

import re
from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass, replace

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Route

from threebath.core.errors import BadBody, FileRejected, Forged, NoFile, UploadError
from threebath.core.kinds import Medium, UploadKind
from threebath.core.tickets import Caller, Ticket
from threebath.dialects.base import Services, announced, guarded
from threebath.dialects.vk.asks import LINK
from threebath.dialects.vk.calls import Call, server_number, version_of
from threebath.dialects.vk.columns import Failure, VkKind
from threebath.dialects.vk.errors import API_CODES, error_object
from threebath.dialects.vk.execute import compile_script
from threebath.dialects.vk.failures import refuse
from threebath.dialects.vk.gates import Captcha, Rates
from threebath.dialects.vk.kinds import KINDS, ROWS
from threebath.dialects.vk.methods import METHODS, method_named
from threebath.dialects.vk.oauth import OAuth
from threebath.dialects.vk.params import TRUE, Params
from threebath.dialects.vk.results import publish
from threebath.dialects.vk.versions import as_of
from threebath.dialects.vk.wire import render_failure, render_reply
from threebath.multipart import CALL, FormLimits, MultipartForm, by_suffix, read_pairs
from threebath.service.ports import Part

TOKEN = "access_token"  # noqa: S105 - the name of a parameter
EXECUTE = "execute"
CALLBACK = re.compile(r"[A-Za-z_$][\w$.]{0,63}", re.ASCII)
"""A function of the page that called (JSONP)."""

FORM_OVERHEAD = 1024 * 1024
"""Bytes of an upload's body that are not files."""


@dataclass(frozen=True, slots=True)
class UploadForm:
    """The form of an upload; its text fields may also come in the address."""

    inner: MultipartForm
    query: Mapping[str, str]

    @property
    def fields(self) -> Mapping[str, str]:
        return {**self.query, **self.inner.fields}

    def files(self) -> AsyncIterator[Part]:
        return self.inner.files()


class VK:
    """The dialect, as the web layer sees it."""

    name = "vk"
    kinds: Sequence[UploadKind] = tuple({row.kind.name: row.kind for row in KINDS}.values())
    codes: Mapping[type[UploadError], int] = API_CODES
    entrances: Sequence[str] = ("/method/", "/authorize", "/access_token", "/token")

    def __init__(self, services: Services) -> None:
        self.services = services
        self.server = server_number(services)
        self.rates = Rates(services)
        self.captcha = Captcha(services)

    def routes(self) -> Sequence[BaseRoute]:
        return (
            Route("/method/{name}", self.method, methods=["GET", "POST"]),
            Route("/c{server:int}/upload.php", self.upload, methods=["GET", "POST"]),
            Route("/captcha.php", self.captcha.picture, methods=["GET"]),
            *OAuth(self.services).routes(),
        )

    async def method(self, request: Request) -> Response:
        """Answer step 1, step 3, or any other API call."""
        name = request.path_params["name"]
        pairs: list[tuple[str, str]] = []
        return await guarded(
            self._method(request, name, pairs),
            lambda error: self._refuse_call(error, name, pairs),
            observer=self.services.observer,
            where=f"vk {name[:64]}",
        )

    async def _method(
        self, request: Request, name: str, pairs: list[tuple[str, str]]
    ) -> Response:
        pairs += await read_pairs(
            request.scope["query_string"],
            request.headers.get("content-type"),
            self.services.body(request, CALL.max_bytes),
            CALL,
        )
        params = Params(pairs)
        if name != EXECUTE:
            method_named(name)
        version = version_of(params)
        caller = await self._caller(request, params)
        call = Call(
            method=name,
            caller=caller,
            params=params,
            version=version,
            services=self.services,
        )
        self.rates.check(call, _token(request, params))
        self.captcha.check(call)
        if name == EXECUTE:
            return await self._execute(call)
        result = await method_named(name)(call)
        self.services.observer.call("vk", name, "ok")
        return _answer({"response": _as_asked(call, result)}, params)

    async def _caller(self, request: Request, params: Params) -> Caller:
        token = _token(request, params)
        return await self.services.accounts.caller(token, self.services.clock())

    async def _execute(self, call: Call) -> Response:
        script = compile_script(call.params.required("code"))

        async def invoke(name: str, arguments: dict[str, str]) -> object:
            inner = Call(
                method=name,
                caller=call.caller,
                params=Params(tuple(arguments.items())),
                version=call.version,
                services=self.services,
            )
            return await method_named(name)(inner)

        result = await script.run(invoke, _in_words)
        self.services.observer.call("vk", EXECUTE, "ok")
        errors = {"execute_errors": script.errors} if script.errors else {}
        return _answer({"response": _as_asked(call, result), **errors}, call.params)

    def _refuse_call(
        self, error: UploadError, name: str, pairs: Sequence[tuple[str, str]]
    ) -> Response:
        known = name if name in METHODS or name == EXECUTE else "other"
        self.services.observer.call("vk", known, error.slug)
        said = {"method": name, "oauth": "1", **dict(pairs)}
        said.pop(TOKEN, None)
        shown = [{"key": key, "value": value} for key, value in said.items()]
        told = {**_in_words(name, error), "request_params": shown}
        return _answer({"error": told}, Params(pairs))

    async def upload(self, request: Request) -> Response:
        """Answer step 2: take the files, at the address that step 1 gave."""
        row: VkKind | None = None
        ticket: Ticket | None = None
        query = dict(request.query_params)

        async def work() -> Response:
            nonlocal row, ticket
            ticket = Ticket.unseal(query.pop("ticket", ""), self.services.keys)
            if ticket.kind not in ROWS:
                raise Forged("the address was issued by another network's method")
            row = ROWS[ticket.kind]
            return await self._receive(request, row, ticket, query)

        return await guarded(
            work(),
            lambda error: self._refuse_upload(error, row, ticket),
            observer=self.services.observer,
            where="vk upload",
        )

    async def _receive(
        self, request: Request, row: VkKind, ticket: Ticket, query: Mapping[str, str]
    ) -> Response:
        if ticket.options.get(LINK):
            return JSONResponse({"response": 1})
        if request.method != "POST":
            raise NoFile
        kind = self._limited(row.kind)
        limits = kind.limits
        caps = FormLimits(max_bytes=limits.max_bytes * limits.max_files + FORM_OVERHEAD)
        body = self.services.body(request, caps.max_bytes)
        inner = MultipartForm(request.headers.get("content-type"), body, caps)
        form = UploadForm(inner, query)
        expected = announced(request)
        received = await self.services.uploads.receive(
            ticket, kind, form, expected=expected
        )
        receipts = [
            received.receipts[i] for i in by_suffix([r.slot for r in received.receipts])
        ]
        made = await publish(row, ticket, receipts, self.services)
        keys = self.services.keys
        return JSONResponse(render_reply(row, ticket, made, self.server, keys))

    def _limited(self, kind: UploadKind) -> UploadKind:
        """Return a kind with the operator's limit, where films have one."""
        most = self.services.options.get("vk_video_bytes")
        if kind.medium is not Medium.FILM or most is None:
            return kind
        return replace(kind, limits=replace(kind.limits, max_bytes=int(most)))

    def _refuse_upload(
        self, error: UploadError, row: VkKind | None, ticket: Ticket | None
    ) -> Response:
        soft = isinstance(error, FileRejected | BadBody)
        if row and ticket and soft and row.failure is Failure.SOFT:
            keys = self.services.keys
            return JSONResponse(render_failure(row, ticket, error, self.server, keys))
        shape = row.failure if row else Failure.CODED
        actor_id = ticket.actor_id if ticket else 0
        keys = self.services.keys
        return JSONResponse(refuse(shape, error, actor_id, self.server, keys))


def _token(request: Request, params: Params) -> str:
    scheme, _, bearer = request.headers.get("authorization", "").partition(" ")
    return params.get(TOKEN) or (bearer.strip() if scheme.lower() == "bearer" else "")


def _as_asked(call: Call, result: object) -> object:
    with_sizes = call.params.get("photo_sizes") in TRUE
    return as_of(call.version, result, with_sizes=with_sizes)


def _answer(told: dict[str, object], params: Params) -> Response:
    """Answer with JSON, or with a script that hands it to the function ``callback``."""
    answer = JSONResponse(told)
    name = params.get("callback", "")
    if not CALLBACK.fullmatch(name):
        return answer
    script = b"/**/" + name.encode() + b"(" + bytes(answer.body) + b");"
    headers = {"X-Content-Type-Options": "nosniff"}
    return Response(script, media_type="text/javascript", headers=headers)


def _in_words(name: str, error: UploadError) -> dict[str, object]:
    own = METHODS[name].codes if name in METHODS else {}
    return error_object(error, own)
