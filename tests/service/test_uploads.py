"""Issue, receive, commit: what holds for every dialect."""

import asyncio
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from tests.service.house import ADA, ALBUM, BEN, HERE, WALL, ListForm, ListPart, form

from threebath.core import errors as e
from threebath.core.library import PhotoState
from threebath.core.places import Place
from threebath.core.tickets import Destination
from threebath.service.ports import TokenDraft
from threebath.service.sweep import examine
from threebath.service.uploads import Claim, Commit
from threebath.testing import toy

HUNDRED = replace(WALL, limits=replace(WALL.limits, max_files=100))
COMMUNITY = Destination(Place.WALL, -7)


def _commits(received, **said):
    return [Commit(receipt_id=one.id, **said) for one in received.receipts]


async def test_three_steps_make_a_photo_with_its_ladder(house):
    """What is uploaded and saved is a photo, its renditions stored under their keys."""
    received = await house.upload(toy(1000, 500))
    [photo] = await house.service.commit(ADA, [WALL], _commits(received, caption="hi"))

    assert photo.owner_id == 11
    assert photo.caption == "hi"
    assert [str(one.size) for one in photo.asset.renditions] == ["75x37", "604x302"]
    for made in photo.asset.renditions:
        stored = [chunk async for chunk in house.blobs.read(made.key)]
        assert b"".join(stored) == toy(made.size.width, made.size.height)
        assert made.bytes == await house.blobs.size(made.key)


@pytest.mark.parametrize(
    ("max_files", "length", "held"), [(1, 65, 0), (1, 64, 11), (1, 0, 11), (2, 65, 11)]
)
async def test_a_lone_file_that_was_announced_as_large_takes_no_memory(
    house, max_files, length, held
):
    """The form's length says how long it is; of several files it says nothing."""
    seen = []

    class Watched(ListPart):
        async def chunks(self):
            yield toy(100, 100)
            seen.append(house.room.in_use)

    kind = replace(WALL, limits=replace(WALL.limits, max_files=max_files))
    ticket = await house.service.issue(ADA, kind, HERE)
    sent = ListForm([Watched("file1", [])])
    assert (await house.service.receive(ticket, kind, sent, expected=length)).receipts
    assert seen == [held]


async def test_a_repeated_save_gives_the_same_photos(house):
    """The client saw an error, the save went through: saying it again changes nothing."""
    received = await house.upload(toy(20, 20), toy(30, 30))
    once = await house.service.commit(ADA, [WALL], _commits(received))
    house.clock.forward(hours=1)
    assert await house.service.commit(ADA, [WALL], _commits(received)) == once


async def test_a_saved_photo_that_was_deleted_does_not_come_back(house):
    """A receipt is good for one photo, and for that one's life."""
    received = await house.upload(toy(20, 20))
    [photo] = await house.service.commit(ADA, [WALL], _commits(received))
    await house.memory.library.remove(photo.id)
    with pytest.raises(e.Spent):
        await house.service.commit(ADA, [WALL], _commits(received))


@pytest.mark.parametrize(
    ("change", "error"),
    [
        ({"caller": BEN}, e.WrongUser),
        ({"caller": replace(ADA, app_id=2)}, e.WrongApplication),
        ({"kinds": [ALBUM]}, e.WrongKind),
        ({"claim": Claim(owner_id=-7)}, e.WrongOwner),
        ({"claim": Claim(album_id=3)}, e.WrongAlbum),
        ({"slot": "another"}, e.WrongSlot),
    ],
)
async def test_a_receipt_serves_what_it_was_made_for_and_nothing_else(house, change, error):
    """Another user, application, kind, owner, album, photo: refused, and said why."""
    received = await house.upload(toy(20, 20))
    said = _commits(received, slot=change.get("slot", ""))
    with pytest.raises(error) as refusal:
        await house.service.commit(
            change.get("caller", ADA),
            change.get("kinds", [WALL]),
            said,
            claim=change.get("claim"),
        )
    assert "it is being used for" in str(refusal.value)
    [photo] = await house.service.commit(ADA, [WALL], _commits(received))
    assert photo.owner_id == 11


async def test_a_right_that_was_lost_after_the_upload_is_not_used_any_more(house):
    """Whoever is no longer an administrator cannot publish what was uploaded as one."""
    received = await house.upload(toy(20, 20), to=COMMUNITY)
    club = (await house.memory.accounts.communities([7]))[0]
    await house.memory.registry.add_community(club, [])
    with pytest.raises(e.AccessDenied):
        await house.service.commit(ADA, [WALL], _commits(received))


async def test_an_unknown_receipt_is_refused(house):
    """Receipts are rows, not words."""
    with pytest.raises(e.Expired):
        await house.service.commit(ADA, [WALL], [Commit(receipt_id="00" * 16)])


