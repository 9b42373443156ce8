"""Files that cannot be sent, and files that change while they are sent."""

import os
import socket
from contextlib import contextmanager
from pathlib import Path

import pytest
from tests.client.replay import html, jpeg, write
from tests.client.vk_answers import PHOTO_REPLY, photo, server

from threebath.client import Stage, from_bytes, look_at
from threebath.client import errors as e


def _fifo(folder):
    path = folder / "pipe.jpg"
    os.mkfifo(path)
    return path


def _socket(folder):
    path = folder / "socket.jpg"
    with socket.socket(socket.AF_UNIX) as one:
        one.bind(str(path))
    return path


def _loop(folder):
    path = folder / "loop.jpg"
    path.symlink_to(path)
    return path


def _sealed(folder):
    path = write(folder, "sealed.jpg")
    path.chmod(0)
    return path


BAD = [
    (lambda folder: folder / "gone.jpg", e.FileMissing, "no such file"),
    (lambda folder: folder / "gone" / "a.jpg", e.FileMissing, "no such file"),
    (lambda folder: write(folder) / "a.jpg", e.FileMissing, "no such file"),
    (lambda folder: Path("nul\0.jpg"), e.FileMissing, "no such file"),
    (lambda folder: write(folder, "empty.jpg", b""), e.FileEmpty, "the file is empty"),
    (lambda folder: folder, e.NotAFile, "this is a folder"),
    (_fifo, e.NotAFile, "this is a FIFO"),
    (_socket, e.NotAFile, "this is a socket"),
    (lambda folder: Path("/dev/zero"), e.NotAFile, "this is a device"),
    (_loop, e.FileUnreadable, "cannot be read"),
    (lambda folder: folder / ("n" * 300), e.FileUnreadable, "cannot be read"),
]


@pytest.mark.parametrize(("make", "kind", "told"), BAD, ids=range(len(BAD)))
async def test_what_is_no_file_is_said_and_nothing_is_called(
    vk, replay, tmp_path, make, kind, told
):
    """A clear error of its own for each, at once: a FIFO is not waited for."""
    path = make(tmp_path)

    with pytest.raises(kind, match=told):
        await vk.upload_wall_photo(path)

    assert replay.calls == []


@contextmanager
def nobody():
    """Be a user with no rights, where the tests run as one with all."""
    me = os.geteuid()
    if me:
        yield
        return
    os.seteuid(65534)
    try:
        yield
    finally:
        os.seteuid(me)


async def test_an_unreadable_file(vk, tmp_path):
    """Rights that do not allow reading are said as such."""
    path = _sealed(tmp_path)
    with nobody(), pytest.raises(e.FileUnreadable, match="Permission denied"):
        await vk.upload_wall_photo(path)


async def test_a_file_that_fails_while_being_read(vk):
    """/proc/self/mem is a regular file that the kernel refuses to read at its start."""
    with pytest.raises((e.FileUnreadable, e.FileEmpty)):
        await vk.upload_wall_photo("/proc/self/mem")


async def test_in_a_batch_the_good_files_go(vk, replay, tmp_path):
    """Each file has its own verdict, in the order given."""
    given = [tmp_path / "gone.jpg", write(tmp_path), tmp_path]
    replay.on("photos.getWallUploadServer", server()).on("upload", PHOTO_REPLY)
    replay.on("photos.saveWallPhoto", {"response": [photo()]})

    batch = await vk.upload_wall_photos(given)

    stages = [one.stage for one in batch.outcomes]
    assert stages == [Stage.FAILED, Stage.SAVED, Stage.FAILED]


@pytest.mark.parametrize(
    ("change", "told"),
    [
        (lambda path: path.write_bytes(path.read_bytes() + b"more"), "grew"),
        (lambda path: os.truncate(path, 100), "shrank"),
        (lambda path: path.write_bytes(b"x" * path.stat().st_size), "changed"),
    ],
    ids=["grew", "shrank", "rewritten"],
)
async def test_a_file_that_changed_since_it_was_looked_at(
    vk, replay, tmp_path, change, told
):
    """What is sent is what was checked, or nothing."""
    path = write(tmp_path)
    source = await look_at(path)
    os.utime(path, ns=(1, 1))
    change(path)
    replay.on("photos.getWallUploadServer", server())

    with pytest.raises(e.FileChanged, match=told):
        await vk.upload_wall_photo(source)


