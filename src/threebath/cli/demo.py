"""`threebath demo`: photographs through every door, and where they landed."""

import asyncio
import signal
import threading
from collections.abc import Mapping
from typing import Annotated

import httpx
import typer
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn

from threebath.cli.common import DataOption, console, errors
from threebath.cli.demos import COUNTS, DEMOS
from threebath.cli.demos.base import DemoFailed, Landed, Stage
from threebath.cli.pictures import Picture, photographs
from threebath.cli.serving import (
    FACTORY,
    HostOption,
    PortOption,
    dev_settings,
    make_worlds,
    show_worlds,
)
from threebath.cli.worlds.base import Credentials
from threebath.web.server import Serving, address_of, bind, running

PATIENCE = httpx.Timeout(60)


def demo(
    *,
    once: Annotated[bool, typer.Option("--once", help="End after the uploads.")] = False,
    host: HostOption = None,
    port: PortOption = None,
    data: DataOption = None,
) -> None:
    """Start, make photographs, upload them every way there is, show where they landed."""
    settings = dev_settings(host=host, port=port, data=data, log_level="WARNING")
    listener = bind(settings.host, settings.port)
    settled = dev_settings(
        host=host, port=int(address_of(listener).rpartition(":")[2]), data=data
    )
    worlds = asyncio.run(make_worlds(settled))
    with running(FACTORY, Serving(), listener) as address:
        console.print(f"threebath at {address}; making photographs …", highlight=False)
        try:
            landed = asyncio.run(_upload_all(worlds, photographs()))
        except (DemoFailed, httpx.HTTPError, KeyError, ValueError) as error:
            errors.print(f"[red]the demo failed:[/red] {error!r}", highlight=False)
            raise typer.Exit(1) from None
        _show(landed)
        if not once:
            show_worlds(settled, worlds)
            console.print("serving; Ctrl-C ends", highlight=False)
            _wait_for_signal()


async def _upload_all(
    worlds: Mapping[str, Credentials], pictures: list[Picture]
) -> list[Landed]:
    landed = []
    with _bars() as bars:
        async with httpx.AsyncClient(timeout=PATIENCE) as http:
            for name, upload in DEMOS.items():
                bar = bars.add_task(name.upper(), total=COUNTS[name])
                stage = Stage(http=http, world=worlds[name], pictures=pictures)
                async for one in upload(stage):
                    await _check(http, one)
                    landed.append(one)
                    bars.advance(bar)
    return landed


async def _check(http: httpx.AsyncClient, landed: Landed) -> None:
    """Look at the photo: its address must answer with a picture."""
    answer = await http.get(landed.address)
    if answer.status_code != httpx.codes.OK or not answer.content.startswith(b"\xff\xd8"):
        raise DemoFailed(f"{landed.address} answered {answer.status_code}")


def _bars() -> Progress:
    return Progress(
        TextColumn("{task.description:<4}"),
        BarColumn(),
        MofNCompleteColumn(),
        console=console,
    )


def _show(landed: list[Landed]) -> None:
    """Print a table whose addresses can be copied: none is cut or broken.

    In a terminal that is too narrow, each address has a line of its own.
    """
    head = ("where", "file", "photo", "size", "sizes", "open")
    rows = [
        (one.place, one.name, one.photo, one.size, str(one.sizes), one.address)
        for one in landed
    ]
    widths = [max(map(len, column)) for column in zip(head, *rows, strict=True)]
    fits = not console.is_terminal or sum(widths) + 2 * len(widths) <= console.width
    for index, row in enumerate((head, *rows)):
        cells = [*map(str.ljust, row, widths)]
        lines = ["  ".join(cells)] if fits else ["  ".join(cells[:-1]), f"  {row[-1]}"]
        for line in lines[: 1 if index == 0 else None]:
            style = None if index else "bold"
            console.print(
                line.rstrip(), style=style, soft_wrap=True, highlight=False, markup=False
            )
    console.print(f"{len(landed)} photos landed", highlight=False)


def _wait_for_signal() -> None:
    ended = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: ended.set())
    ended.wait()
