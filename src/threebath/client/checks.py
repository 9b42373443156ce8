"""What the destination takes, checked before a byte is sent.

The limits are the server's own tables in `threebath.core.networks`, kept once.
"""

from types import MappingProxyType

from threebath.client.errors import FileUnfit
from threebath.client.files import Source
from threebath.core.errors import (
    CorruptFile,
    FormatNotAllowed,
    TooManyBytes,
    UnknownFormat,
    UploadError,
)
from threebath.core.kinds import PICTURES, Limits, UploadKind
from threebath.core.networks import ok, up, vk

_MODULES = (ok, up, vk)

LIMITS = MappingProxyType(
    {
        kind.name: kind.limits
        for module in _MODULES
        for kind in vars(module).values()
        if isinstance(kind, UploadKind)
    }
)
"""The limits of every kind that has a table, by the kind's name."""


def check(source: Source, limits: Limits | None) -> None:
    """Refuse what the server would refuse, as far as a header tells.

    Raises:
        FileUnfit: format, bytes, pixels or aspect are outside *limits*.
    """
    if limits is None:
        return
    try:
        if source.size > limits.max_bytes:
            raise TooManyBytes(limits.max_bytes)
        found = source.finding.format
        if limits.formats <= PICTURES:
            _check_picture(source, limits)
        elif found is not None and found not in limits.formats:
            raise FormatNotAllowed(found)
    except UploadError as error:
        raise FileUnfit(source.name, error) from error


def _check_picture(source: Source, limits: Limits) -> None:
    found = source.finding
    if found.format is None:
        raise UnknownFormat
    if found.format not in limits.formats:
        raise FormatNotAllowed(found.format)
    if found.size is None:
        raise CorruptFile("its header says no size")
    limits.check(found.format, found.size)
