"""What a demo works with, and what it tells."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import httpx

from threebath.cli.pictures import Picture


@dataclass(frozen=True, slots=True)
class Landed:
    """One photo that landed somewhere."""

    place: str
    name: str
    photo: str
    size: str
    sizes: int
    address: str


class DemoFailed(Exception):
    """A call was refused, or its answer was not what a client can use."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Stage:
    """What a demo works with: a client, who it is, and its pictures."""

    http: httpx.AsyncClient
    world: Mapping[str, object]
    pictures: Sequence[Picture]
