"""The order of files within a request."""

import re
from collections.abc import Sequence

_SUFFIX = re.compile(r"[0-9]+\Z")


def by_suffix(names: Sequence[str]) -> tuple[int, ...]:
    """Return the positions of *names* in the order of their numeric suffixes.

    VK's album takes ``file1`` to ``file5``, and clients may send ``file2`` first. Equal
    numbers keep the order in which they came; names without one stay where they are.

    >>> by_suffix(["file10", "caption", "file2"])
    (2, 1, 0)
    """
    suffixes = {at: found[0] for at, name in enumerate(names) if (found := _tail(name))}
    ordered = iter(sorted(suffixes, key=lambda at: _weight(suffixes[at])))
    return tuple(next(ordered) if at in suffixes else at for at in range(len(names)))


def _tail(name: str) -> re.Match[str] | None:
    return _SUFFIX.search(name)


def _weight(digits: str) -> tuple[int, str]:
    """Compare as numbers without making one: digits may be thousands."""
    significant = digits.lstrip("0")
    return len(significant), significant
