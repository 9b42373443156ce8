"""Read an answer's JSON with the types that are documented, or say what is wrong."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, TypeVar

from threebath.client.errors import BadShape

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Shape:
    """A JSON value, and where in the answer it stands."""

    value: object
    where: str = "the answer"

    def at(self, name: str) -> "Shape":
        """Return the member *name*.

        Raises:
            BadShape: this is no object, or has no such member.
        """
        members: dict[str, Any] = self._of(dict, "object")
        if name not in members:
            raise BadShape(f"{self.where} has no {name}")
        return Shape(members[name], f"{self.where}.{name}")

    def maybe(self, name: str) -> "Shape | None":
        """Return the member *name*, or ``None`` where it is absent or null."""
        members: dict[str, Any] = self._of(dict, "object")
        found = members.get(name)
        return None if found is None else Shape(found, f"{self.where}.{name}")

    def items(self) -> Iterator["Shape"]:
        """Iterate over a list."""
        listed: list[object] = self._of(list, "list")
        for index, item in enumerate(listed):
            yield Shape(item, f"{self.where}[{index}]")

    @property
    def members(self) -> dict[str, object]:
        """All members of an object."""
        return dict(self._of(dict, "object"))

    @property
    def text(self) -> str:
        return str(self._of(str, "text"))

    @property
    def integer(self) -> int:
        if isinstance(self.value, bool):
            raise BadShape(f"{self.where} is no whole number")
        return int(self._of(int, "whole number"))

    @property
    def identifier(self) -> str:
        """An id that comes as a text or as a number."""
        if isinstance(self.value, int) and not isinstance(self.value, bool):
            return str(self.value)
        return self.text

    @property
    def scalar(self) -> str:
        """A member of an upload's reply, as the save call sends it back."""
        if isinstance(self.value, str):
            return self.value
        return json.dumps(self.value, ensure_ascii=False, separators=(",", ":"))

    def integer_or(self, name: str, default: int = 0) -> int:
        """Return the whole number *name*, or *default* where it is absent."""
        found = self.maybe(name)
        return default if found is None else found.integer

    def text_or(self, name: str, default: str = "") -> str:
        """Return the text *name*; *default* where it is absent, or VK's ``false``."""
        found = self.maybe(name)
        return default if found is None or found.value is False else found.text

    def _of(self, kind: type[T], called: str) -> T:
        if not isinstance(self.value, kind):
            raise BadShape(f"{self.where} is no {called}")
        return self.value
