"""`threebath serve` and `threebath dev`."""

import asyncio
import json
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Annotated

import typer

from threebath.bootstrap import Stores, open_stores
from threebath.cli.common import DataOption, console, errors, settings_with
from threebath.cli.uploads.worlds import DEV_DATA, NAME, write_for
from threebath.cli.worlds import make_all
from threebath.cli.worlds.base import Credentials, Makings
from threebath.cli.worlds.ok import APP_KEY as OK_APP_KEY
from threebath.core.errors import UploadError
from threebath.settings import Settings
from threebath.web.server import Serving, address_of, bind, serve

FACTORY = "threebath.bootstrap:make_app"

HostOption = Annotated[str | None, typer.Option(help="Address to listen on.")]
PortOption = Annotated[int | None, typer.Option(help="Port; 0 for any free one.")]

SNIPPET = """\
[bold]vk_api[/bold] (Python)                     [dim]more libraries: README.md[/dim]
[cyan]import jconfig, requests, vk_api

class Here(requests.Session):
    def request(self, method, url, *args, **kwargs):
        url = url.replace("https://api.vk.ru", "{address}")
        return super().request(method, url, *args, **kwargs)

vk = vk_api.VkApi(token="{user_token}",
                  session=Here(), config=jconfig.MemoryConfig)
print(vk_api.VkUpload(vk).photo_wall(["cat.jpg"]))[/cyan]
"""


def serve_command(
    *,
    host: HostOption = None,
    port: PortOption = None,
    workers: Annotated[int | None, typer.Option(help="Web processes.")] = None,
    data: DataOption = None,
    public_url: Annotated[
        str | None, typer.Option(help="Where clients reach this node.")
    ] = None,
) -> None:
    """Serve on SQLite and local disk, in ./threebath-data unless told otherwise."""
    settings = settings_with(
        host=host, port=port, workers=workers, data=data, public_url=public_url
    )
    run(settings, lambda settled: console.print(f"threebath at {settled.address}"))


def dev(
    *,
    host: HostOption = None,
    port: PortOption = None,
    data: DataOption = None,
    as_json: Annotated[
        bool, typer.Option("--json", help="Print one line of JSON, once it listens.")
    ] = False,
) -> None:
    """Serve a ready-made world: people, a community with a chat, albums, tokens."""
    settings = dev_settings(host=host, port=port, data=data)

    def tell(settled: Settings) -> None:
        worlds = asyncio.run(make_worlds(settled))
        write_for(worlds, settled.address, settled.data)
        if as_json:
            sys.stdout.write(json.dumps(worlds) + "\n")
            sys.stdout.flush()
        else:
            show_worlds(settled, worlds)

    run(settings, tell)


def dev_settings(
    *, host: str | None, port: int | None, data: Path | None, log_level: str | None = None
) -> Settings:
    """Return settings for a world that anybody on this machine may use."""
    return settings_with(
        unless_set={"dialects__vk_rates": "false"},
        host=host,
        port=port,
        data=data or DEV_DATA,
        dialects__sign_in="anyone",
        dialects__ok_example=OK_APP_KEY,
        log_level=log_level,
    )


def run(settings: Settings, tell: Callable[[Settings], None]) -> None:
    """Listen, tell, and answer until a signal comes.

    *tell* is called when the port is known and connections are taken, with settings that
    have the real port in them; what comes before the start-up is over waits in line.
    """
    try:
        listener = bind(settings.host, settings.port)
    except OSError as error:
        errors.print(
            f"[red]cannot listen on {settings.host}:{settings.port}:[/red] {error}"
        )
        raise typer.Exit(1) from None
    with listener:
        settled = settings_with(port=int(address_of(listener).rpartition(":")[2]))
        try:
            tell(settled)
        except UploadError as error:
            errors.print(f"[red]{error}[/red]", highlight=False)
            raise typer.Exit(1) from None
        serve(
            FACTORY,
            listener,
            Serving(
                workers=settings.workers,
                grace=settings.drain.total_seconds(),
                silence=settings.silence.total_seconds(),
                trusted_proxies=settings.proxies,
            ),
        )


async def make_worlds(settings: Settings) -> dict[str, Credentials]:
    """Make every dialect's world in the settings' data folder."""
    async with open_stores(settings) as stores:
        return await make_all(_makings(stores))


def _makings(stores: Stores) -> Makings:
    return Makings(
        registry=stores.registry,
        library=stores.library,
        keys=stores.keys,
        address=stores.settings.address,
    )


def show_worlds(settings: Settings, worlds: Mapping[str, Credentials]) -> None:
    """Print addresses, tokens and what to paste, for people."""
    console.print(f"\n[bold]threebath[/bold] at {settings.address}\n")
    for name, world in worlds.items():
        console.print(f"[bold]{name.upper()}[/bold]")
        for key, value in world.items():
            console.print(f"  {key:<24} {value}", highlight=False, soft_wrap=True)
    token = worlds["vk"]["user_token"]
    console.print("\n" + SNIPPET.format(address=settings.address, user_token=token))
    console.print("[bold]From this folder[/bold]")
    found = "" if settings.data == DEV_DATA else f"--profiles {settings.data / NAME} "
    command = f"[cyan]threebath upload cat.jpg {found}--to vk:album/1[/cyan]\n"
    console.print(command, highlight=False, soft_wrap=True)