@pytest.mark.parametrize("cut", [False, True], ids=["grows", "shrinks"])
async def test_a_file_that_changes_while_it_is_sent_is_never_whole_at_the_server(
    own_vk, replay, tmp_path, cut
):
    """Its last bytes are held back until it is known to be what it was."""
    path = write(tmp_path, "long.jpg", jpeg() + bytes(2_000_000))
    received = []

    async def network(request):
        async for chunk in request.stream:
            received.append(len(chunk))
            if len(received) == 4:
                os.truncate(path, 1_000_000 if cut else 3_000_000)

    replay.on("photos.getWallUploadServer", server())
    usual = replay.handle_async_request

    async def handle(request):
        if "upload.php" in str(request.url):
            await network(request)
        return await usual(request)

    replay.handle_async_request = handle

    with pytest.raises(e.FileChanged):
        await own_vk.upload_wall_photo(path)

    assert sum(received) < 2_000_000


async def test_a_change_of_one_file_does_not_stop_the_others(vk, replay, tmp_path):
    """Of five in one request one changed: the four are sent again without it."""
    paths = [write(tmp_path, f"{n}.jpg") for n in range(3)]
    sources = [await look_at(path) for path in paths]
    paths[1].write_bytes(b"other")

    def taken(call):
        names = str([0] * len(call.files))
        return {"server": 1, "photos_list": names, "hash": "h", "aid": 5}

    replay.on("photos.getUploadServer", server()).on("upload", taken, taken)
    replay.on("photos.save", *[{"response": [photo(n)]} for n in (1, 3)])

    batch = await vk.upload_photos(sources, album=5)

    assert [one.id for one in batch.values] == [1, 3]
    assert isinstance(batch.failed[0].error, e.FileChanged)


async def test_bytes_are_a_file_too(vk, replay):
    """Bots make pictures in memory; a name makes them a file."""
    replay.on("photos.getMessagesUploadServer", server()).on("upload", PHOTO_REPLY)
    replay.on("photos.saveMessagesPhoto", {"response": [photo()]})

    await vk.upload_message_photo(from_bytes(jpeg(), "made.jpg"), peer=5)

    assert replay.of("upload")[0].files == [("photo", "made.jpg", "image/jpeg", jpeg())]
    with pytest.raises(e.FileEmpty):
        from_bytes(b"", "nothing.jpg")


async def test_a_picture_without_an_extension_is_given_one(vk, replay, tmp_path):
    """VK answers with an empty list for a picture that is called just ``cat``."""
    replay.on("photos.getWallUploadServer", server()).on("upload", PHOTO_REPLY)
    replay.on("photos.saveWallPhoto", {"response": [photo()]})

    await vk.upload_wall_photo(write(tmp_path, "cat"))

    assert replay.of("upload")[0].files[0][1] == "cat.jpg"


@pytest.mark.parametrize(
    "name", ['qu"ote.jpg', "new\nline.jpg", "привет 😀.jpg", "a;b.jpg"]
)
async def test_any_name_can_be_sent(vk, replay, tmp_path, name):
    """A name is data: it cannot end its header."""
    replay.on("photos.getWallUploadServer", server()).on("upload", PHOTO_REPLY)
    replay.on("photos.saveWallPhoto", {"response": [photo()]})

    await vk.upload_wall_photo(write(tmp_path, name))

    ((field, _, _, content),) = replay.of("upload")[0].files
    assert (field, content) == ("photo", jpeg())


