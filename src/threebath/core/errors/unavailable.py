"""Our fault; the same call may work later."""

from threebath.core.errors.base import UploadError


class Unavailable(UploadError):
    slug = "unavailable"
    ours = True
    text = "the service is not available right now"


class Busy(Unavailable):
    slug = "unavailable.busy"
    text = "too much work is under way; try again"


class StoreFailed(Unavailable):
    slug = "unavailable.store"


class RendererFailed(Unavailable):
    slug = "unavailable.renderer"
