"""Options and fixtures that black-box tests share."""
import os
import pathlib
import shutil
import sys

import pytest

sys.dont_write_bytecode = True
sys.path.insert(0, str(pathlib.Path(__file__).parent))
import harness  # noqa: E402


def pytest_configure(config):
    config.addinivalue_line("markers", "slow: takes many seconds")
    config.addinivalue_line("markers", "browser: needs Chromium")
    if not harness.BINARY.exists():
        pytest.exit(f"no {harness.BINARY}: run ./dev build, or set HEED", 2)


@pytest.hookimpl(hookwrapper=True)
def pytest_runtest_makereport(item, call):
    outcome = yield
    if call.when == "call" and outcome.get_result().failed:
        for heed in harness.Heed.live:  # those of a module's fixture
            with item.config.pluginmanager.getplugin(
                    "capturemanager").global_and_fixture_disabled():
                heed.dump()


def tool(name):
    """The path of a program; the test is skipped, saying so, without it."""
    found = shutil.which(name, path=os.environ["PATH"] + ":/usr/sbin")
    if not found:
        pytest.skip(f"{name} is not installed")
    return found


@pytest.fixture
def wrk():
    return tool("wrk")


@pytest.fixture
def nginx():
    return tool("nginx")


@pytest.fixture
def chromium():
    return tool("chromium")


@pytest.fixture
def pages():
    """The folder of real pages, which is not part of the repository."""
    folder = harness.ROOT.parent / "shared/data/pages"
    if not folder.is_dir():
        pytest.skip(f"no {folder}")
    return folder
