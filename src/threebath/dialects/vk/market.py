"""Goods of a community and collections of them: what market photos are uploaded for.

Both are albums of a network of their own, for an item is a named set of photos; what else
VK says of it stands in ``extra``.
"""

from collections.abc import Mapping, Sequence
from types import MappingProxyType

from threebath.core.errors import (
    AlbumNotFound,
    BadParameter,
    MissingParameter,
    PhotoNotFound,
    TooManyAlbums,
)
from threebath.core.library import Album, Photo
from threebath.core.places import Place
from threebath.core.tickets import Destination
from threebath.dialects.vk.calls import Call, Method
from threebath.dialects.vk.columns import USER
from threebath.dialects.vk.objects import Json, photo_object, sizes
from threebath.service.ports import AlbumDraft

ITEMS, COLLECTIONS = "vk.market", "vk.collection"
"""Networks of albums that are goods, and collections of goods."""

LONGEST_TITLE = 128
MOST_PHOTOS = 4
NAME, DESCRIPTION = (4, 100), (10, 10_000)
KEPT = ("category_id", "price", "old_price", "url", "sku", "weight", "stock_amount")


async def add(call: Call) -> object:
    """Answer ``market.add``: the new item's id."""
    owner_id = _owner(call)
    name = _text(call, "name", *NAME)
    description = _text(call, "description", *DESCRIPTION)
    if not call.params.integer("category_id", least=0):
        raise MissingParameter("category_id")
    await _authorise(call, Place.MARKET_ITEM, owner_id)
    main = call.params.integer("main_photo_id", least=0)
    others = call.params.integers("photo_ids")
    if len(others) > MOST_PHOTOS:
        raise BadParameter("photo_ids", f"should list at most {MOST_PHOTOS} photos")
    await _photos(call, "main_photo_id", owner_id, [main] if main else [], "vk.market_item")
    await _photos(call, "photo_ids", owner_id, others, "vk.market_item")
    photos = ",".join(map(str, [main, *others] if main else others))
    kept = {one: call.params[one] for one in KEPT if one in call.params}
    draft = AlbumDraft(
        network=ITEMS,
        owner_id=owner_id,
        title=name,
        description=description,
        extra={**kept, "photos": photos},
    )
    made = await call.services.library.create_album(draft, call.services.clock())
    return {"market_item_id": made.id}


async def add_album(call: Call) -> object:
    """Answer ``market.addAlbum``: the new collection's id, and how many there are."""
    owner_id = _owner(call)
    title = _text(call, "title", 1, LONGEST_TITLE)
    await _authorise(call, Place.MARKET_COLLECTION, owner_id)
    photo = call.params.integer("photo_id", least=0)
    wanted = [photo] if photo else []
    await _photos(call, "photo_id", owner_id, wanted, "vk.market_collection")
    flags = {one: "1" for one in ("main_album", "is_hidden") if call.params.flag(one)}
    draft = AlbumDraft(
        network=COLLECTIONS,
        owner_id=owner_id,
        title=title,
        extra={**flags, "photos": ",".join(map(str, wanted))},
    )
    library = call.services.library
    made = await library.create_album(draft, call.services.clock())
    count = len(await library.albums(COLLECTIONS, owner_id))
    return {"market_album_id": made.id, "albums_count": count}


async def get_by_id(call: Call) -> object:
    """Answer ``market.getById``: those of the items that exist, with their photos."""
    found: list[Json] = []
    call.params.required("item_ids")
    for item in call.params.words("item_ids"):
        owner, _, number = item.partition("_")
        try:
            album = await goods(call, ITEMS, int(owner), int(number))
        except ValueError:
            raise BadParameter("item_ids", f"is invalid: {item[:64]}") from None
        except AlbumNotFound:
            continue
        found.append(await _item(call, album))
    return {"count": len(found), "items": found}


async def goods(call: Call, network: str, owner_id: int, album_id: int) -> Album:
    """Return an item or a collection, or raise `AlbumNotFound`."""
    album = await call.services.library.album(album_id)
    if (album.network, album.owner_id) != (network, owner_id):
        raise AlbumNotFound
    return album


async def _item(call: Call, album: Album) -> Json:
    numbers = [int(one) for one in album.extra.get("photos", "").split(",") if one]
    photos = [await call.services.library.photo(one) for one in numbers]
    found: Json = {
        "id": album.id,
        "owner_id": album.owner_id,
        "title": album.title,
        "description": album.description,
        "availability": 0,
        "date": int(album.created_at.timestamp()),
        "category": {
            "inner_type": "market_market_category_nested",
            "id": int(album.extra.get("category_id", "0")),
            "name": "",
        },
        "price": _price(album),
        "photos": [photo_object(one, call.services) for one in photos],
    }
    if photos:
        found["thumb_photo"] = sizes(photos[0].asset, call.services)[-1]["url"]
    return found


def _price(album: Album) -> Json:
    amount = album.extra.get("price", "0")
    return {
        "amount": amount,
        "text": amount,
        "currency": {"id": 643, "name": "RUB", "title": "₽"},
    }


def _owner(call: Call) -> int:
    owner_id = call.params.integer("owner_id")
    if owner_id >= 0:
        raise BadParameter("owner_id", f"should be minus a community, and it is {owner_id}")
    return owner_id


def _text(call: Call, name: str, least: int, most: int) -> str:
    found = call.params.required(name)
    if not least <= len(found) <= most:
        told = f"should have {least} to {most} characters, and it has {len(found)}"
        raise BadParameter(name, told)
    return found


async def _authorise(call: Call, place: Place, owner_id: int) -> None:
    to = Destination(place, owner_id)
    await call.services.accounts.authorise(call.caller, to)


async def _photos(
    call: Call, name: str, owner_id: int, ids: Sequence[int], kind: str
) -> None:
    """Refuse photos that are not there, another's, or uploaded for something else."""
    for photo_id in ids:
        try:
            photo: Photo | None = await call.services.library.photo(photo_id)
        except PhotoNotFound:
            photo = None
        if photo is None or photo.owner_id != owner_id:
            raise BadParameter(name, f"is invalid: {owner_id} has no photo {photo_id}")
        if photo.kind != kind:
            told = f"is invalid: photo {photo_id} was uploaded as {photo.kind}, not {kind}"
            raise BadParameter(name, told)


METHODS: Mapping[str, Method] = MappingProxyType(
    {
        "market.add": Method(add, USER, needs="market", codes={TooManyAlbums: 1405}),
        "market.addAlbum": Method(
            add_album, USER, needs="market", codes={TooManyAlbums: 1407}
        ),
        "market.getById": Method(get_by_id, USER),
    }
)
