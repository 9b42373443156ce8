"""Whether the process lives, whether it can work, and its numbers."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from time import monotonic

from prometheus_client import CONTENT_TYPE_LATEST
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from threebath.core.errors import Unavailable
from threebath.web.observe import Telemetry

Check = Callable[[], Awaitable[None]]
"""Returns when a part of the service is well; raises when it is not."""

PATIENCE = 5.0
"""Seconds that a check may take."""

FRESH = 1.0
"""Seconds that a finding holds; a check may write to a disk, and anybody may ask."""


@dataclass(slots=True)
class Health:
    """The endpoints ``/healthz``, ``/readyz`` and ``/metrics``.

    Attributes:
        checks: what must be well, by name: ``database``, ``blobs``, ``spool``, ``workers``.
    """

    checks: Mapping[str, Check]
    telemetry: Telemetry
    _found: dict[str, bool] = field(default_factory=dict, init=False)
    _looked_at: float = field(default=-FRESH, init=False)
    _looking: asyncio.Lock = field(default_factory=asyncio.Lock, init=False)

    def routes(self) -> Sequence[Route]:
        return (
            Route("/healthz", self._healthz),
            Route("/readyz", self._readyz),
            Route("/metrics", self._metrics),
        )

    async def _healthz(self, request: Request) -> Response:
        return JSONResponse({"status": "ok"})

    async def _readyz(self, request: Request) -> Response:
        found = await self.look()
        told = {name: "ok" if well else "error" for name, well in found.items()}
        well = all(found.values())
        content = {"status": "ok" if well else "error", "checks": told}
        return JSONResponse(content, status_code=200 if well else 503)

    async def _metrics(self, request: Request) -> Response:
        content = await asyncio.to_thread(self.telemetry.metrics)
        return Response(content, media_type=CONTENT_TYPE_LATEST)

    async def look(self) -> Mapping[str, bool]:
        """Say of each part whether it is well; at most once in `FRESH` seconds."""
        async with self._looking:
            if monotonic() - self._looked_at >= FRESH:
                names = [*self.checks]
                well = await asyncio.gather(*(self._is_well(name) for name in names))
                self._found = dict(zip(names, well, strict=True))
                self._looked_at = monotonic()
            return self._found

    async def _is_well(self, name: str) -> bool:
        try:
            async with asyncio.timeout(PATIENCE):
                await self.checks[name]()
        except Exception as error:  # noqa: BLE001 - whatever it is, it is not well
            if self._found.get(name, True):
                self.telemetry.failed(f"readyz {name}", _typed(error, name))
            return False
        return True


def _typed(error: Exception, name: str) -> Exception:
    """A check that took too long is no bug."""
    if not isinstance(error, TimeoutError):
        return error
    late = Unavailable(f"{name} did not answer in {PATIENCE:g} seconds")
    late.__cause__ = error
    return late
