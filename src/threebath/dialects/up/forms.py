r"""What the values of each argument look like, so that a signed text has one reading.

UP joins what it signs without separators: ``aid=1`` and ``caption=hi`` sign like
``aid=1caption=hi``. Whoever sees a signed call could cut it differently and send another.
So a call is taken only if no other one with the same signed text would be:

1. No argument comes twice, none has a name with ``=`` in it.
2. Only texts that people write (captions, names of albums) may contain ``=``.
3. Where arguments with known names meet, the longest known name that fits is meant.
4. Where an unknown name follows, no more of it could belong to the value before.
5. A text holds nothing that reads like a later argument of the same call.

tests/dialects/up/test_forms.py tries every reading of a text against each other.
"""

import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from types import MappingProxyType

from threebath.core.errors import BadParameter

Pair = tuple[str, str]

METHOD = "method"
LONGEST_NAME = 64

_PLAIN = re.compile(r"[^=]*+")
_NUMBER = re.compile(r"[0-9]{0,19}+", re.ASCII)
_NUMBERS = re.compile(
    r"""(?: [0-9]{1,19} (?: ,[ ]?[0-9]{1,19} )* ,?
    | \[ (?: "?[0-9]{1,19}"? (?: ,[ ]?"?[0-9]{1,19}"? )* )? \] )?""",
    re.ASCII | re.VERBOSE,
)
_DECIMAL = re.compile(r"(?:-?[0-9]{1,9}(?:\.[0-9]{0,9})?)?", re.ASCII)

FORMS: Mapping[str, re.Pattern[str]] = MappingProxyType(
    {
        "aid": _NUMBER,
        "aids": _NUMBERS,
        "apiKey": re.compile(r"[!-<>-~]{0,128}"),
        "api_key": re.compile(r"[!-<>-~]{0,128}"),
        "auth_token": re.compile(r"[0-9A-Za-z]{0,64}"),
        "call_id": re.compile(r"(?:[0-9]{1,20}(?:[.,][0-9]{1,12})?(?:[eE][0-9]{1,2})?)?"),
        "callback": re.compile(r"[A-Za-z0-9_.$]{0,64}"),
        "caption": _PLAIN,
        "community": _PLAIN,
        "description": _PLAIN,
        "expires": re.compile(r"[0-9]{0,9}"),
        "ext_perm": re.compile(r"[a-z_]{0,64}"),
        "fields": re.compile(r"[A-Za-z0-9_,. ]*+"),
        "format": re.compile(r"(?i:xml|json|php_serial)?"),
        "generate_session_secret": re.compile(r"[a-z01]{0,5}"),
        "locale": re.compile(r"[A-Za-z_-]{0,16}"),
        "location": _PLAIN,
        METHOD: _PLAIN,
        "name": _PLAIN,
        "pageNumber": re.compile(r"[0-9]{0,6}"),
        "pageSize": re.compile(r"[0-9]{0,6}"),
        "pageUrls": _PLAIN,
        "pid": _NUMBER,
        "pids": _NUMBERS,
        "sdk": re.compile(r"[a-z]{0,16}"),
        "sdk_version": re.compile(r"[0-9.]{0,16}"),
        "session_key": re.compile(r"[!-<>-~]{0,128}"),
        "ss": re.compile(r"[01]?"),
        "subj_id": _NUMBERS,
        "tag_text": _PLAIN,
        "tag_uid": _NUMBER,
        "tags": _PLAIN,
        "uid": _NUMBER,
        "uids": _NUMBERS,
        "v": re.compile(r"[0-9.]{0,8}"),
        "visible": re.compile(r"[a-z-]{0,32}"),
        "x": _DECIMAL,
        "y": _DECIMAL,
    }
)
"""The arguments that have a meaning, or that clients are known to send without one, and
what their values look like."""

_EARLY = tuple(name for name in FORMS if name <= METHOD)


@dataclass(frozen=True, slots=True)
class Grammar:
    """How the arguments of one call may look.

    Attributes:
        texts: those that may hold anything, ``=`` included.
        closed: those whose values are known one by one, with all that there are.
    """

    texts: frozenset[str] = frozenset()
    closed: Mapping[str, Collection[str]] = field(default_factory=dict)

    def takes(self, name: str, value: str) -> bool:
        """Say whether *value* can be the value of *name*."""
        if name in self.texts:
            return True
        if name in self.closed:
            return value in self.closed[name]
        return FORMS.get(name, _PLAIN).fullmatch(value) is not None

    def check_values(self, pairs: Iterable[Pair]) -> None:
        """Refuse names and values that no argument has.

        Raises:
            BadParameter: for the first one.
        """
        for name, value in pairs:
            if not name or "=" in name or len(name) > LONGEST_NAME:
                raise BadParameter(
                    name[:LONGEST_NAME] or "an argument", "has no sound name"
                )
            if not self.takes(name, value):
                raise BadParameter(name)

    def check_reading(self, pairs: Sequence[Pair]) -> None:
        """Refuse what could be read differently; *pairs* are in the order as signed.

        Raises:
            BadParameter: there is another reading of their signed text.
        """
        names = [*(name for name, _ in pairs[1:]), ""]
        for (name, value), after in zip(pairs, names, strict=True):
            if name in self.texts:
                self._check_text(name, value, after)
        for (name, value), (after, _) in pairwise(pairs):
            if _ends_in_longer(value + after, after) or (
                after not in FORMS and not self._ends_before(name, value, after)
            ):
                raise BadParameter(after, f"cannot be told from {name} in what is signed")

    def _ends_before(self, name: str, value: str, after: str) -> bool:
        """Say whether a value ends where the unknown name *after* begins."""
        if name in self.texts or after.endswith(_EARLY):
            return False
        return not any(self.takes(name, value + after[:n]) for n in range(1, len(after)))

    def _check_text(self, name: str, value: str, after: str) -> None:
        for other in FORMS:
            near = name < other and (not after or other <= after)
            swallows = name < other and other in self.texts
            method = name < METHOD == other
            if (near or swallows or method) and f"{other}=" in value:
                raise BadParameter(name, f'must not contain "{other}="')


def _ends_in_longer(text: str, name: str) -> bool:
    return any(len(one) > len(name) and text.endswith(one) for one in FORMS)