@pytest.mark.parametrize(
    ("to", "kind", "error"),
    [
        (HERE, replace(WALL, needs="wall"), e.PermissionDenied),
        (Destination(Place.WALL, 12), WALL, e.AccessDenied),
        (Destination(Place.WALL, -8), WALL, e.CommunityNotFound),
        (Destination(Place.ALBUM, 11), ALBUM, e.MissingParameter),
        (Destination(Place.ALBUM, 11, 99), ALBUM, e.AlbumNotFound),
        (Destination(Place.ALBUM, -7, 1), ALBUM, e.ForeignAlbum),
        (Destination(Place.ALBUM, 11, 1), replace(ALBUM, name="ok.album"), e.ForeignAlbum),
    ],
)
async def test_a_ticket_is_issued_only_to_who_may_write_there(house, to, kind, error):
    """Permission, owner and album are checked before any byte is sent."""
    with pytest.raises(error):
        await house.service.issue(ADA, kind, to)


async def test_a_stale_ticket_takes_nothing(house):
    """From its expiry on, to the second."""
    ticket = await house.service.issue(ADA, WALL, HERE)
    house.clock.now = ticket.expires_at
    with pytest.raises(e.Expired):
        await house.service.receive(ticket, WALL, form(toy(20, 20)))


async def test_a_ticket_of_another_kind_takes_nothing(house):
    """A wall's address is no album's."""
    ticket = await house.service.issue(ADA, WALL, HERE)
    with pytest.raises(e.WrongKind):
        await house.service.receive(ticket, ALBUM, form(toy(20, 20)))


@pytest.mark.parametrize(
    ("contents", "error"),
    [
        ([], e.NoFile),
        ([b"text"], e.UnknownFormat),
        ([b""], e.EmptyFile),
        ([toy(5, 5)], e.TooFewPixels),
        ([toy(20, 20, "broken")], e.CorruptFile),
        ([b"x" * 1001], e.TooManyBytes),
        ([toy(20, 20)] * 4, e.TooManyFiles),
        ([toy(20, 20), b"text"], e.UnknownFormat),
        ([toy(20, 20), toy(20, 20, "deadly")], e.RendererFailed),
    ],
)
async def test_a_refused_upload_leaves_nothing_behind(house, contents, error):
    """All of a request or none of it; after a sweep not a byte is left."""
    with pytest.raises(error):
        await house.upload(*contents)
    await house.sweeper.sweep()
    assert [key async for key in house.blobs.keys()] == []  # noqa: SIM118 - a port
    assert (await examine(house.memory.catalog, house.blobs)).assets == 0
    assert house.room.in_use == 0


async def test_a_broken_body_leaves_nothing_behind(house):
    """The form breaks after a good file: nothing was rendered."""
    ticket = await house.service.issue(ADA, WALL, HERE)
    broken = ListForm([ListPart("photo", [toy(20, 20)])], breaks=True)
    with pytest.raises(e.BrokenMultipart):
        await house.service.receive(ticket, WALL, broken)
    assert house.renderer.options == []
    assert house.room.in_use == 0


async def test_a_partial_kind_keeps_the_good_files_and_names_the_others(house):
    """VK's albums list what was good; what was not is told, in order."""
    to = Destination(Place.ALBUM, 11, house.album_id)
    received = await house.upload(b"x" * 2000, toy(20, 20), b"text", kind=ALBUM, to=to)
    assert [one.slot for one in received.receipts] == ["file2"]
    assert [type(one) for one in received.refused] == [e.TooManyBytes, e.UnknownFormat]
    assert ("vk.album", "accepted", 9) in house.notes.uploads


async def test_empty_file_inputs_are_passed_over(house):
    """A browser sends a nameless, empty part for an input that was left empty."""
    ticket = await house.service.issue(ADA, WALL, HERE)
    parts = [ListPart("pic1", [], ""), ListPart("pic2", [toy(20, 20)])]
    received = await house.service.receive(ticket, WALL, ListForm(parts), slots=["a", "b"])
    assert [(one.slot, one.exclusive) for one in received.receipts] == [("a", True)]


def open_files():
    return len([*Path("/proc/self/fd").iterdir()])


async def test_what_is_passed_over_is_not_kept_open(house):
    """A small request with many empty inputs must not take a process's descriptors."""
    held = []

    class Watched(ListPart):
        async def chunks(self):
            held.append(open_files())
            for chunk in self.content:
                yield chunk

    ticket = await house.service.issue(ADA, WALL, HERE)
    parts = [Watched(f"pic{n}", [], "") for n in range(50)]
    parts += [Watched("last", [toy(20, 20)])]
    assert (await house.service.receive(ticket, WALL, ListForm(parts))).receipts
    assert len(held) == 51
    assert max(held) == min(held)


async def test_options_come_from_ticket_and_form_even_after_the_file(house):
    """Some clients send the crop before the file, some after it; others' words are not."""
    await house.upload(toy(20, 20), _square_crop="1,2,3", caption="no option")
    assert house.renderer.options == [{"_square_crop": "1,2,3"}]


