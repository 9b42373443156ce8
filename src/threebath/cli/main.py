"""The command and its subcommands."""

import typer

from threebath.cli import admin, demo, serving, upkeep, upload

app = typer.Typer(
    name="threebath",
    help="The upload service that social apps run themselves.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode="rich",
)
app.command("serve")(serving.serve_command)
app.command("dev")(serving.dev)
app.command("demo")(demo.demo)
app.command("upload", help=upload.HELP)(upload.upload)
app.add_typer(admin.applications, name="app")
app.add_typer(admin.users, name="user")
app.add_typer(admin.communities, name="community")
app.add_typer(admin.tokens, name="token")
app.command("db")(upkeep.database)
app.command("sweep")(upkeep.sweep)
app.command("doctor")(upkeep.doctor)
app.command("kinds")(upkeep.kinds)


def main() -> None:
    """Run the command."""
    app()
