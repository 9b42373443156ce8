"""A service over stores in memory, a toy renderer, and a clock that is a variable."""

from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta

from threebath.core.errors import BrokenMultipart
from threebath.core.kinds import Format, Limits, UploadKind
from threebath.core.ladder import Ladder, Rung, Size
from threebath.core.library import Community, User
from threebath.core.places import Place
from threebath.core.tickets import Application, Caller, Destination
from threebath.service.ingest import Ingest
from threebath.service.ports import AlbumDraft
from threebath.service.spool import SpoolRoom
from threebath.service.sweep import Sweeper
from threebath.service.uploads import UploadService
from threebath.testing import Memory, ToyRenderer


@dataclass
class SetClock:
    """A clock that stands still until it is set."""

    now: datetime = datetime(2026, 5, 1, 12, tzinfo=UTC)

    def __call__(self):
        return self.now

    def forward(self, **span):
        self.now += timedelta(**span)


@dataclass
class Notes:
    """An observer that remembers."""

    uploads: list = field(default_factory=list)
    failures: list = field(default_factory=list)
    sweeps: list = field(default_factory=list)

    def stage(self, name, seconds):
        assert seconds >= 0

    def upload(self, kind, result, length):
        self.uploads.append((kind, result, length))

    def call(self, dialect, method, result):
        """Nothing here calls methods."""

    def swept(self, what, count):
        self.sweeps.append((what, count))

    def failed(self, where, error):
        self.failures.append((where, error))


@dataclass
class ListPart:
    name: str
    content: Sequence[bytes]
    filename: str = "a.jpg"

    async def chunks(self) -> AsyncIterator[bytes]:
        for chunk in self.content:
            yield chunk


@dataclass
class ListForm:
    """A form that is all there; ``fields`` fill only when the files are through."""

    parts: Sequence[ListPart]
    later: dict = field(default_factory=dict)
    fields: dict = field(default_factory=dict)
    breaks: bool = False

    async def files(self):
        for part in self.parts:
            yield part
        if self.breaks:
            raise BrokenMultipart("it ends too early")
        self.fields.update(self.later)


def form(*contents, **later):
    """A form with a file for each of *contents* and text fields after them."""
    parts = [ListPart(f"file{n}", [one]) for n, one in enumerate(contents, 1)]
    return ListForm(parts, later)


WALL = UploadKind(
    name="vk.wall",
    place=Place.WALL,
    limits=Limits(
        formats=frozenset({Format.JPEG}), max_bytes=1000, max_files=3, min_size=Size(10, 10)
    ),
    ladder=Ladder((Rung("s", Size(75, 75)), Rung("x", Size(604, 604)))),
    needs="photos",
    options=frozenset({"_square_crop"}),
)
ALBUM = replace(WALL, name="vk.album", place=Place.ALBUM, partial=True)
ADA = Caller(app_id=1, user_id=11, permissions=frozenset({"photos"}))
BEN = replace(ADA, user_id=12)
HERE = Destination(Place.WALL, 11)


@dataclass
class House:
    """A service and everything behind it."""

    clock: SetClock
    notes: Notes
    memory: Memory
    renderer: ToyRenderer
    room: SpoolRoom
    service: UploadService
    sweeper: Sweeper
    album_id: int

    async def upload(self, *contents, kind=WALL, to=HERE, caller=ADA, **later):
        """Issue a ticket and send *contents* with it."""
        ticket = await self.service.issue(caller, kind, to)
        return await self.service.receive(ticket, kind, form(*contents, **later))

    @property
    def blobs(self):
        return self.memory.blobs


async def build(folder):
    """Build a house with two users, a community and an album for two photos."""
    memory, clock, notes, renderer = Memory(), SetClock(), Notes(), ToyRenderer()
    registry = memory.registry
    await registry.add_application(Application(id=1, key="k", secret="s"))
    await registry.add_user(User(id=11, first_name="Ada", last_name=""))
    await registry.add_user(User(id=12, first_name="Ben", last_name=""))
    await registry.add_community(Community(id=7, name="Club", screen_name="club"), [11])
    draft = AlbumDraft(network="vk", owner_id=11, title="Roll", capacity=2)
    album = await memory.library.create_album(draft, clock())
    room = SpoolRoom(folder / "spool", memory_each=64, memory_total=128)
    service = UploadService(
        accounts=memory.accounts,
        library=memory.library,
        catalog=memory.catalog,
        ingest=Ingest(
            renderer=renderer, catalog=memory.catalog, blobs=memory.blobs, observer=notes
        ),
        room=room,
        observer=notes,
        clock=clock,
    )
    sweeper = Sweeper(
        catalog=memory.catalog,
        registry=memory.registry,
        blobs=memory.blobs,
        clock=clock,
        observer=notes,
    )
    return House(clock, notes, memory, renderer, room, service, sweeper, album.id)
