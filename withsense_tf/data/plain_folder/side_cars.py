"""Files beside one photo (`dog.txt`, `dog.jpg.txt`, `dog.xmp`, `dog.jpg.xmp`) -> what they say of it."""

from __future__ import annotations

import posixpath

from withsense_tf.data.embedded.file_words import Embedded, Finder, Text
from withsense_tf.data.embedded.xmp_texts import xmp_texts
from withsense_tf.data.plain_folder.caption_cells import caption_of
from withsense_tf.data.plain_folder.findings import SIDE_TEXTS, Findings
from withsense_tf.data.plain_folder.photo_lookup import PhotoLookup
from withsense_tf.data.plain_folder.text_encodings import TextLines

# What stands before the place of a text in an XMP side-car, in evidence.
SIDE_CAR = "side-car "


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
    if len(text.lines) > 1:
        # A sentence may go over several lines.
        findings.add_text(name, photos, " ".join(text.whole.split()))
    if text.lost_lines:
        findings.lose(photos, name, "some of its lines cannot be read")


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
