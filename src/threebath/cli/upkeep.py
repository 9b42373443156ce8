"""`threebath db`, `sweep`, `doctor`, `kinds`: keeping the house."""

from datetime import timedelta

import typer

from threebath.bootstrap import Stores, now, sweeper
from threebath.cli.common import DataOption, JsonOption, console, show, with_stores
from threebath.dialects import ALL_KINDS
from threebath.service.sweep import Findings, examine

SHOWN = 20
"""Differences that `doctor` prints of each sort."""

DRAFT_LIFE = timedelta(hours=1)
"""After which nobody is writing to a draft any more."""


def database(*, data: DataOption = None) -> None:
    """Bring the database's tables up to date (serving does it as well)."""

    async def work(stores: Stores) -> None:
        await stores.catalog.check()

    with_stores(work, data)
    typer.echo("the database is up to date, and safe against power cuts")


def sweep(*, data: DataOption = None) -> None:
    """Remove what went stale: unsaved uploads, deleted photos, tokens long expired."""

    async def work(stores: Stores) -> tuple[int, int, int]:
        broom = sweeper(stores)
        gone = await broom.sweep(), await broom.sweep_tokens()
        return *gone, await stores.blobs.remove_drafts(now() - DRAFT_LIFE)

    gone, tokens, drafts = with_stores(work, data)
    typer.echo(
        f"{gone} removed, {tokens} expired tokens, and {drafts} drafts that a crash left"
    )


def doctor(*, data: DataOption = None, as_json: JsonOption = False) -> None:
    """Compare the store with the catalog; ends with 1 if they differ."""

    async def work(stores: Stores) -> Findings:
        return await examine(stores.catalog, stores.blobs)

    found = with_stores(work, data)
    row = {
        "assets": found.assets,
        "blobs": found.blobs,
        "missing": len(found.missing),
        "orphaned": len(found.orphaned),
    }
    show([row], as_json=as_json)
    for name, keys in (("missing", found.missing), ("orphaned", found.orphaned)):
        for key in keys[:SHOWN]:
            console.print(f"{name}: {key}", highlight=False)
    if not found.healthy:
        raise typer.Exit(1)


def kinds(*, as_json: JsonOption = False) -> None:
    """List the upload kinds and their limits."""
    rows = [
        {
            "kind": kind.name,
            "files": kind.limits.max_files,
            "bytes": kind.limits.max_bytes,
            "sizes": " ".join(rung.letter for rung in kind.ladder.rungs),
            "needs": kind.needs,
        }
        for kind in ALL_KINDS
    ]
    show(rows, as_json=as_json)
