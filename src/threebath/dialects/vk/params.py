"""VK's parameters: what clients send, read with every tolerance they need."""

from collections.abc import Iterator, Mapping, Sequence

from threebath.core.errors import BadParameter, MissingParameter

TRUE = frozenset({"1", "true", "True"})
FALSE = frozenset({"0", "false", "False"})

INT64 = 2**63


class Params(Mapping[str, str]):
    """The parameters of a call; an empty value is the same as none.

    Of a repeated parameter the last one counts. ``pairs`` keeps what came, in order.
    """

    def __init__(self, pairs: Sequence[tuple[str, str]]) -> None:
        self.pairs = tuple(pairs)
        self._values = {name: value for name, value in pairs if value}

    def __getitem__(self, name: str) -> str:
        return self._values[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._values)

    def __len__(self) -> int:
        return len(self._values)

    def text(self, name: str, longest: int | None = None) -> str:
        """Return a text, or raise `BadParameter` if it has more than *longest* chars."""
        value = self.get(name, "")
        if longest is not None and len(value) > longest:
            raise BadParameter(name, f"should be at most {longest} characters long")
        return value

    def required(self, name: str) -> str:
        """Return a text, or raise `MissingParameter`."""
        if value := self.get(name):
            return value
        raise MissingParameter(name)

    def integer(self, name: str, default: int = 0, least: int | None = None) -> int:
        """Return a whole number of at most 64 bits, or raise `BadParameter`."""
        value = self.get(name)
        if value is None:
            return default
        found = _integer(name, value)
        if least is not None and found < least:
            raise BadParameter(name, f"should be greater or equal to {least}")
        return found

    def flag(self, name: str) -> bool:
        """Return a yes or no, in any of the spellings that clients use."""
        value = self.get(name)
        if value is None or value in FALSE:
            return False
        if value in TRUE:
            return True
        raise BadParameter(name, "should be 0 or 1")

    def decimal(self, name: str, bound: float) -> str:
        """Return a number between minus and plus *bound* as it was sent, or ""."""
        value = self.get(name, "")
        try:
            fine = not value or abs(float(value)) <= bound
        except ValueError:
            fine = False
        if not fine:
            raise BadParameter(name, f"should be between -{bound:g} and {bound:g}")
        return value

    def words(self, name: str) -> list[str]:
        """Return the items of a list that was joined with commas."""
        return [one.strip() for one in self.get(name, "").split(",") if one.strip()]

    def integers(self, name: str) -> list[int]:
        """Return the numbers of a list that was joined with commas."""
        return [_integer(name, one) for one in self.words(name)]

    def group(self, name: str = "group_id") -> int:
        """Return a community's id; some clients send it negative."""
        return abs(self.integer(name))


def _integer(name: str, value: str) -> int:
    text = value.strip()
    digits = text[1:] if text[:1] in "+-" else text
    if not (digits.isascii() and digits.isdigit() and len(digits) <= 19):  # noqa: PLR2004
        raise BadParameter(name, "not integer")
    found = int(text)
    if not -INT64 <= found < INT64:
        raise BadParameter(name, "not integer")
    return found
