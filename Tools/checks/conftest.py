"""What every check needs: the release binary, and the folder of shared models when it is there."""

import pytest

import support
from browser import Browser


@pytest.fixture(scope="session", autouse=True)
def binary():
    """The release binary; without it no check means anything."""
    if not support.BINARY.exists():
        pytest.exit("no release binary; run: swift build -c release", returncode=1)
    return support.BINARY


@pytest.fixture(scope="session")
def root():
    return support.ROOT


@pytest.fixture(scope="module")
def browser(tmp_path_factory):
    """A page of a browser, to open reports in."""
    browser = Browser(tmp_path_factory.mktemp("profile"))
    yield browser
    browser.close()


def pytest_terminal_summary(terminalreporter):
    """Skips are shown without asking for them: a check that did not run is no check passed."""
    for report in terminalreporter.stats.get("skipped", [])[:20]:
        terminalreporter.write_line(f"skipped: {report.nodeid}: {report.longrepr[2]}")


def pytest_addoption(parser):
    parser.addoption(
        "--update-snapshots", action="store_true",
        help="write what the program prints to Tools/checks/snapshots, to be looked at and committed",
    )
