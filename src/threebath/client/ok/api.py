"""OK: photos, moments and topics, each as one call."""

from collections.abc import Sequence
from typing import Unpack

from threebath.client.batch import Batch, Options, Sender
from threebath.client.errors import NotPosted
from threebath.client.files import Sendable
from threebath.client.ok import results as r
from threebath.client.ok.calls import Calls
from threebath.client.ok.flows import MomentsFlow, PhotosFlow, topic_flow
from threebath.client.progress import Listener, ignore


class OK(Calls):
    """Uploads in the name of one session; use it as ``async with OK(key, ...) as ok``."""

    async def upload_photos(
        self,
        files: Sequence[Sendable],
        *,
        album: str = "",
        group: str = "",
        user: str = "",
        comments: Sequence[str] = (),
        **options: Unpack[Options],
    ) -> Batch[r.Photo]:
        """Add photos to an album; without *album*, to the user's own photos.

        Args:
            user: whose, for calls without a session.
            comments: texts of the photos, in the order of the files.
        """
        issue = {"aid": album, "gid": group, "uid": user}
        return await Sender(PhotosFlow(self, issue, comments), **options).send(files)

    async def post_moments(
        self, files: Sequence[Sendable], **options: Unpack[Options]
    ) -> Batch[r.Moment]:
        """Publish moments, one of each file."""
        return await Sender(MomentsFlow(self), **options).send(files)

    async def post_topic(
        self,
        files: Sequence[Sendable],
        *,
        text: str = "",
        group: str = "",
        tell: Listener = ignore,
    ) -> r.Topic:
        """Publish one post with all the photos; in *group*, or on the user's page.

        Raises:
            ClientError: a file cannot be sent; then nothing is posted.
        """
        flow = topic_flow(self, text=text, group=group)
        batch = await Sender(flow, tell=tell).send(files)
        for one in batch.failed:
            if one.error is not None and not isinstance(one.error, NotPosted):
                raise one.error
        return batch.check()[0]
