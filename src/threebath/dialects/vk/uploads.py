"""Steps 1 and 3 of every kind: two functions; the rows tell the kinds apart."""

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from types import MappingProxyType

from threebath.core.errors import BadParameter, WrongTokenKind
from threebath.core.networks.vk import COVER, PROFILE
from threebath.core.tickets import Destination, Ticket, TokenKind
from threebath.dialects.vk import box
from threebath.dialects.vk.asks import ASKS, VIDEO_ID
from threebath.dialects.vk.calls import Call, Method
from threebath.dialects.vk.columns import Claims, Issued, Owner, VkKind
from threebath.dialects.vk.covers import check_box
from threebath.dialects.vk.kinds import rows_by
from threebath.dialects.vk.results import RESULTS
from threebath.dialects.vk.wire import read_reply
from threebath.service.uploads import Claim, Commit

LONGEST_CAPTION = 2048


def _community(call: Call) -> int:
    group = call.params.group() or call.caller.community_id
    if not group:
        raise BadParameter("group_id", "is undefined")
    return -group


OWNERS: Mapping[Owner, Callable[[Call], int]] = MappingProxyType(
    {
        Owner.GROUP: lambda call: -call.params.group() or call.caller.actor_id,
        Owner.COMMUNITY: _community,
        Owner.SIGNED: lambda call: call.params.integer("owner_id") or call.caller.actor_id,
        Owner.CALLER: lambda call: call.caller.actor_id,
    }
)


async def issue(rows: Sequence[VkKind], call: Call) -> object:
    """Answer a ``get…Server`` method: where to send the files."""
    row = _meant(rows, call)
    _check_token(row.tokens, call)
    owner_id, album_id = OWNERS[row.owner](call), _album(row, call)
    options = await ASKS[row.asks](call)
    if VIDEO_ID in options:
        album_id = int(options[VIDEO_ID])
    to = Destination(row.kind.place, owner_id, album_id)
    ticket = await call.services.uploads.issue(call.caller, row.kind, to, options=options)
    return ISSUED[row.issued](row, call, ticket)


def _meant(rows: Sequence[VkKind], call: Call) -> VkKind:
    for row in rows:
        if row.is_meant(call.params):
            return row
    name = next(iter(rows[0].when))
    fine = [one for row in rows for one in row.when[name] if one]
    raise BadParameter(name, f"should be one of {', '.join(fine)}")


def _album(row: VkKind, call: Call) -> int | None:
    if row.album:
        return None
    album_id = call.params.integer("album_id") or call.params.integer("aid")
    if not album_id:
        raise BadParameter("album_id", "undefined")
    return album_id


def _check_token(tokens: frozenset[TokenKind], call: Call) -> None:
    if call.caller.kind not in tokens:
        raise WrongTokenKind(call.caller.kind, " or ".join(sorted(tokens)))


def _address(call: Call, ticket: Ticket) -> str:
    sealed = ticket.seal(call.services.keys)
    return f"{call.services.address}/c{call.server}/upload.php?ticket={sealed}"


def _plain(_row: VkKind, call: Call, ticket: Ticket) -> object:
    return {"upload_url": _address(call, ticket)}


def _with_album(row: VkKind, call: Call, ticket: Ticket) -> object:
    to = ticket.destination
    found: dict[str, object] = {
        "upload_url": _address(call, ticket),
        "album_id": row.upload_album or to.album_id,
        "user_id": call.caller.user_id,
    }
    return found | ({"group_id": -to.owner_id} if to.owner_id < 0 else {})


def _with_viewers(_row: VkKind, call: Call, ticket: Ticket) -> object:
    people = call.params.integers("user_ids")
    return {"upload_url": _address(call, ticket), "user_ids": people, "peer_ids": []}


def _new_video(_row: VkKind, call: Call, ticket: Ticket) -> object:
    return {
        "access_key": ticket.options["access_key"],
        "description": call.params.text("description"),
        "owner_id": ticket.destination.owner_id,
        "title": call.params.text("name") or "No name",
        "upload_url": _address(call, ticket),
        "video_id": ticket.destination.album_id,
    }


ISSUED: Mapping[Issued, Callable[[VkKind, Call, Ticket], object]] = MappingProxyType(
    {
        Issued.ADDRESS: _plain,
        Issued.ALBUM: _with_album,
        Issued.STORY: _with_viewers,
        Issued.VIDEO: _new_video,
        Issued.BARE: lambda row, call, ticket: _address(call, ticket),
    }
)


async def commit(rows: Sequence[VkKind], call: Call) -> object:
    """Answer a save method: publish what the upload's reply stands for."""
    first = rows[0]
    _check_token(frozenset().union(*(row.tokens for row in rows)), call)
    params, services = call.params, call.services
    caption = params.text("caption", LONGEST_CAPTION)
    where = {
        name: value
        for name, bound in (("latitude", 90), ("longitude", 180))
        if (value := params.decimal(name, bound))
    }
    receipts = read_reply(first, params, call.server, call.caller.actor_id, services.keys)
    kept = {name: params.text(name, most)[:most] for name, most in first.keeps.items()}
    extra = {**where, **{name: value for name, value in kept.items() if value}}
    if first.kind is COVER:
        await check_box(call, receipts)
    if first.kind is PROFILE and box.needs_a_yes(call):
        return box.ask(call, receipts)
    commits = [Commit(receipt_id=one, caption=caption, extra=extra) for one in receipts]
    kinds = {row.kind.name: row for row in rows}
    photos = await services.uploads.commit(
        call.caller,
        [row.kind for row in rows],
        commits,
        claim=_claim(first, call),
    )
    return await RESULTS[kinds[photos[0].kind].result](call, photos)


def _claim(row: VkKind, call: Call) -> Claim:
    """Say where the call believes the photos go.

    Leaving ``group_id`` out claims the caller's own page, as on VK; ``gid`` and ``aid``
    are what the upload's reply calls group and album.
    """
    group = call.params.group() or call.params.group("gid")
    if row.claims is Claims.NOTHING or (row.claims is Claims.GIVEN and not group):
        return Claim()
    album = call.params.integer("album_id") or call.params.integer("aid")
    own_album = album or None if not row.album else None
    return Claim(owner_id=-group or call.caller.actor_id, album_id=own_album)


METHODS: Mapping[str, Method] = MappingProxyType(
    {
        name: Method(partial(issue, rows), codes=rows[0].codes)
        for name, rows in rows_by("issue").items()
    }
    | {
        name: Method(partial(commit, rows), needs=rows[0].kind.needs, codes=rows[0].codes)
        for name, rows in rows_by("commit").items()
    }
)
