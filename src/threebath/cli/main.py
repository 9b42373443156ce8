"""The command and its subcommands.

A subcommand is imported when it is called: whoever sends one photo does not wait for the
server's libraries.
"""

import sys
from collections.abc import Mapping
from importlib import import_module
from types import MappingProxyType

import typer

COMMANDS: Mapping[str, tuple[str, str]] = MappingProxyType(
    {
        "serve": ("serving", "serve_command"),
        "dev": ("serving", "dev"),
        "demo": ("demo", "demo"),
        "upload": ("upload", "upload"),
        "app": ("admin", "applications"),
        "user": ("admin", "users"),
        "community": ("admin", "communities"),
        "token": ("admin", "tokens"),
        "db": ("upkeep", "database"),
        "sweep": ("upkeep", "sweep"),
        "doctor": ("upkeep", "doctor"),
        "kinds": ("upkeep", "kinds"),
    }
)
"""Each subcommand's module in this package, and its function or group there."""


def make_app(*wanted: str) -> typer.Typer:
    """Return the command with the subcommands *wanted*; with all of them if none is."""
    app = typer.Typer(
        name="threebath",
        help="The upload service that social apps run themselves.",
        no_args_is_help=True,
        add_completion=False,
        pretty_exceptions_enable=False,
        rich_markup_mode="rich",
    )
    app.callback()(_group)
    for name in wanted or COMMANDS:
        module, attribute = COMMANDS[name]
        found = getattr(import_module(f"threebath.cli.{module}"), attribute)
        if isinstance(found, typer.Typer):
            app.add_typer(found, name=name)
        else:
            app.command(name)(found)
    return app


def _group() -> None:
    """Keep it a group of subcommands, even where only one was imported."""


def main() -> None:
    """Run the command."""
    make_app(*(one for one in sys.argv[1:2] if one in COMMANDS))()
