"""The root of the error tree."""

from typing import ClassVar


class UploadError(Exception):
    """Base of the tree; ``str()`` of it is safe to show to the caller."""

    #: Stable name for logs, metrics and the SDK, e.g. ``file.too_many_bytes``.
    slug: ClassVar[str] = "unknown"
    #: Whether it counts against our availability and is logged with its cause.
    ours: ClassVar[bool] = False
    #: What it says when it is raised without a reason of its own.
    text: ClassVar[str] = "something went wrong"

    def __init__(self, reason: str = "") -> None:
        super().__init__(reason or self.text)