async def test_a_name_that_is_no_text_can_be_sent(vk, replay, tmp_path):
    """Linux names are bytes; what is no UTF-8 becomes question marks."""
    name = os.fsdecode(b"\xff\xfe.jpg")
    replay.on("photos.getWallUploadServer", server()).on("upload", PHOTO_REPLY)
    replay.on("photos.saveWallPhoto", {"response": [photo()]})

    await vk.upload_wall_photo(write(tmp_path, name))

    assert replay.of("upload")[0].files[0][1] == "??.jpg"


UNFIT = [
    (jpeg(100, 2001), "file.aspect", "width / height"),
    (b"just text", "file.format", "not of a supported format"),
    (b"\xff\xd8\xff\xe0\0\x10JF", "file.corrupt", "damaged"),
    (b"%PDF-1.7 " + bytes(99), "file.format", "not of a supported format"),
    (b"ID3" + bytes(99), "file.format_not_allowed", "audio/mpeg are not taken here"),
]


@pytest.mark.parametrize(("content", "slug", "told"), UNFIT, ids=range(len(UNFIT)))
async def test_what_does_not_fit_is_found_before_sending(
    vk, replay, tmp_path, content, slug, told
):
    """By the server's own tables, with the server's own words."""
    with pytest.raises(e.FileUnfit, match=told) as caught:
        await vk.upload_wall_photo(write(tmp_path, "x.jpg", content))

    assert caught.value.slug == slug
    assert replay.calls == []


async def test_a_document_may_not_be_a_program(vk, replay, tmp_path):
    """Nor an MP3; everything else may be one, known or not."""
    program = write(tmp_path, "tool", b"\x7fELF" + bytes(99))

    with pytest.raises(e.FileUnfit, match="are not taken here"):
        await vk.upload_document(program)

    assert replay.calls == []


async def test_too_many_bytes_are_found_before_sending(vk, replay, tmp_path):
    """A sparse 51 MB file costs no time and no call."""
    path = write(tmp_path)
    os.truncate(path, 51 * 1024 * 1024)

    with pytest.raises(e.FileUnfit, match="larger than 52428800 bytes"):
        await vk.upload_wall_photo(path)

    assert replay.calls == []


async def test_a_profile_photo_must_be_large_enough(vk, tmp_path):
    """Each kind has its own limits."""
    with pytest.raises(e.FileUnfit, match="at least 200x200"):
        await vk.upload_profile_photo(write(tmp_path, content=jpeg(150, 150)))


async def test_checks_can_be_left_to_the_server(vk, replay, tmp_path):
    """A server with other limits than VK's must stay reachable."""
    refusal = {"error": "ERR_UPLOAD_BAD_IMAGE_SIZE: no", "server": 1}
    replay.on("photos.getWallUploadServer", server()).on("upload", refusal)

    path = write(tmp_path, content=jpeg(100, 2001))
    batch = await vk.upload_wall_photos([path], checked=False)

    assert isinstance(batch.failed[0].error, e.UploadRefused)


async def test_progress_tells_bytes_and_stages(vk, replay, tmp_path):
    """Each step of each file, also that it is tried again; a total that is reached."""
    steps = []
    path = write(tmp_path, "long.jpg", jpeg() + bytes(600_000))
    replay.on("photos.getWallUploadServer", server())
    replay.on("upload", html(502), PHOTO_REPLY)
    replay.on("photos.saveWallPhoto", {"response": [photo()]})

    await vk.upload_wall_photo(path, tell=steps.append)

    stages = list(dict.fromkeys(step.stage for step in steps))
    assert stages == [
        Stage.ADDRESS,
        Stage.SENDING,
        Stage.WAITING,
        Stage.RETRYING,
        Stage.SAVING,
        Stage.SAVED,
    ]
    size = path.stat().st_size
    sent = [step.sent for step in steps if step.stage in {Stage.SENDING, Stage.WAITING}]
    assert (sent[0], max(sent), sent.count(0)) == (0, size, 2)
    retrying = next(step for step in steps if step.stage is Stage.RETRYING)
    assert "502" in retrying.note
    assert steps[-1].note == "https://m.example/x.jpg"
