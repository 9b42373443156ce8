"""What the commands share: settings, stores, and output for people or for programs."""

import asyncio
import json
from collections.abc import Awaitable, Callable, Mapping, Sequence
from pathlib import Path
from typing import Annotated, TypeVar

import typer
from pydantic import ValidationError
from rich.console import Console
from rich.table import Table

from threebath.bootstrap import Stores, open_stores
from threebath.core.errors import UploadError
from threebath.settings import Settings, settle

Result = TypeVar("Result")

DataOption = Annotated[
    Path | None,
    typer.Option("--data", help="Folder of database, blobs and secrets."),
]
JsonOption = Annotated[bool, typer.Option("--json", help="Print JSON.")]

console = Console()
errors = Console(stderr=True)


def settings_with(unless_set: Mapping[str, str] | None = None, **given: object) -> Settings:
    """Return the settings with *given* on top; end with a clear line if they are wrong."""
    try:
        return settle(unless_set, **given)
    except ValidationError as error:
        for one in error.errors():
            name = ".".join(str(part) for part in one["loc"])
            errors.print(f"[red]setting {name}:[/red] {one['msg']}", highlight=False)
        raise typer.Exit(2) from None


def with_stores(
    work: Callable[[Stores], Awaitable[Result]], data: Path | None = None
) -> Result:
    """Run *work* on the data folder's stores; end with a clear line if it is refused."""
    settings = settings_with(data=data)

    async def run() -> Result:
        async with open_stores(settings) as stores:
            return await work(stores)

    try:
        return asyncio.run(run())
    except UploadError as error:
        errors.print(f"[red]{error}[/red]", highlight=False)
        raise typer.Exit(1) from None


def show(rows: Sequence[Mapping[str, object]], *, as_json: bool) -> None:
    """Print rows as a table, or as JSON with one object a line."""
    if as_json:
        for row in rows:
            typer.echo(json.dumps(row, ensure_ascii=False, default=str))
        return
    table = Table(*(rows[0] if rows else ()), box=None, pad_edge=False)
    for row in rows:
        table.add_row(*(str(value) for value in row.values()))
    console.print(table if rows else "nothing")
