"""What every catalog must do: the life of assets and receipts."""

from datetime import timedelta

import pytest

from threebath.core.errors import Expired, StoreFailed
from threebath.core.kinds import Format
from threebath.core.library import AssetState, PhotoState
from threebath.core.places import Place
from threebath.service.ports import Catalog, Library
from threebath.testing.contracts.publishing import PublishingContract
from threebath.testing.samples import (
    LATER,
    NOW,
    a_publication,
    a_receipt,
    accepted,
    an_asset,
    published,
)

AFTER = LATER + timedelta(microseconds=1)
"""When everything that samples expire is stale."""


async def _state(catalog: Catalog, asset_id: str) -> AssetState | None:
    row = await catalog.asset(asset_id)
    return row.state if row is not None else None


class CatalogContract(PublishingContract):
    """Give it fixtures ``catalog``, ``library``, ``accounts`` and ``registry``.

    All are of one store, empty at first.
    """

    async def test_an_asset_is_recorded_before_it_is_stored(self, catalog: Catalog) -> None:
        """All that was said of it comes back, to the microsecond."""
        asset = an_asset(
            format=Format.HEIC, facts={"blurhash": "LKO2?U", "x": -1.5, "n": 7}
        )
        await catalog.begin(asset, NOW)
        row = await catalog.asset(asset.id)
        assert row is not None
        assert row.asset == asset
        assert row.state is AssetState.RECEIVING
        assert row.expires_at == NOW
        assert row.photo_state is None
        assert row.owner_id == 0

    async def test_an_asset_begins_once(self, catalog: Catalog) -> None:
        """An id is 128 random bits: a second one is a bug, and changes nothing."""
        asset = an_asset()
        await catalog.begin(asset, NOW)
        with pytest.raises(StoreFailed):
            await catalog.begin(an_asset(id=asset.id), LATER)
        row = await catalog.asset(asset.id)
        assert row is not None
        assert (row.asset, row.expires_at) == (asset, NOW)

    async def test_an_unknown_asset_is_none(self, catalog: Catalog) -> None:
        """Nothing is there, and that is no error."""
        assert await catalog.asset("no such asset") is None

    async def test_accepting_stores_the_receipts(self, catalog: Catalog) -> None:
        """They come back equal, in the order they are asked for, as often as asked."""
        first = a_receipt(place=Place.ALBUM, owner=-3, album=12, exclusive=True)
        second = a_receipt(slot="", options={}, kind="ok.moment")
        await accepted(catalog, first, second)
        found = await catalog.receipts([second.id, first.id, second.id])
        assert found == [second, first, second]
        assert await _state(catalog, first.asset.id) is AssetState.ACCEPTED

    async def test_no_receipts_are_no_trouble(self, catalog: Catalog) -> None:
        """Empty lists in, empty lists out."""
        await catalog.accept([])
        await catalog.abandon([])
        assert await catalog.receipts([]) == []
        assert await catalog.publish([], NOW) == []

    async def test_an_asset_that_the_sweep_took_is_not_accepted(
        self, catalog: Catalog
    ) -> None:
        """All receipts of a request are stored, or none."""
        good, late = a_receipt(), a_receipt()
        await catalog.begin(good.asset, LATER)
        await catalog.begin(late.asset, NOW)
        await catalog.claim_stale(LATER, 10)
        with pytest.raises(Expired):
            await catalog.accept([good, late])
        assert await _state(catalog, good.asset.id) is AssetState.RECEIVING
        assert await _state(catalog, late.asset.id) is AssetState.SWEEPING
        for one in (good, late):
            with pytest.raises(Expired):
                await catalog.receipts([one.id])

    async def test_an_asset_is_accepted_once(self, catalog: Catalog) -> None:
        """Neither the same receipt nor another one can have it again."""
        [receipt] = await accepted(catalog)
        for again in (receipt, a_receipt(asset=receipt.asset)):
            with pytest.raises(Expired):
                await catalog.accept([again])
        fresh = an_asset()
        await catalog.begin(fresh, LATER)
        with pytest.raises(Expired):
            await catalog.accept([a_receipt(asset=fresh), a_receipt(asset=fresh)])
        assert await _state(catalog, fresh.id) is AssetState.RECEIVING

    async def test_a_receipt_s_id_is_taken_once(self, catalog: Catalog) -> None:
        """It is 128 random bits too: a second one is a bug, and changes nothing."""
        [receipt] = await accepted(catalog)
        fresh = an_asset()
        await catalog.begin(fresh, LATER)
        with pytest.raises(StoreFailed):
            await catalog.accept([a_receipt(id=receipt.id, asset=fresh)])
        assert await catalog.receipts([receipt.id]) == [receipt]
        assert await _state(catalog, fresh.id) is AssetState.RECEIVING

    async def test_what_was_never_begun_is_not_accepted(self, catalog: Catalog) -> None:
        """A receipt needs an asset."""
        with pytest.raises(Expired):
            await catalog.accept([a_receipt()])

    async def test_receipts_are_found_by_their_slot(self, catalog: Catalog) -> None:
        """All of the ticket's slot that were not swept, published ones too."""
        first = a_receipt(slot="a", exclusive=True)
        second = a_receipt(slot="a", exclusive=True, ticket_id=first.ticket_id)
        swept = a_receipt(slot="a", exclusive=True, ticket_id=first.ticket_id)
        other = a_receipt(slot="b", exclusive=True, ticket_id=first.ticket_id)
        await accepted(catalog, first, second, swept, other, a_receipt(slot="a"))
        await catalog.abandon([swept.asset.id])
        await catalog.publish([a_publication(first)], NOW)
        found = await catalog.receipts_in(first.ticket_id, "a")
        assert sorted(one.id for one in found) == sorted([first.id, second.id])
        assert first in found
        assert await catalog.receipts_in(first.ticket_id, "c") == []

    async def test_an_unknown_receipt_has_expired(self, catalog: Catalog) -> None:
        """One that is missing hides the others too."""
        [receipt] = await accepted(catalog)
        with pytest.raises(Expired):
            await catalog.receipts([receipt.id, "no such receipt"])

    async def test_abandoning_takes_what_is_not_published(self, catalog: Catalog) -> None:
        """Published photos stay, unknown ids are passed over."""
        began = an_asset()
        await catalog.begin(began, LATER)
        [kept] = await accepted(catalog)
        [photo] = await published(catalog)
        ids = [began.id, kept.asset.id, photo.asset.id, "no such asset"]
        await catalog.abandon(ids)
        states = [await _state(catalog, one) for one in ids]
        assert states == [
            AssetState.SWEEPING,
            AssetState.SWEEPING,
            AssetState.PUBLISHED,
            None,
        ]
        with pytest.raises(Expired):
            await catalog.receipts([kept.id])
        with pytest.raises(Expired):
            await catalog.publish([a_publication(kept)], NOW)

    async def test_the_sweep_takes_what_is_stale(self, catalog: Catalog) -> None:
        """From the moment before which it asks; what is published never is."""
        early, late = an_asset(), an_asset()
        await catalog.begin(early, NOW)
        await catalog.begin(late, LATER)
        [photo] = await published(catalog, a_receipt(expires_at=NOW))
        assert await catalog.claim_stale(NOW, 10) == []
        assert await catalog.claim_stale(NOW + timedelta(microseconds=1), 10) == [early]
        assert await _state(catalog, early.id) is AssetState.SWEEPING
        assert await catalog.claim_stale(AFTER, 10) == [early, late]
        assert await _state(catalog, photo.asset.id) is AssetState.PUBLISHED

    async def test_the_sweep_takes_the_oldest_first(self, catalog: Catalog) -> None:
        """At most as many as it asks for; the others are left as they are."""
        assets = [an_asset() for _ in range(4)]
        for age, asset in enumerate(assets):
            await catalog.begin(asset, LATER - timedelta(hours=age))
        assert await catalog.claim_stale(AFTER, 2) == [assets[3], assets[2]]
        assert await _state(catalog, assets[1].id) is AssetState.RECEIVING

    async def test_what_is_claimed_is_claimed_again_until_forgotten(
        self, catalog: Catalog, library: Library
    ) -> None:
        """A sweeper that dies loses nothing: the next one finds the rows again."""
        [receipt] = await accepted(catalog)
        [photo] = await published(catalog)
        await library.remove(photo.id)
        both = sorted([receipt.asset.id, photo.asset.id])
        for _ in range(2):
            claimed = await catalog.claim_stale(AFTER, 10)
            assert sorted(one.id for one in claimed) == both
        assert await _state(catalog, photo.asset.id) is AssetState.DELETED
        for one in both:
            await catalog.forget(one)
            assert await catalog.asset(one) is None
        assert await catalog.claim_stale(AFTER, 10) == []
        with pytest.raises(Expired):
            await catalog.receipts([receipt.id])

    async def test_only_what_was_swept_is_forgotten(self, catalog: Catalog) -> None:
        """Anything else would leave blobs behind."""
        [receipt] = await accepted(catalog)
        [photo] = await published(catalog)
        await catalog.forget(receipt.asset.id)
        await catalog.forget(photo.asset.id)
        await catalog.forget("no such asset")
        assert await catalog.receipts([receipt.id]) == [receipt]
        assert await _state(catalog, photo.asset.id) is AssetState.PUBLISHED

    async def test_all_rows_can_be_paged_through(self, catalog: Catalog) -> None:
        """By id, each once, with what became of it."""
        [photo] = await published(catalog, state=PhotoState.PENDING)
        receipts = await accepted(catalog, *(a_receipt() for _ in range(4)))
        seen = []
        last = ""
        while page := await catalog.assets(last, 2):
            seen += page
            last = page[-1].asset.id
        ids = sorted([photo.asset.id, *(one.asset.id for one in receipts)])
        assert [one.asset.id for one in seen] == ids
        [shown] = [one for one in seen if one.state is AssetState.PUBLISHED]
        assert shown.asset == photo.asset
        assert shown.photo_state is PhotoState.PENDING
        assert shown.owner_id == photo.owner_id

    async def test_a_healthy_catalog_says_nothing(self, catalog: Catalog) -> None:
        """`check` raises where something is wrong."""
        await catalog.check()
