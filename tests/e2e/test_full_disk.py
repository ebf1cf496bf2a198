"""A disk that is really full: the watch goes on, says so, and loses nothing when there is room again."""

from __future__ import annotations

import subprocess

import pytest
from tests.e2e.conftest import notice
from tests.e2e.test_run import running, until, wait  # noqa: F401 - `running` is a fixture

pytestmark = pytest.mark.server
MEGABYTES = 4


@pytest.fixture
def disk(desk):
    """A file system of its own below the state folder."""
    state = desk.folder / "state"
    state.mkdir(mode=0o700)
    mounted = ["mount", "-t", "tmpfs", "-o", f"size={MEGABYTES}m,mode=0700", "none", str(state)]
    done = subprocess.run(mounted, capture_output=True, text=True, check=False)
    if done.returncode:
        pytest.skip(f"a file system of its own cannot be mounted here: {done.stderr.strip()}")
    yield state
    subprocess.run(["umount", "--lazy", str(state)], check=True)


def fill(path):
    """Fill the disk that `path` lies on, to the last octet."""
    piece = b"\0" * 65_536
    with path.open("wb", buffering=0) as file:
        while piece:
            try:
                file.write(piece)
            except OSError:
                piece = piece[: len(piece) // 2]


def test_a_full_disk_is_told_and_nothing_is_lost_or_doubled(disk, desk, running):  # noqa: F811
    process = running()
    first = desk.deliver(notice("続きはLINEで。", number=1))
    until(lambda: len(desk.sink.messages) == 1)
    fill(disk / "filler")
    uids = [desk.deliver(notice("続きはLINEで。", number=number)) for number in range(2, 12)]
    told = wait(process, "account not reached")
    assert "disk" in told or "ディスク" in told
    assert process.poll() is None
    (disk / "filler").unlink()
    until(lambda: all(any(flag.startswith("banken-") for flag in desk.flags()[uid]) for uid in [first, *uids]))
    until(lambda: len(desk.sink.messages) >= len(uids) + 1)
    wait(process, "looked")
    assert len({one.message_id for one in desk.sink.messages}) == len(desk.sink.messages) == len(uids) + 1
