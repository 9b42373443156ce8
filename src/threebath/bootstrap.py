"""The composition root: settings in, application out. Only here are adapters named."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime

from starlette.applications import Starlette

from threebath.adapters.blobs.local import LocalBlobs
from threebath.adapters.migrations import upgrade
from threebath.adapters.sql import (
    Database,
    SqlAccounts,
    SqlCatalog,
    SqlLibrary,
    SqlRegistry,
)
from threebath.core.signing import Keyring
from threebath.dialects import DIALECTS
from threebath.dialects.base import Services
from threebath.following import follow
from threebath.multipart import Pace
from threebath.render.pool import RenderPool
from threebath.render.settings import RenderSettings
from threebath.secrets import kept_secrets
from threebath.service.ingest import Ingest
from threebath.service.media import MediaService
from threebath.service.ports import Observer
from threebath.service.spool import SpoolRoom
from threebath.service.sweep import Sweeper
from threebath.service.uploads import UploadService
from threebath.service.variants import Variants
from threebath.settings import Settings
from threebath.web.app import Web, build
from threebath.web.logs import configure
from threebath.web.observe import Telemetry


@dataclass(frozen=True, slots=True, kw_only=True)
class Stores:
    """What keeps things: the database's ports, the blobs, and the keys that sign."""

    settings: Settings
    catalog: SqlCatalog
    library: SqlLibrary
    accounts: SqlAccounts
    registry: SqlRegistry
    blobs: LocalBlobs
    keys: Keyring


def now() -> datetime:
    """Tell the time: the clock of everything but tests."""
    return datetime.now(UTC)


def keyring(settings: Settings) -> Keyring:
    """Return the signing keys: those of the settings, or those that the folder keeps."""
    given = tuple(one.get_secret_value().encode() for one in settings.secrets)
    return Keyring(given or kept_secrets(settings.data))


def _stores(settings: Settings, database: Database) -> Stores:
    return Stores(
        settings=settings,
        catalog=SqlCatalog(database),
        library=SqlLibrary(database),
        accounts=SqlAccounts(database),
        registry=SqlRegistry(database),
        blobs=LocalBlobs(settings.data / "blobs", least_space=settings.uploads.least_free),
        keys=keyring(settings),
    )


@asynccontextmanager
async def open_stores(settings: Settings) -> AsyncIterator[Stores]:
    """Open the stores, with the tables brought up to date.

    Raises:
        StoreFailed: the database does not answer, or would not survive a power cut.
    """
    settings.data.mkdir(parents=True, exist_ok=True)
    await upgrade(settings.database_url)
    database = Database(settings.database_url)
    try:
        stores = _stores(settings, database)
        await stores.catalog.check()
        yield stores
    finally:
        await database.close()


def sweeper(stores: Stores, observer: Observer | None = None) -> Sweeper:
    """Return what removes stale assets from *stores*."""
    return Sweeper(
        catalog=stores.catalog,
        registry=stores.registry,
        blobs=stores.blobs,
        clock=now,
        observer=observer or Telemetry(),
        skew=stores.settings.uploads.clock_skew,
        grace=stores.settings.token_grace,
    )


def make_app(settings: Settings | None = None) -> Starlette:
    """Wire the application up as *settings* (or the environment) say."""
    follows = settings is None
    settings = settings or Settings()
    as_json = {"auto": None, "json": True, "pretty": False}[settings.logs]
    configure(as_json=as_json, level=settings.log_level)
    settings.data.mkdir(parents=True, exist_ok=True)
    database = Database(settings.database_url)
    stores = _stores(settings, database)
    telemetry = Telemetry()
    pool = RenderPool(_render_settings(settings))
    room = SpoolRoom(
        settings.data / "spool",
        memory_each=settings.uploads.memory_each,
        memory_total=settings.uploads.memory_total,
    )
    services = _services(stores, _uploads(stores, pool, room, telemetry), telemetry)

    @asynccontextmanager
    async def lifespan(_: Starlette) -> AsyncIterator[None]:
        async with AsyncExitStack() as stack:
            stack.push_async_callback(database.close)
            await upgrade(settings.database_url)
            await stores.catalog.check()
            await stack.enter_async_context(pool)
            sweep = sweeper(stores, telemetry).run(settings.uploads.sweep_every)
            await stack.enter_async_context(_in_background(sweep))
            if follows:
                following = follow(pool.refuse, telemetry)
                await stack.enter_async_context(_in_background(following))
            yield

    return build(
        Web(
            dialects=[dialect(services) for dialect in DIALECTS],
            media=MediaService(catalog=stores.catalog, keys=stores.keys, clock=now),
            blobs=stores.blobs,
            telemetry=telemetry,
            checks=_checks(stores, room, pool),
            variants=_variants(stores, pool, room, telemetry),
            lifespan=lifespan,
        )
    )


def _uploads(
    stores: Stores, pool: RenderPool, room: SpoolRoom, observer: Observer
) -> UploadService:
    return UploadService(
        accounts=stores.accounts,
        library=stores.library,
        catalog=stores.catalog,
        ingest=Ingest(
            renderer=pool, catalog=stores.catalog, blobs=stores.blobs, observer=observer
        ),
        room=room,
        observer=observer,
        clock=now,
        ticket_life=stores.settings.uploads.ticket_life,
    )


def _variants(
    stores: Stores, pool: RenderPool, room: SpoolRoom, observer: Observer
) -> Variants | None:
    if not stores.settings.render.variants:
        return None
    return Variants(
        catalog=stores.catalog,
        blobs=stores.blobs,
        transcoder=pool,
        room=room,
        observer=observer,
    )


def _services(stores: Stores, uploads: UploadService, observer: Observer) -> Services:
    settings = stores.settings
    return Services(
        uploads=uploads,
        library=stores.library,
        accounts=stores.accounts,
        registry=stores.registry,
        observer=observer,
        keys=stores.keys,
        clock=now,
        address=settings.address,
        options={
            name: str(value) for name, value in settings.dialects.model_dump().items()
        },
        pace=Pace(
            min_rate=settings.uploads.least_rate,
            window=settings.uploads.rate_window.total_seconds(),
        ),
    )


def _render_settings(settings: Settings) -> RenderSettings:
    return RenderSettings(
        workers=settings.render_workers,
        memory=settings.render.memory,
        deadline=settings.render.deadline,
        patience=settings.render.patience,
        planar=settings.render.planar,
        files_per_worker=settings.render.files_per_worker,
        queue_pixels=settings.render.queue_pixels,
        allow_unsandboxed=settings.render.allow_unsandboxed,
        disabled=frozenset(settings.render.disabled),
    )


def _checks(
    stores: Stores, room: SpoolRoom, pool: RenderPool
) -> dict[str, Callable[[], Awaitable[None]]]:
    least_free = stores.settings.uploads.least_free
    return {
        "database": stores.catalog.check,
        "blobs": stores.blobs.check,
        "spool": lambda: asyncio.to_thread(room.check, least_free),
        "workers": pool.check,
    }


@asynccontextmanager
async def _in_background(work: Awaitable[None]) -> AsyncIterator[None]:
    """Keep *work* going for as long as the context lasts."""
    task = asyncio.ensure_future(work)
    try:
        yield
    finally:
        task.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await task
