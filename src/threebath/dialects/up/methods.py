"""All of UP's methods that we answer, by name."""

from collections.abc import Iterator
from types import MappingProxyType

from threebath.core.errors import UnknownMethod
from threebath.dialects.up import albums, auth, people, photos, tags
from threebath.dialects.up.calls import Method
from threebath.dialects.up.errors import MethodMissing

_PREFIXES = ("up.", "facebook.")
"""What a name may begin with; Facebook's clients have theirs built in."""

_ROWS = (
    Method(name="up.photos.upload", handler=photos.upload, texts=frozenset({"caption"})),
    Method(
        name="up.photos.createAlbum",
        handler=albums.create_album,
        texts=frozenset({"name", "description", "location"}),
    ),
    Method(name="up.photos.getAlbums", handler=albums.get_albums),
    Method(name="up.photos.get", handler=photos.get),
    Method(
        name="up.photos.addTag",
        handler=tags.add_tag,
        texts=frozenset({"tag_text", "tags"}),
    ),
    Method(name="up.photos.getTags", handler=tags.get_tags),
    Method(
        name="up.auth.createToken",
        handler=auth.create_token,
        session=False,
        own_secret=False,
    ),
    Method(
        name="up.auth.getSession",
        handler=auth.get_session,
        session=False,
        community=False,
        own_secret=False,
    ),
    Method(name="up.auth.expireSession", handler=auth.expire_session),
    Method(
        name="up.users.getLoggedInUser", handler=people.get_logged_in_user, call_id=True
    ),
    Method(name="up.users.isAppAdded", handler=people.is_app_added, call_id=True),
    Method(name="up.users.getInfo", handler=people.get_info, session=False),
    Method(name="up.users.hasAppPermission", handler=people.has_app_permission),
    Method(
        name="up.community.getList",
        handler=people.get_communities,
        session=False,
        community=False,
    ),
)

METHODS = MappingProxyType({row.name.lower(): row for row in _ROWS})
"""By the name in lower case, with its prefix."""


class Names:
    """Every way to write a method's name; any letter case, with or without prefix."""

    def __contains__(self, name: object) -> bool:
        return isinstance(name, str) and _full(name) in METHODS

    def __iter__(self) -> Iterator[str]:
        return iter(METHODS)

    def __len__(self) -> int:
        return len(METHODS)


def method_named(name: str) -> Method:
    """Return a method, or raise `UnknownMethod` or `MethodMissing`."""
    if not name:
        raise MethodMissing
    if found := METHODS.get(_full(name)):
        return found
    raise UnknownMethod(name)


def _full(name: str) -> str:
    bare = name.lower()
    prefix = next((one for one in _PREFIXES if bare.startswith(one)), "")
    return "up." + bare.removeprefix(prefix)
