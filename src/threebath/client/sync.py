"""The same clients without ``async``: each call runs to its end before it returns.

>>> from threebath.client import sync
>>> def share(paths):
...     with sync.VK("token", base="http://127.0.0.1:8470") as vk:
...         return vk.upload_photos(paths, album=5).check()

Arguments, results and errors are those of the clients in `threebath.client`, which do the
work. Where an event loop runs already (in a notebook, in a web framework), use those.
"""

import asyncio
from collections.abc import Callable, Coroutine
from typing import Any, Concatenate, Generic, ParamSpec, Protocol, Self, TypeVar

from threebath import client as c
from threebath.client.errors import BadArguments

P = ParamSpec("P")
R = TypeVar("R")
A = TypeVar("A", bound="_Closes")


class _Closes(Protocol):
    async def close(self) -> None: ...


class _Face(Generic[A]):
    """Runs a client's coroutines on an event loop of its own."""

    def __init__(self, client: A) -> None:
        self.client = client
        self._runner = asyncio.Runner()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Close the connections and the event loop."""
        self._runner.run(self.client.close())
        self._runner.close()

    def run(self, work: Coroutine[Any, Any, R]) -> R:
        """Run any coroutine of ``self.client`` to its end.

        Raises:
            BadArguments: an event loop runs in this thread already.
        """
        try:
            asyncio.get_running_loop()
        except RuntimeError:
            return self._runner.run(work)
        work.close()
        raise BadArguments("an event loop runs here: use the client without sync")


def _waiting(
    method: Callable[Concatenate[Any, P], Coroutine[Any, Any, R]],
) -> Callable[Concatenate["_Face[Any]", P], R]:
    """Make a method that waits of one that is awaited; its name and text stay."""

    def wait(self: _Face[Any], /, *args: P.args, **kwargs: P.kwargs) -> R:
        return self.run(method(self.client, *args, **kwargs))

    wait.__name__ = method.__name__
    wait.__doc__ = method.__doc__
    return wait


class VK(_Face[c.VK]):
    """See `threebath.client.VK`."""

    def __init__(self, token: str, **options: Any) -> None:  # noqa: ANN401  # passed on
        super().__init__(c.VK(token, **options))

    call = _waiting(c.VK.call)
    upload_photos = _waiting(c.VK.upload_photos)
    upload_wall_photos = _waiting(c.VK.upload_wall_photos)
    upload_wall_photo = _waiting(c.VK.upload_wall_photo)
    upload_profile_photo = _waiting(c.VK.upload_profile_photo)
    upload_message_photos = _waiting(c.VK.upload_message_photos)
    upload_message_photo = _waiting(c.VK.upload_message_photo)
    upload_chat_photo = _waiting(c.VK.upload_chat_photo)
    upload_market_photo = _waiting(c.VK.upload_market_photo)
    upload_market_album_photo = _waiting(c.VK.upload_market_album_photo)
    upload_audio = _waiting(c.VK.upload_audio)
    upload_video = _waiting(c.VK.upload_video)
    upload_document = _waiting(c.VK.upload_document)
    upload_wall_document = _waiting(c.VK.upload_wall_document)
    upload_message_document = _waiting(c.VK.upload_message_document)
    upload_graffiti = _waiting(c.VK.upload_graffiti)
    upload_cover = _waiting(c.VK.upload_cover)
    upload_voice = _waiting(c.VK.upload_voice)
    upload_story = _waiting(c.VK.upload_story)


class OK(_Face[c.OK]):
    """See `threebath.client.OK`."""

    def __init__(self, application_key: str, **options: Any) -> None:  # noqa: ANN401  # passed on
        super().__init__(c.OK(application_key, **options))

    call = _waiting(c.OK.call)
    upload_photos = _waiting(c.OK.upload_photos)
    post_moments = _waiting(c.OK.post_moments)
    post_topic = _waiting(c.OK.post_topic)


class UP(_Face[c.UP]):
    """See `threebath.client.UP`."""

    def __init__(self, api_key: str, secret: str, **options: Any) -> None:  # noqa: ANN401  # passed on
        super().__init__(c.UP(api_key, secret, **options))

    call = _waiting(c.UP.call)
    upload_photo = _waiting(c.UP.upload_photo)
    upload_photos = _waiting(c.UP.upload_photos)
