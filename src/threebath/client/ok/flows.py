"""OK's destinations, as flows for a batch."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from threebath.client.calling import receive_at
from threebath.client.checks import LIMITS
from threebath.client.errors import ClientError, NetworkError
from threebath.client.flow import Saved, StepFlow
from threebath.client.ok import results as r
from threebath.client.ok.calls import Calls, Token
from threebath.client.progress import Track
from threebath.client.shapes import Shape
from threebath.core.kinds import Limits

MOST_AT_ONCE = 5
"""Photos of one address: all are taken or none, so fewer are lost to a bad one."""


async def _receive(
    calls: Calls, method: str, params: Mapping[str, object], tracks: Sequence[Track]
) -> list[Token]:
    return await receive_at(
        lambda: calls.issue(params, method=method),
        lambda address: calls.send_tracks(address, tracks),
        tracks,
    )


@dataclass(frozen=True, slots=True)
class PhotosFlow(StepFlow):
    """Photos of an album: getUploadUrl, send, commit.

    Attributes:
        comments: by the files' places among those given.
        comment: of the files that have none of their own.
    """

    calls: Calls
    issue: Mapping[str, object] = field(default_factory=dict)
    comments: Sequence[str] = ()
    comment: str = ""
    group = MOST_AT_ONCE

    @property
    def limits(self) -> Limits | None:
        return LIMITS.get("ok.album" if self.issue.get("aid") else "ok.photo")

    async def receive(self, tracks: Sequence[Track]) -> dict[str, Any]:
        """See `Flow.receive`."""
        sizes = ",".join(str(track.source.size) for track in tracks)
        issue = {**self.issue, "count": len(tracks), "sizes": sizes}
        tokens = await _receive(self.calls, "photosV2.getUploadUrl", issue, tracks)
        photos = [
            {"photo_id": one.photo_id, "token": one.token, **self._comment(track)}
            for one, track in zip(tokens, tracks, strict=True)
        ]
        return {"photos": photos}

    def _comment(self, track: Track) -> dict[str, str]:
        own = self.comments[track.index] if track.index < len(self.comments) else ""
        text = own or self.comment
        return {"comment": text} if text else {}

    async def commit(
        self, claim: dict[str, Any], tracks: Sequence[Track]
    ) -> Sequence[Saved[r.Photo] | ClientError]:
        """See `Flow.commit`."""
        answer = await self.calls.call(
            "photosV2.commit",
            {"photos": claim["photos"]},
            repeatable=self.calls.repeatable,
        )
        told = {one.at("photo_id").text: one for one in answer.at("photos").items()}
        return [_verdict(one["photo_id"], told) for one in claim["photos"]]


def _verdict(photo_id: str, told: Mapping[str, Shape]) -> Saved[r.Photo] | ClientError:
    """Look one photo up in the answer by its id, never by its place."""
    mine = told.get(photo_id)
    status = mine.text_or("status") if mine else "not in the answer"
    if mine is None or status != "SUCCESS":
        return NetworkError(status, "the photo was not saved", method="photosV2.commit")
    assigned = mine.at("assigned_photo_id").identifier
    photo = r.Photo(id=assigned, temporary_id=photo_id)
    return Saved(assigned, "", photo)


@dataclass(frozen=True, slots=True)
class MomentsFlow(StepFlow):
    """Moments: an address and an upload for each, one commit for all."""

    calls: Calls
    group = 10

    @property
    def limits(self) -> Limits | None:
        return LIMITS.get("ok.moment")

    async def receive(self, tracks: Sequence[Track]) -> dict[str, Any]:
        """See `Flow.receive`."""
        tokens = [
            token
            for track in tracks
            for token in await _receive(self.calls, "moments.getUploadUrl", {}, [track])
        ]
        return {"photos": [{"photo_id": t.photo_id, "token": t.token} for t in tokens]}

    async def commit(
        self, claim: dict[str, Any], tracks: Sequence[Track]
    ) -> Sequence[Saved[r.Moment] | ClientError]:
        """See `Flow.commit`; OK does not publish what a commit answers."""
        answer = await self.calls.call(
            "moments.commit",
            {"photos": claim["photos"]},
            repeatable=self.calls.repeatable,
        )
        listed = answer.maybe("ids") if isinstance(answer.value, dict) else None
        ids = [one.identifier for one in listed.items()] if listed else []
        if len(ids) != len(claim["photos"]):
            ids = [""] * len(claim["photos"])
        return [Saved(f"moment {one}".strip(), "", r.Moment(id=one)) for one in ids]


@dataclass(frozen=True, slots=True)
class TopicFlow(StepFlow):
    """One post with all the photos: upload each, then post their tokens.

    Attributes:
        post: parameters of ``mediatopic.post``.
        text: stands above the photos.
    """

    calls: Calls
    issue: Mapping[str, object] = field(default_factory=dict)
    post: Mapping[str, object] = field(default_factory=dict)
    text: str = ""
    group = 100
    repeatable = False
    whole = True

    @property
    def limits(self) -> Limits | None:
        return LIMITS.get("ok.topic")

    async def receive(self, tracks: Sequence[Track]) -> dict[str, Any]:
        """See `Flow.receive`."""
        tokens = []
        for start in range(0, len(tracks), MOST_AT_ONCE):
            some = tracks[start : start + MOST_AT_ONCE]
            issue = {**self.issue, "count": len(some)}
            tokens += await _receive(self.calls, "photosV2.getUploadUrl", issue, some)
        return {"tokens": [token.token for token in tokens]}

    async def commit(
        self, claim: dict[str, Any], tracks: Sequence[Track]
    ) -> Sequence[Saved[r.Topic] | ClientError]:
        """See `Flow.commit`; a second post would be a second post, so it is never made."""
        photos = [{"id": token} for token in claim["tokens"]]
        media: list[dict[str, object]] = [{"type": "photo", "list": photos}]
        if self.text:
            media.insert(0, {"type": "text", "text": self.text})
        answer = await self.calls.call(
            "mediatopic.post",
            {**self.post, "attachment": {"media": media}},
            repeatable=False,
        )
        topic = r.Topic(id=answer.identifier)
        return [Saved(f"topic {topic.id}", "", topic) for _ in photos]


def topic_flow(calls: Calls, *, text: str = "", group: str = "") -> TopicFlow:
    """Return the flow of a post on the user's page, or in *group*."""
    post = {"type": "GROUP_THEME", "gid": group} if group else {"type": "USER"}
    return TopicFlow(calls, {"gid": group}, post, text)
