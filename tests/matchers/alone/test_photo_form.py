from __future__ import annotations

import numpy as np
import pytest

from withsense_tf.errors import SettingError
from withsense_tf.matchers.alone.photo_form import PhotoForm


def test_no_text_can_be_asked_and_the_error_says_what_to_do() -> None:
    with pytest.raises(SettingError, match=r"captions\.csv.*--matcher MODEL.*train CAPTIONED_FOLDER"):
        PhotoForm(3).queries(["a dog"])


def test_every_word_is_unknown_and_the_number_is_the_likeness() -> None:
    form = PhotoForm(3)
    assert form.unknown("A dog!") == ("a", "dog")
    assert form.widths == {"photo": 3}
    np.testing.assert_array_equal(form.number(np.array([-0.5, 0.25, 1.0])), [0, 0.25, 1])
