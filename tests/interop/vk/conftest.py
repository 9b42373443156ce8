"""Files and names for client libraries of VK."""

import pytest
from tests.interop.vk import files as made


@pytest.fixture(scope="session")
def files(tmp_path_factory):
    return made.make(tmp_path_factory.mktemp("files"))


@pytest.fixture(scope="session")
def world(live):
    return live.worlds["vk"]
