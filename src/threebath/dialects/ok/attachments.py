"""What a media topic is made of: the JSON of ``attachment``, read and checked."""

import json
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType

from threebath.core.errors import BadParameter, MissingParameter
from threebath.dialects.ok.errors import (
    AnswerTooLong,
    BlocksExceeded,
    LinkInvalid,
    PhotoUnknown,
    PollInvalid,
    QuestionTooLong,
    TextTooLong,
)
from threebath.dialects.ok.params import Json, Params, whole

MOST_BLOCKS = 100
MOST_PHOTOS = 100
LONGEST_TEXT = 32_000
LONGEST_QUESTION = 400
LONGEST_ANSWER = 100
MOST_ANSWERS, FEWEST_ANSWERS = 15, 2

_NAME = "attachment"
_LINK = re.compile(r"https?://[^\s/?#]+[^\s]*", re.IGNORECASE)
_LONGEST_LINK = 2_000


@dataclass(frozen=True, slots=True)
class Picture:
    """One picture: a token of step 2, or the permanent id of a photo that there is."""

    token: str = ""
    photo_id: str = ""


@dataclass(frozen=True, slots=True)
class Attachment:
    """A topic's parts.

    Attributes:
        texts: of all its text blocks.
        pictures: of all its photo blocks.
        others: links and polls, each as we keep it.
    """

    texts: tuple[str, ...] = ()
    pictures: tuple[Picture, ...] = ()
    others: tuple[str, ...] = ()
    for_group: bool = False

    @property
    def text(self) -> str:
        """The topic's whole text."""
        return "\n\n".join(self.texts)


@dataclass(slots=True)
class _Found:
    texts: list[str] = field(default_factory=list)
    pictures: list[Picture] = field(default_factory=list)
    others: list[str] = field(default_factory=list)


def read_attachment(params: Params) -> Attachment:
    """Return what ``attachment`` says.

    Raises:
        BadParameter, LimitReached, PhotoUnknown: it is not what the documentation says.
    """
    said = params.json(_NAME)
    if not isinstance(said, dict):
        raise BadParameter(_NAME, "must be a JSON object")
    found = _Found()
    blocks = said.get("media")
    if not isinstance(blocks, list) or not blocks:
        raise MissingParameter(f"{_NAME}.media")
    if len(blocks) > MOST_BLOCKS:
        raise BlocksExceeded(f"a topic has at most {MOST_BLOCKS} blocks")
    for block in blocks:
        if not isinstance(block, dict):
            raise BadParameter(_NAME, "must hold objects in media")
        _reader(block)(block, found)
    if len("".join(found.texts)) > LONGEST_TEXT:
        raise TextTooLong("text", f"is longer than {LONGEST_TEXT} characters")
    _check_pictures(found.pictures)
    return Attachment(
        tuple(found.texts),
        tuple(found.pictures),
        tuple(found.others),
        for_group=str(said.get("onBehalfOfGroup", "")).lower() == "true",
    )


def _reader(block: Json) -> "Callable[[Json, _Found], None]":
    kind = block.get("type")
    if not isinstance(kind, str) or kind not in _READERS:
        known = ", ".join(_READERS)
        raise BadParameter(_NAME, f"has a block whose type is none of {known}")
    return _READERS[kind]


def _string(block: Json, name: str) -> str:
    value = block.get(name)
    if not isinstance(value, str) or not value:
        raise MissingParameter(f"{_NAME}.media[].{name}")
    return whole(value)


def _read_text(block: Json, found: _Found) -> None:
    found.texts.append(_string(block, "text"))


def _read_link(block: Json, found: _Found) -> None:
    url = _string(block, "url")
    if len(url) > _LONGEST_LINK or not _LINK.fullmatch(url):
        raise LinkInvalid("url", "is not an address of the web")
    found.others.append(f"link:{url}")


def _read_photo(block: Json, found: _Found) -> None:
    listed = block.get("list")
    if not isinstance(listed, list) or not listed:
        raise MissingParameter(f"{_NAME}.media[].list")
    found.pictures.extend(map(_picture, listed))


def _picture(said: Json) -> Picture:
    named = [name for name in ("id", "photoId") if isinstance(said, dict) and name in said]
    if len(named) != 1:
        raise PhotoUnknown("a photo needs either id (a token) or photoId, and not both")
    value = said[named[0]]
    if isinstance(value, int) and not isinstance(value, bool):
        value = str(value)
    if not isinstance(value, str):
        raise PhotoUnknown(f"{named[0]} must be a string")
    value = whole(value)
    return Picture(token=value) if named[0] == "id" else Picture(photo_id=value)


def _check_pictures(pictures: Sequence[Picture]) -> None:
    if len(pictures) > MOST_PHOTOS:
        raise BlocksExceeded(f"a topic has at most {MOST_PHOTOS} photos")
    if len({*pictures}) < len(pictures):
        raise PhotoUnknown("a photo is listed twice")


def _read_poll(block: Json, found: _Found) -> None:
    question = _string(block, "question")
    if len(question) > LONGEST_QUESTION:
        raise QuestionTooLong("question", f"is longer than {LONGEST_QUESTION} characters")
    answers = list(_answers(block.get("answers")))
    if not FEWEST_ANSWERS <= len(answers) <= MOST_ANSWERS:
        told = f"must be {FEWEST_ANSWERS} to {MOST_ANSWERS}"
        raise PollInvalid("answers", told)
    options = str(block.get("options", ""))[:200]
    kept = {"question": question, "answers": answers, "options": whole(options)}
    found.others.append(f"poll:{json.dumps(kept, ensure_ascii=False)}")


def _answers(listed: Json) -> Iterator[str]:
    if not isinstance(listed, list):
        raise PollInvalid("answers", "must be a list")
    for one in listed:
        text = _string(one, "text") if isinstance(one, dict) else ""
        if not text:
            raise PollInvalid("answers", "must be objects with a text")
        if len(text) > LONGEST_ANSWER:
            raise AnswerTooLong("text", f"is longer than {LONGEST_ANSWER} characters")
        yield text


_READERS: "Mapping[str, Callable[[Json, _Found], None]]" = MappingProxyType(
    {"text": _read_text, "photo": _read_photo, "link": _read_link, "poll": _read_poll}
)
