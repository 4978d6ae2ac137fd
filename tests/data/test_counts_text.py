from __future__ import annotations

import pytest

from withsense_tf.data.counts_text import in_words


@pytest.mark.parametrize(
    ("counts", "with_captions", "text"),
    [
        ({}, 0, "0 photos, no captions"),
        ({"train_photos": 2, "captions": 4}, 2, "2 photos, 4 captions"),
        ({"train_photos": 2, "captions": 4}, 0, "2 photos, 4 captions (0 photos have some of their own)"),
        (
            {"train_photos": 0, "test_photos": 1, "captioned_photos": 1, "captions": 4, "pairs": 1_000},
            2,
            "1 test photos, 1 captioned photos, 4 captions, 1,000 pairs",
        ),
    ],
)
def test_what_is_not_there_is_left_out_and_captions_are_never_said_to_be_of_no_photo(
    counts: dict[str, int], with_captions: int, text: str
) -> None:
    assert in_words(counts, with_captions) == text
