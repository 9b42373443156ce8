"""VK's destinations, as flows for a batch."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Generic, TypeVar

from threebath.client.checks import LIMITS, check
from threebath.client.errors import UploadRefused
from threebath.client.flow import Saved, StepFlow
from threebath.client.progress import Stage, Track, enter_all
from threebath.client.shapes import Shape
from threebath.client.vk import kinds as k
from threebath.client.vk import results as r
from threebath.client.vk.calls import Address, Calls, Reply
from threebath.client.vk.wire import HAS_FILE
from threebath.core.kinds import PICTURES, Limits

R = TypeVar("R")


@dataclass(frozen=True, slots=True)
class VkFlow(StepFlow, Generic[R]):
    """Three steps: get an address, send, save.

    Attributes:
        issue: parameters of step 1.
        save: parameters of step 3, beside those that the reply gives.
        fields: text fields of step 2.
    """

    calls: Calls
    kind: k.Kind[R]
    issue: Mapping[str, object] = field(default_factory=dict)
    save: Mapping[str, object] = field(default_factory=dict)
    fields: Mapping[str, str] = field(default_factory=dict)

    @property
    def group(self) -> int:
        return self.kind.group

    @property
    def limits(self) -> Limits | None:
        return LIMITS.get(self.kind.name)

    async def receive(self, tracks: Sequence[Track]) -> dict[str, Any]:
        """See `Flow.receive`."""
        reply = await self.calls.receive(self.kind, self.issue, tracks, self.fields)
        return {"params": dict(reply.params), "reply": dict(reply.members)}

    async def commit(
        self, claim: dict[str, Any], tracks: Sequence[Track]
    ) -> Sequence[Saved[R]]:
        """See `Flow.commit`."""
        reply = Reply(self.kind, claim["params"], claim["reply"])
        results = await self.calls.save(reply, self.save)
        return [_saved(one) for one in results]


@dataclass(frozen=True, slots=True)
class VideoFlow(StepFlow):
    """Two steps: ``video.save`` names the video, receiving its bytes saves it.

    Sending twice to one address is one video, so this may always be repeated; a second
    file is refused, which says that the first one came through.
    """

    calls: Calls
    issue: Mapping[str, object] = field(default_factory=dict)

    @property
    def repeatable(self) -> bool:
        return True

    @property
    def limits(self) -> Limits | None:
        return LIMITS.get(k.VIDEO.name)

    async def receive(self, tracks: Sequence[Track]) -> dict[str, Any]:
        """See `Flow.receive`."""
        enter_all(tracks, Stage.ADDRESS)
        address = await self.calls.issue(k.VIDEO, self.issue)
        return {"params": dict(address.params), "answer": address.answer.members}

    async def commit(
        self, claim: dict[str, Any], tracks: Sequence[Track]
    ) -> Sequence[Saved[r.Video]]:
        """See `Flow.commit`."""
        answer = Shape(claim["answer"], k.VIDEO.issue)
        url = answer.at("upload_url").text
        address = Address(k.VIDEO, claim["params"], url, answer)
        try:
            await self.calls.send_tracks(address, tracks, {})
        except UploadRefused as error:
            if HAS_FILE not in f"{error.message} {error.reason}":
                raise
        return [_saved(one) for one in k.VIDEO.read(answer)]


@dataclass(frozen=True, slots=True)
class StoryFlow(StepFlow):
    """Stories: which of the two kinds a file is, its first bytes say."""

    calls: Calls
    issue: Mapping[str, object] = field(default_factory=dict)

    @property
    def limits(self) -> Limits | None:
        return None

    async def receive(self, tracks: Sequence[Track]) -> dict[str, Any]:
        """See `Flow.receive`."""
        is_photo = tracks[0].source.finding.format in PICTURES
        kind = k.STORY_PHOTO if is_photo else k.STORY_VIDEO
        for track in tracks:
            check(track.source, LIMITS.get(kind.name))
        reply = await self.calls.receive(kind, self.issue, tracks, {})
        return {"params": dict(reply.params), "reply": dict(reply.members)}

    async def commit(
        self, claim: dict[str, Any], tracks: Sequence[Track]
    ) -> Sequence[Saved[r.Story]]:
        """See `Flow.commit`; both kinds are saved alike."""
        reply = Reply(k.STORY_PHOTO, claim["params"], claim["reply"])
        return [_saved(one) for one in await self.calls.save(reply)]


def _saved(result: R) -> Saved[R]:
    """Name a result for people and for the journal."""
    match result:
        case r.Media():
            return Saved(result.attachment, result.url, result)
        case r.OwnerPhoto():
            return Saved(f"post {result.post_id}", result.photo_src, result)
        case r.ChatPhoto():
            return Saved(f"message {result.message_id}", result.url, result)
        case r.Cover():
            largest = max(result.images, key=lambda one: one.width, default=None)
            return Saved("cover", largest.url if largest else "", result)
        case _:
            raise AssertionError(result)


def square(crop: Sequence[int] | None) -> Mapping[str, str]:
    """Write the crop of a main photo: x, y and side, in pixels."""
    return {"_square_crop": ",".join(map(str, crop))} if crop else {}


def crop_box(crop: Sequence[int] | None, names: Sequence[str]) -> Mapping[str, object]:
    """Write a crop as parameters of step 1."""
    return dict(zip(names, crop, strict=True)) if crop else {}


CROP_SQUARE = ("crop_x", "crop_y", "crop_width")
CROP_CORNERS = ("crop_x", "crop_y", "crop_x2", "crop_y2")
