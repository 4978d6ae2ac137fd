from __future__ import annotations

import numpy as np
import pandas as pd

from withsense_tf.data.dataset import Dataset
from withsense_tf.targets.strangers import strangers


def shuffled(data: Dataset, seed: int = 0) -> pd.DataFrame:
    captions = data.captions[data.captions["part"] == "train"]
    rng = np.random.default_rng(seed)
    names = rng.permutation(captions["caption"].to_numpy(object))
    return strangers(data, captions["photo"].to_numpy(object), names, rng)


def test_no_photo_stands_beside_its_own_caption_and_no_pair_comes_twice(colours: Dataset) -> None:
    table = shuffled(colours)
    assert len(table) == 200
    assert (table["photo"] != table["caption"].str.rsplit("#", n=1).str[0]).all()
    assert not table.duplicated().any()


def test_captions_of_a_copy_are_no_strangers(colours: Dataset) -> None:
    photos = colours.photos
    # Two sorts of photos are copies of each other.
    same = "red_striped|blue_striped"
    copies = photos.assign(group=photos["group"].where(~photos["photo"].str.contains(same), "striped"))
    table = shuffled(colours.with_tables(photos=copies))
    both = table["photo"].str.contains(same) & table["caption"].str.contains(same)
    assert len(table) == 200
    assert not both.any()


def test_texts_of_the_same_words_are_no_strangers(colours: Dataset) -> None:
    captions = colours.captions
    same = captions["photo"].str.startswith("red_plain")
    texts = captions["text"].where(~same, [f"A RED wall{'!' * (n % 3)}" for n in range(len(captions))])
    table = shuffled(colours.with_tables(captions=captions.assign(text=texts)))
    both = table["photo"].str.startswith("red_plain") & table["caption"].str.startswith("red_plain")
    assert len(table) == 200
    assert not both.any()


def test_where_no_stranger_is_left_the_place_stays_empty(colours: Dataset) -> None:
    rng = np.random.default_rng(0)
    photo = np.array(["red_plain_0.jpg"] * 3, object)
    own = np.array([f"red_plain_0.jpg#{n}" for n in range(3)], object)
    assert strangers(colours, photo, own, rng).empty
    one = strangers(colours, photo, np.array(["blue_plain_0.jpg#0"] * 3, object), rng)
    assert one["caption"].tolist() == ["blue_plain_0.jpg#0"]
