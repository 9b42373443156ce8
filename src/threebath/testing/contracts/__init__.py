"""What an adapter must do, as suites for pytest.

Subclass the suite of your port, give it the fixtures that it names, and run it::

    class TestMyBlobs(BlobsContract):
        @pytest.fixture
        def blobs(self, tmp_path):
            return MyBlobs(tmp_path)

The tests are coroutines; anyio's plugin for pytest runs them.
"""

import pytest

pytest.register_assert_rewrite(
    "threebath.testing.contracts.accounts",
    "threebath.testing.contracts.blobs",
    "threebath.testing.contracts.catalog",
    "threebath.testing.contracts.library",
    "threebath.testing.contracts.publishing",
    "threebath.testing.contracts.registry",
)

from threebath.testing.contracts.accounts import AccountsContract  # noqa: E402 - rewritten first
from threebath.testing.contracts.blobs import BlobsContract  # noqa: E402 - rewritten first
from threebath.testing.contracts.catalog import CatalogContract  # noqa: E402 - rewritten first
from threebath.testing.contracts.library import LibraryContract  # noqa: E402 - rewritten first

__all__ = ["AccountsContract", "BlobsContract", "CatalogContract", "LibraryContract"]
