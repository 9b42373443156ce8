"""UP's ids: the owner's in the upper half, a small number in the lower.

Derived from the samples of UP's manual: album 940915667462717 of user 219074 is
``(219074 << 32) + 2058813``, and its address ends in 2058813.
"""

_HALF = 32
_NUMBER = (1 << _HALF) - 1


def wire_id(owner_id: int, number: int) -> str:
    """Return the id of an album or a photo as UP says it.

    >>> wire_id(219074, 2058813)
    '940915667462717'
    """
    return str((owner_id << _HALF) + number)


def split_id(text: str) -> tuple[int, int]:
    """Return owner and number of an id that is all digits.

    >>> split_id("34595963571485")
    (8055, 2002205)
    """
    whole = int(text)
    return whole >> _HALF, whole & _NUMBER
