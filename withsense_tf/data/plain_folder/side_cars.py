"""Files beside one photo (`dog.txt`, `dog.jpg.txt`, `dog.xmp`, `dog.jpg.xmp`) -> what they say of it."""

from __future__ import annotations

import posixpath
import re
from typing import Final

from withsense_tf.data.embedded.file_words import Embedded, Finder, Text
from withsense_tf.data.embedded.xmp_texts import xmp_texts
from withsense_tf.data.plain_folder.caption_cells import caption_of
from withsense_tf.data.plain_folder.findings import SIDE_TEXTS, Findings
from withsense_tf.data.plain_folder.photo_lookup import PhotoLookup
from withsense_tf.data.plain_folder.text_encodings import TextLines

# What stands before the place of a text in an XMP side-car, in evidence.
SIDE_CAR: Final = "side-car "
# The stop of a sentence, but none of a single letter, by which a word is cut short, and none that an answer may follow.
END: Final = re.compile(r"(?<!\b\w)(?<!\.)[.!][\"'”’»)\]]*\s*$")
# Fewer may be what is missing in the line before: "How old is she?", "Aged approx.", and then "Five".
FEWEST_WORDS: Final = 4
HYPHEN: Final = re.compile(r"(?<=\w)[-‐]\s*\n\s*(?=\w)")


def take_side_text(name: str, text: TextLines, photos: list[str], findings: Findings) -> None:
    """Add the lines of a text beside a photo: each is a caption, if it reads as one."""
    findings.problems += text.problems
    for photo in photos:
        for _, line in text.lines:
            caption = caption_of(line)
            if caption:
                findings.add_caption(photo, caption, SIDE_TEXTS)
            else:
                findings.add_text(name, [photo], " ".join(line.split()))
    for sentence in _over_lines([line for _, line in text.lines]):
        findings.add_text(name, photos, sentence)
    if text.lost_lines:
        findings.lose(photos, name, "some of its lines cannot be read")


def _over_lines(lines: list[str]) -> list[str]:
    """Return in one line what may be one sentence over several, each of which is read by itself already.

    Captions that are whole are not put together: of several, the law could read what none of them says.
    """
    runs: list[list[str]] = []
    for line in lines:
        if runs and not _is_over(runs[-1][-1], line):
            runs[-1].append(line)
        else:
            runs.append([line])
    # A word that is parted at the end of a line goes on in the next.
    return [" ".join(HYPHEN.sub("-", "\n".join(run)).split()) for run in runs if len(run) > 1]


def _is_over(line: str, following: str) -> bool:
    """Return whether a sentence surely ends with a line: it has a stop, and a whole one follows, with a capital."""
    first = next((sign for sign in following if sign.isalnum()), "")
    return END.search(line) is not None and first.isupper() and len(following.split()) >= FEWEST_WORDS


def side_xmp(name: str, content: bytes, lookup: PhotoLookup, findings: Findings) -> dict[str, Embedded]:
    """Return what an XMP side-car says, by photo; what it says of photos that it only may mean is evidence."""
    finder = Finder()
    xmp_texts(content, finder)
    if not content.strip(b" \t\r\n\0"):
        finder.lose("XMP", "the file is empty")
    words = finder.result()
    photos = lookup.of_side_car(name)
    for _, reason in words.unread:
        findings.note("file_not_read", name, reason)
    if not photos:
        meant_photos = sorted(lookup.meant_photos.by_name(posixpath.splitext(posixpath.basename(name))[0]))
        findings.note("file_no_photo", name, "no photo has this name")
        for text in words.texts:
            findings.add_text(name, meant_photos, text.text)
        if words.unread:
            findings.lose(meant_photos, name, "the file cannot be read")
        return {}
    texts = tuple(Text(f"{SIDE_CAR}{one.where}", one.kind, one.text) for one in words.texts)
    return dict.fromkeys(
        photos, Embedded(texts, tuple((f"{SIDE_CAR}{where}", why) for where, why in words.unread))
    )
