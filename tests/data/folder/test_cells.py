from __future__ import annotations

import pytest

from withsense_tf.data.folder.cells import (
    MOST_VOTES,
    BadRowError,
    finite_number,
    is_photo_name,
    photo_name,
    split_caption_id,
    whole_number,
)


@pytest.mark.parametrize("name", ["", ".hidden", "a/b.jpg", "a\\b.jpg", "c:b.jpg", "a\n.jpg", "a\0.jpg"])
def test_a_name_that_leads_elsewhere_or_hides_is_none(name: str) -> None:
    assert not is_photo_name(name)
    with pytest.raises(BadRowError, match="plain file name"):
        photo_name(name)


def test_a_caption_is_the_last_number_sign_and_a_number_without_zeros_before_it() -> None:
    assert split_caption_id("odd#name.jpg#12") == ("odd#name.jpg", 12)
    for caption in ("dog.jpg", "dog.jpg#", "dog.jpg#01", "dog.jpg#-1", "dog.jpg#1234567890", "a/b.jpg#1"):
        with pytest.raises(BadRowError):
            split_caption_id(caption)


@pytest.mark.parametrize("text", ["", "1_0", "nan", "inf", "1e999", "٣", "one"])
def test_what_is_no_plain_finite_number_says_so(text: str) -> None:
    with pytest.raises(BadRowError, match="share is"):
        finite_number(text, "share")


def test_votes_are_whole_and_not_without_end() -> None:
    assert whole_number("3.0", "yes") == 3
    for text in ("3.5", str(MOST_VOTES + 1)):
        with pytest.raises(BadRowError, match="whole number"):
            whole_number(text, "yes")
