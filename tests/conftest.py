"""What many tests share."""

import os
import signal
from pathlib import Path

import pytest
from tests.live import running

pytest_plugins = ["tests.browser"]

ROOT = Path(__file__).parent.parent


def pytest_configure():
    """Undo what a shell does to what it starts in the background: ignore Ctrl-C.

    Programs that the tests start would inherit it, and could not be interrupted.
    """
    if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
        signal.signal(signal.SIGINT, signal.default_int_handler)


@pytest.fixture
def anyio_backend():
    return "asyncio"


@pytest.fixture(scope="session")
def corpus():
    """The folder of real pictures; the test is skipped, and says so, without it."""
    folder = Path(os.environ.get("THREEBATH_CORPUS", ROOT.parent / "shared" / "corpus"))
    if not folder.is_dir():
        pytest.skip("no picture corpus: set THREEBATH_CORPUS to its folder")
    return folder


@pytest.fixture(scope="session")
def live(tmp_path_factory):
    """A server process with its ready-made worlds; shared, so leave others' things be."""
    with running(tmp_path_factory.mktemp("live") / "data") as server:
        yield server
