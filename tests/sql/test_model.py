"""Whatever happens in whatever order: SQLite does what the model in memory does.

The model is the fake that other tests stand on, so that this also shows it to be honest.
"""

import asyncio
import tempfile
from datetime import timedelta
from pathlib import Path

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    Bundle,
    RuleBasedStateMachine,
    initialize,
    invariant,
    multiple,
    rule,
)

from sql.stores import Stores, template
from threebath.core.errors import UploadError
from threebath.core.library import Community, PhotoState, User
from threebath.core.places import Place
from threebath.service.ports import PhotoQuery
from threebath.testing import Memory
from threebath.testing.samples import (
    NOW,
    a_draft,
    a_publication,
    a_receipt,
    an_asset,
)

FIRST_PHOTO = 456_239_017

EXAMPLES = settings(
    max_examples=12,
    stateful_step_count=30,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow],
)

MADE = tempfile.TemporaryDirectory(prefix="threebath-model-")
places = st.sampled_from([Place.WALL, Place.PROFILE, Place.ALBUM])
photo_ids = st.integers(FIRST_PHOTO, FIRST_PHOTO + 12)
hours = st.integers(1, 9).map(lambda n: NOW + timedelta(hours=n))


class Machine(RuleBasedStateMachine):
    """Does each thing to both and compares what came of it."""

    receipts = Bundle("receipts")

    @initialize()
    def open(self):
        folder = Path(MADE.name)
        made = folder / "threebath.db"
        if not made.exists():
            template(folder)
        self.folder = tempfile.TemporaryDirectory(prefix="threebath-model-")
        path = Path(self.folder.name) / "threebath.db"
        path.write_bytes(made.read_bytes())
        self.runner = asyncio.Runner()
        self.opened = Stores.open(f"sqlite:///{path}")
        self.model = Memory()
        self.stores = self.runner.run(self.opened.__aenter__())
        self.count = 0
        user = User(id=5, first_name="Ann", last_name="Lee")
        self.both(lambda s: s.registry.add_user(user))
        group = Community(id=3, name="Cats", screen_name="cats")
        self.both(lambda s: s.registry.add_community(group, admins=[5]))

    def teardown(self):
        self.runner.run(self.opened.__aexit__(None, None, None))
        self.runner.close()
        self.folder.cleanup()

    def both(self, call):
        """Make *call* of both; they answer alike, or refuse alike."""

        async def answer(stores):
            try:
                return await call(stores)
            except UploadError as error:
                return type(error), str(error)

        expected, found = self.runner.run(_gather(answer(self.model), answer(self.stores)))
        assert found == expected
        return found

    @rule(capacity=st.integers(1, 3), default_for=st.sampled_from([0, 7]))
    def create_album(self, capacity, default_for):
        draft = a_draft(capacity=capacity, default_for=default_for)
        self.both(lambda s: s.library.create_album(draft, NOW))

    @rule(
        target=receipts,
        count=st.integers(1, 3),
        place=places,
        owner=st.sampled_from([5, -3]),
        album=st.sampled_from([None, 1, 2]),
        ticket=st.sampled_from("ab"),
        exclusive=st.booleans(),
        expires_at=hours,
    )
    def begin(self, count, expires_at, ticket, **fields):
        made = []
        for _ in range(count):
            self.count += 1
            asset = an_asset(id=f"{self.count:032x}")
            self.both(lambda s, a=asset: s.catalog.begin(a, expires_at))
            made.append(
                a_receipt(
                    id=f"r{self.count}",
                    asset=asset,
                    ticket_id=ticket,
                    expires_at=expires_at,
                    **fields,
                )
            )
        return multiple(*made)

    @rule(chosen=st.lists(receipts, min_size=1, max_size=3))
    def accept(self, chosen):
        self.both(lambda s: s.catalog.accept(chosen))

    @rule(chosen=st.lists(receipts, min_size=1, max_size=3))
    def accept_and_publish(self, chosen):
        self.accept(chosen)
        self.publish(chosen, PhotoState.VISIBLE)

    @rule(
        chosen=st.lists(receipts, min_size=1, max_size=3),
        state=st.sampled_from(PhotoState),
    )
    def publish(self, chosen, state):
        said = [a_publication(one, state=state, access_key="k") for one in chosen]
        self.both(lambda s: s.catalog.publish(said, NOW))

    @rule(chosen=st.lists(receipts, max_size=2))
    def abandon(self, chosen):
        self.both(lambda s: s.catalog.abandon([one.asset.id for one in chosen]))

    @rule(chosen=st.lists(receipts, max_size=3))
    def look_up(self, chosen):
        self.both(lambda s: s.catalog.receipts([one.id for one in chosen]))

    @rule(photo_id=photo_ids)
    def remove(self, photo_id):
        self.both(lambda s: s.library.remove(photo_id))

    @rule(photo_id=photo_ids)
    def approve(self, photo_id):
        self.both(lambda s: s.library.approve(photo_id))

    @rule(before=hours, limit=st.integers(1, 4), forget=st.booleans())
    def sweep(self, before, limit, forget):
        claimed = self.both(lambda s: s.catalog.claim_stale(before, limit))
        for asset in claimed if forget else ():
            self.both(lambda s, a=asset: s.catalog.forget(a.id))

    @invariant()
    def all_is_alike(self):
        everything = PhotoQuery(state=None)
        self.both(lambda s: s.catalog.assets("", 1000))
        photos = self.both(lambda s: s.library.photos(everything))
        self.both(lambda s: s.accounts.users([5]))
        self.both(lambda s: s.accounts.communities([3]))
        for album in self.both(lambda s: s.library.albums("vk", 5)):
            inside = [one for one in photos if one.album_id == album.id]
            assert album.size == len(inside) <= album.capacity


async def _gather(*calls):
    return [await one for one in calls]


TestModel = Machine.TestCase
TestModel.settings = EXAMPLES
