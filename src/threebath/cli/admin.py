"""`threebath app`, `user`, `community`, `token`: who may use the service."""

import secrets
from datetime import UTC, datetime, timedelta
from typing import Annotated

import typer

from threebath.bootstrap import Stores
from threebath.cli.common import DataOption, JsonOption, show, with_stores
from threebath.core.library import Community, User
from threebath.core.tickets import Application, TokenKind
from threebath.service.ports import TokenDraft

applications = typer.Typer(
    help="Applications: programs that may call.", no_args_is_help=True
)
users = typer.Typer(help="Users: people with walls and albums.", no_args_is_help=True)
communities = typer.Typer(help="Communities: groups of people.", no_args_is_help=True)
tokens = typer.Typer(help="Tokens: for whom a program calls.", no_args_is_help=True)


@applications.command("create")
def create_application(
    title: str,
    *,
    key: Annotated[str, typer.Option(help="Public key; made up if not given.")] = "",
    community: Annotated[int, typer.Option(help="The one community it is for.")] = 0,
    address: Annotated[
        list[str] | None, typer.Option(help="IP network it may call from; repeatable.")
    ] = None,
    redirect: Annotated[
        list[str] | None,
        typer.Option(help="Address it may send people back to; repeatable."),
    ] = None,
    data: DataOption = None,
    as_json: JsonOption = False,
) -> None:
    """Register an application and print its key and secret."""

    async def work(stores: Stores) -> Application:
        draft = Application(
            id=0,
            key=key or secrets.token_hex(16),
            secret=secrets.token_hex(16),
            title=title,
            community_id=community,
            addresses=tuple(address or ()),
            redirects=tuple(redirect or ()),
        )
        return await stores.registry.add_application(draft)

    made = with_stores(work, data)
    show([{"id": made.id, "key": made.key, "secret": made.secret}], as_json=as_json)


@applications.command("list")
def list_applications(*, data: DataOption = None, as_json: JsonOption = False) -> None:
    """List the registered applications, without their secrets."""
    found = with_stores(lambda stores: stores.registry.applications(), data)
    rows = [{"id": one.id, "key": one.key, "title": one.title} for one in found]
    show(rows, as_json=as_json)


@applications.command("revoke")
def revoke_application(app_id: int, *, data: DataOption = None) -> None:
    """Forget an application; its tokens stop working at once."""
    known = with_stores(lambda stores: stores.registry.remove_application(app_id), data)
    _ended(known=known, what=f"application {app_id}")


@users.command("create")
def create_user(
    first_name: str,
    last_name: str = "",
    *,
    user_id: Annotated[int, typer.Option("--id", help="0 for the next free one.")] = 0,
    screen_name: Annotated[str, typer.Option(help="Short name, as in an address.")] = "",
    data: DataOption = None,
    as_json: JsonOption = False,
) -> None:
    """Add a user, or replace the one with this id."""

    async def work(stores: Stores) -> User:
        draft = User(
            id=user_id, first_name=first_name, last_name=last_name, screen_name=screen_name
        )
        return await stores.registry.add_user(draft)

    made = with_stores(work, data)
    show([{"id": made.id, "name": f"{first_name} {last_name}".strip()}], as_json=as_json)


@communities.command("create")
def create_community(
    name: str,
    *,
    community_id: Annotated[int, typer.Option("--id", help="0 for the next free one.")] = 0,
    screen_name: Annotated[str, typer.Option(help="Short (system) name.")] = "",
    admin: Annotated[
        list[int] | None, typer.Option(help="User who may act for it; repeatable.")
    ] = None,
    data: DataOption = None,
    as_json: JsonOption = False,
) -> None:
    """Add a community, or replace the one with this id."""

    async def work(stores: Stores) -> Community:
        draft = Community(id=community_id, name=name, screen_name=screen_name)
        return await stores.registry.add_community(draft, admin or ())

    made = with_stores(work, data)
    show([{"id": made.id, "name": made.name}], as_json=as_json)


@tokens.command("create")
def create_token(
    *,
    app_id: Annotated[int, typer.Option("--app", help="The application that will call.")],
    user: Annotated[int, typer.Option(help="The user it speaks for.")] = 0,
    community: Annotated[int, typer.Option(help="The community it speaks for.")] = 0,
    permissions: Annotated[str, typer.Option(help="Joined by commas.")] = "",
    days: Annotated[int, typer.Option(help="How long it works; 0 for ever.")] = 0,
    session: Annotated[
        bool, typer.Option(help="Make a session, which signs with its own secret (OK).")
    ] = False,
    data: DataOption = None,
    as_json: JsonOption = False,
) -> None:
    """Give out a token: of a user, of a community, or (with neither) of the service.

    It is shown once; only its hash is kept.
    """
    token = f"vk1.a.{secrets.token_urlsafe(64)}"
    kind = (
        TokenKind.USER if user else TokenKind.COMMUNITY if community else TokenKind.SERVICE
    )
    expires_at = datetime.now(UTC) + timedelta(days=days) if days else None
    secret = secrets.token_hex(16) if session else ""

    async def work(stores: Stores) -> None:
        await stores.accounts.application_by_id(app_id)
        draft = TokenDraft(
            token=token,
            app_id=app_id,
            kind=kind,
            user_id=user,
            community_id=community,
            permissions=frozenset(one for one in permissions.split(",") if one),
            expires_at=expires_at,
            secret=secret,
        )
        await stores.registry.add_token(draft)

    with_stores(work, data)
    shown = {"token": token, "kind": kind.value}
    show([shown | {"secret": secret} if session else shown], as_json=as_json)


@tokens.command("revoke")
def revoke_token(
    token: Annotated[
        str, typer.Argument(help="The token; - reads it from standard input.")
    ],
    *,
    data: DataOption = None,
) -> None:
    """Forget a token; it stops working at once."""
    text = typer.get_text_stream("stdin").readline().strip() if token == "-" else token  # noqa: S105
    known = with_stores(lambda stores: stores.registry.revoke_token(text), data)
    _ended(known=known, what="the token")


def _ended(*, known: bool, what: str) -> None:
    typer.echo(f"{what} is revoked" if known else f"{what} is not known", err=not known)
    if not known:
        raise typer.Exit(1)
