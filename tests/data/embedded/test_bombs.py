"""A small file that says the same thing thousands of times is read in time, and what is not read counts."""

from __future__ import annotations

import struct

import pytest
from quick import at_once

from withsense_tf.data.embedded.exif_texts import exif_texts
from withsense_tf.data.embedded.file_words import Finder

pytestmark = pytest.mark.closed


def test_thousands_of_entries_for_the_same_bytes_are_read_in_time_and_held_against_the_photo() -> None:
    entry = struct.pack("<HHII", 0x10E, 2, 60_000, 8)
    block = b"II*\0" + struct.pack("<IH", 8, 5_000) + entry * 5_000 + bytes(4)
    found = Finder()
    with at_once():
        exif_texts(block, found)
    assert ("EXIF ImageDescription", "there is too much of it") in found.result().unread
