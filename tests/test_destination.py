"""Files a user asked for: refused before anything runs, and written whole or not at all."""

import errno
import os
import stat
import tempfile
from pathlib import Path

import pytest

from cs25 import DestinationError
from cs25.destination import check_destination, write_whole


def test_a_file_that_can_be_written_passes_and_is_not_made(tmp_path):
    check_destination(tmp_path / "report.html")
    (tmp_path / "old.html").write_text("old")
    check_destination(tmp_path / "old.html")
    assert [path.name for path in tmp_path.iterdir()] == ["old.html"]
    assert (tmp_path / "old.html").read_text() == "old"


def test_a_name_alone_means_this_folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    check_destination(Path("report.html"))
    write_whole(Path("report.html"), "text")
    assert (tmp_path / "report.html").read_text() == "text"


def test_a_folder_is_no_file(tmp_path):
    with pytest.raises(DestinationError, match="is a folder, expected a file name"):
        check_destination(tmp_path)


def test_a_missing_folder_is_named_with_the_command_that_makes_it(tmp_path):
    with pytest.raises(DestinationError, match="there is no folder") as caught:
        check_destination(tmp_path / "no" / "report.html")
    assert caught.value.remedy == f"Make it first: `mkdir -p {tmp_path / 'no'}`."
    assert caught.value.exit_code == 2


def test_a_read_only_folder_or_a_full_disk_is_told(tmp_path, monkeypatch):
    # Tests may run as root, whom permissions do not stop: the error is the system's own.
    for code, said in [(errno.EROFS, "Read-only file system"), (errno.ENOSPC, "No space left")]:

        def refuse(*_args, code=code, **_more):
            raise OSError(code, os.strerror(code))

        monkeypatch.setattr(tempfile, "NamedTemporaryFile", refuse)
        with pytest.raises(DestinationError, match=f"cannot be written: {said}"):
            check_destination(tmp_path / "report.html")


def test_a_read_only_file_is_told(tmp_path, monkeypatch):
    (tmp_path / "report.html").write_text("old")
    monkeypatch.setattr(os, "access", lambda path, mode: mode != os.W_OK)
    with pytest.raises(DestinationError, match="it is read-only"):
        check_destination(tmp_path / "report.html")


def test_a_file_is_replaced_with_its_folder_made(tmp_path):
    path = tmp_path / "results" / "a.json"
    for text in ("first\nline\n", "ζ"):
        write_whole(path, text)
        assert path.read_bytes() == text.encode()  # the same bytes on every system
    assert [p.name for p in path.parent.iterdir()] == ["a.json"]


def test_others_may_read_it_as_the_mask_says(tmp_path):
    before = os.umask(0o027)
    try:
        write_whole(tmp_path / "a", "x")
    finally:
        os.umask(before)
    assert stat.S_IMODE((tmp_path / "a").stat().st_mode) == 0o640


@pytest.mark.parametrize("text", ["\ud800", None])
def test_what_cannot_be_written_leaves_what_was_there(tmp_path, text):
    write_whole(tmp_path / "a", "old")
    with pytest.raises((UnicodeEncodeError, TypeError)):
        write_whole(tmp_path / "a", text)
    assert [(p.name, p.read_text()) for p in tmp_path.iterdir()] == [("a", "old")]


def test_a_disk_that_fills_leaves_what_was_there(tmp_path, monkeypatch):
    write_whole(tmp_path / "a", "old")

    def full(*_args):
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(os, "replace", full)
    with pytest.raises(OSError, match="No space"):
        write_whole(tmp_path / "a", "new")
    assert [(p.name, p.read_text()) for p in tmp_path.iterdir()] == [("a", "old")]


def test_a_link_stays_a_link(tmp_path):
    (tmp_path / "elsewhere").mkdir()
    link = tmp_path / "report.html"
    link.symlink_to(tmp_path / "elsewhere" / "real.html")
    write_whole(link, "text")
    assert link.is_symlink()
    assert (tmp_path / "elsewhere" / "real.html").read_text() == "text"