async def test_an_album_takes_no_more_than_it_can_hold(house):
    """The third photo for an album of two is refused, with all that came beside it."""
    to = Destination(Place.ALBUM, 11, house.album_id)
    received = await house.upload(*[toy(20, 20)] * 3, kind=ALBUM, to=to)
    with pytest.raises(e.AlbumFull):
        await house.service.commit(ADA, [ALBUM], _commits(received))
    two = _commits(received)[:2]
    assert len(await house.service.commit(ADA, [ALBUM], two)) == 2


async def test_a_pending_photo_is_published_as_pending(house):
    """Approval is the owner's, later."""
    received = await house.upload(toy(20, 20))
    [photo] = await house.service.commit(
        ADA, [WALL], _commits(received), state=PhotoState.PENDING
    )
    assert photo.state is PhotoState.PENDING


async def test_a_commit_may_say_where_a_photo_goes(house):
    """The wall's upload becomes part of a post of the community, if the caller may."""
    elsewhere = Destination(Place.TOPIC, -7)
    received = await house.upload(toy(20, 20))
    commits = _commits(received, to=elsewhere)
    with pytest.raises(e.WrongUser):
        await house.service.commit(BEN, [WALL], commits)
    [photo] = await house.service.commit(ADA, [WALL], commits)
    assert (photo.place, photo.owner_id) == (Place.TOPIC, -7)
    bens = await house.upload(toy(20, 20), caller=BEN, to=Destination(Place.WALL, 12))
    with pytest.raises(e.AccessDenied):
        await house.service.commit(BEN, [WALL], _commits(bens, to=elsewhere))


async def test_a_hundred_files_take_turns(house):
    """One request fills neither the workers nor the queue before them."""
    received = await house.upload(*[toy(20, 20)] * 100, kind=HUNDRED)
    assert len(received.receipts) == 100
    assert house.renderer.most_at_once <= 6


async def test_what_was_never_saved_is_swept_after_its_ticket_and_not_before(house):
    """An upload without its third step lives as long as its ticket, and the skew."""
    received = await house.upload(toy(20, 20))
    house.clock.now = received.receipts[0].expires_at
    assert await house.sweeper.sweep() == 0
    house.clock.forward(minutes=3)
    assert await house.sweeper.sweep() == 1
    with pytest.raises(e.Expired):
        await house.service.commit(ADA, [WALL], _commits(received))
    assert (await examine(house.memory.catalog, house.blobs)).healthy


async def test_an_expired_token_is_told_so_for_a_month_and_then_forgotten(house):
    """Whoever still shows it learns that it expired; the table does not grow for ever."""
    accounts, registry = house.memory.accounts, house.memory.registry
    expires_at = house.clock() + timedelta(hours=1)
    for number in range(250):
        token = TokenDraft(token=f"t{number}", app_id=1, expires_at=expires_at)
        await registry.add_token(token)
    await registry.add_token(TokenDraft(token="ever", app_id=1))
    house.clock.forward(days=30, hours=1)
    assert await house.sweeper.sweep_tokens() == 0
    with pytest.raises(e.SessionExpired):
        await accounts.caller("t9", house.clock())
    house.clock.forward(minutes=3)
    assert await house.sweeper.sweep_tokens() == 250
    with pytest.raises(e.UnknownSession):
        await accounts.caller("t9", house.clock())
    await accounts.caller("ever", house.clock())


async def test_sweeping_goes_on_by_itself_and_is_counted(house):
    """What each round removed is told; a round that found nothing is not."""
    await house.upload(toy(20, 20))
    draft = TokenDraft(token="t", app_id=1, expires_at=house.clock())
    await house.memory.registry.add_token(draft)
    house.clock.forward(days=31)
    sweeping = asyncio.create_task(house.sweeper.run(timedelta(milliseconds=1)))
    await asyncio.sleep(0.05)
    await house.upload(toy(20, 20))
    house.clock.forward(days=31)
    await asyncio.sleep(0.05)
    sweeping.cancel()
    assert house.notes.sweeps == [("assets", 1), ("tokens", 1), ("assets", 1)]


async def test_a_deleted_photo_loses_its_bytes_at_the_next_sweep(house):
    """Gone from sight at once, from the store soon after; others stay."""
    kept = await house.upload(toy(20, 20))
    gone = await house.upload(toy(30, 30))
    await house.service.commit(ADA, [WALL], _commits(kept))
    [photo] = await house.service.commit(ADA, [WALL], _commits(gone))
    await house.memory.library.remove(photo.id)
    assert await house.sweeper.sweep() == 1
    findings = await examine(house.memory.catalog, house.blobs)
    assert findings.healthy
    assert (findings.assets, findings.blobs) == (1, 2)


async def test_the_doctor_finds_what_is_missing_and_what_is_left_over(house):
    """A blob without a row, and a row without a blob, both by name."""
    received = await house.upload(toy(20, 20))
    [first, _] = received.receipts[0].asset.renditions
    await house.blobs.delete(first.key)
    await house.blobs.put("ab/stray", b"?")
    findings = await examine(house.memory.catalog, house.blobs)
    assert (findings.missing, findings.orphaned) == ((first.key,), ("ab/stray",))
    assert not findings.healthy
