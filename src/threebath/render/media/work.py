"""What a worker does with a sound or a film; the pool itself never loads libav."""

from collections.abc import Mapping
from typing import Any

from threebath.core.errors import FileRejected
from threebath.core.kinds import Medium
from threebath.render.job import Job, Made
from threebath.render.media.film import describe_film
from threebath.render.media.sound import describe_sound, make_voice
from threebath.render.wire import read_job, write_made, write_refusal


def answer_media(message: Mapping[str, Any], fd: int) -> tuple[dict[str, Any], list[bytes]]:
    """Do it, in the worker: say what was found, and hand over the bytes."""
    try:
        made, sounds = _do(
            Medium[message["media"]], fd, message["length"], read_job(message)
        )
    except FileRejected as error:
        return write_refusal(error), []
    told = {**write_made(made), "sounds": [[name, len(one)] for name, one in sounds]}
    return told, [*(jpeg for _, _, jpeg in made.images), *(one for _, one in sounds)]


def _do(
    medium: Medium, fd: int, length: int, job: Job
) -> tuple[Made, list[tuple[str, bytes]]]:
    if medium is Medium.VOICE:
        return make_voice(fd, length, job)
    describe = describe_film if medium is Medium.FILM else describe_sound
    return describe(fd, length, job), []
