"""The fakes in memory keep the contracts: what passes on them means something."""

import pytest

from threebath.testing import Memory, MemoryLibrary
from threebath.testing.contracts import (
    AccountsContract,
    BlobsContract,
    CatalogContract,
    LibraryContract,
)


@pytest.fixture
def memory():
    return Memory()


@pytest.fixture
def catalog(memory):
    return memory.catalog


@pytest.fixture
def library(memory):
    return memory.library


@pytest.fixture
def small_library(memory):
    return MemoryLibrary(memory.rows, max_albums=3)


@pytest.fixture
def accounts(memory):
    return memory.accounts


@pytest.fixture
def registry(memory):
    return memory.registry


@pytest.fixture
def blobs(memory):
    return memory.blobs


class TestMemoryCatalog(CatalogContract):
    pass


class TestMemoryLibrary(LibraryContract):
    pass


class TestMemoryAccounts(AccountsContract):
    pass


class TestMemoryBlobs(BlobsContract):
    pass
