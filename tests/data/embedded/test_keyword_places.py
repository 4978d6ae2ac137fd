"""Keywords are told from all else that is said of a photo by where they stand."""

from __future__ import annotations

import pandas as pd
import pytest

from withsense_tf.data.embedded.keyword_places import keywords_among, keywords_by_photo


@pytest.mark.parametrize(
    ("where", "text", "keywords"),
    [
        ("IPTC Keywords of a.jpg", "lighthouse", ("lighthouse",)),
        ("EXIF XPKeywords of a.jpg", "lighthouse;golden hour; ", ("lighthouse", "golden hour")),
        ("side-car XMP subject of a.jpg", "маяк", ("маяк",)),
        ("XMP hierarchicalSubject of a.jpg", "Places, Coast", ("Places", "Coast")),
        ("column keywords of a.jpg", "keywords . lighthouse, Coast", ("lighthouse", "Coast")),
        ("column tags of a.jpg", "tags", ()),
        ("XMP creator of a.jpg", "Ann Lee", ()),
        ("IPTC By-line of a.jpg", "Ann Lee", ()),
        ("name of IPTC Keywords of a.jpg", "lighthouse", ()),
        ("column title of a.jpg", "title . lighthouse", ()),
    ],
)
def test_keywords_are_what_stands_where_keywords_do(where: str, text: str, keywords: tuple[str, ...]) -> None:
    assert keywords_among([(where, text)]) == keywords


def test_what_two_places_say_is_one_keyword() -> None:
    texts = [("IPTC Keywords of a.jpg", "Lighthouse"), ("XMP subject of a.jpg", "lighthouse")]
    assert keywords_among(texts) == ("Lighthouse",)


def test_keywords_are_told_by_photo() -> None:
    rows = [
        ("XMP subject of a.jpg", "a.jpg", "rocks"),
        ("column tags of a.jpg", "a.jpg", "tags . surf; Rocks"),
        ("XMP creator of b.jpg", "b.jpg", "Ann"),
    ]
    texts = pd.DataFrame(rows, columns=["caption", "photo", "text"])
    assert keywords_by_photo(texts) == {"a.jpg": ("rocks", "surf")}
    assert keywords_by_photo(texts[:0]) == {}
