from __future__ import annotations

import pandas as pd

from withsense_tf.data.caption_ids import owner_of, owners_of


def test_the_owner_is_what_stands_before_the_last_number_sign() -> None:
    captions = ["dog.jpg#0", "odd#name.jpg#3", "no caption"]
    owners = ["dog.jpg", "odd#name.jpg", "no caption"]
    assert [owner_of(caption) for caption in captions] == owners
    assert owners_of(pd.Series(captions, dtype="str")).tolist() == owners
