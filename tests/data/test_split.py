from __future__ import annotations

import shutil
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from withsense_tf.data.dataset import Dataset, Pairs
from withsense_tf.data.flickr8k import published_test_photos
from withsense_tf.data.folder.load import load_dataset
from withsense_tf.data.split import folds_by_photo, split_by_photo, split_strict
from withsense_tf.errors import DataError, NoCaptionsError, SettingError
from withsense_tf.targets.blend import relevance
from withsense_tf.targets.caption_pairs import caption_pairs

SMALL = settings(max_examples=20, suppress_health_check=[HealthCheck.function_scoped_fixture])


def made_of(links: list[tuple[int, int]], twins: bool = False) -> Pairs:
    """Return pairs of photo i with the first caption of photo j; with `twins` photos 0 and 1 are the same file."""
    count = 1 + max(max(link) for link in links)
    names = [f"{i}.jpg" for i in range(count)]
    digests = ["same" if twins and i < 2 else name for i, name in enumerate(names)]
    photos = pd.DataFrame({"photo": names, "part": "train", "path": names, "digest": digests})
    data = Dataset("made", Path(), False, "", {"photos": photos})
    table = pd.DataFrame(
        {"photo": [f"{i}.jpg" for i, _ in links], "caption": [f"{j}.jpg#0" for _, j in links]}
    )
    table = table.assign(text="text of " + table["caption"], path=table["photo"], target=0.5, weight=1.0)
    return Pairs(data, table.assign(source="made"))


LINKS = st.lists(st.tuples(st.integers(0, 11), st.integers(0, 11)), min_size=30, max_size=80, unique=True)


@SMALL
@given(LINKS, st.integers(0, 99), st.floats(0.2, 0.6))
def test_no_photo_is_on_both_sides_and_no_pair_is_lost(
    links: list[tuple[int, int]], seed: int, share: float
) -> None:
    split = split_by_photo(made_of(links), share, seed)
    assert not set(split.train.table["photo"]) & set(split.test.table["photo"])
    assert len(split.train) + len(split.test) == len(links)
    assert split.report.shared_photos == split.report.dropped_pairs == 0


@SMALL
@given(LINKS, st.integers(0, 99))
def test_every_pair_is_in_the_test_side_of_exactly_one_fold(links: list[tuple[int, int]], seed: int) -> None:
    splits = folds_by_photo(made_of(links), 3, seed)
    tested = pd.concat([split.test.table for split in splits])[["photo", "caption"]]
    assert len(tested) == len(tested.drop_duplicates()) == len(links)
    assert all(split.report.shared_photos == 0 for split in splits)


@SMALL
@given(LINKS, st.integers(0, 99))
def test_a_strict_split_shares_neither_photos_nor_captions_nor_owners(
    links: list[tuple[int, int]], seed: int
) -> None:
    try:
        split = split_strict(made_of(links), 0.4, seed)
    except DataError:
        return  # a graph can leave one side without pairs; that is said, not hidden
    train, test = split.train.table, split.test.table
    assert not set(train["photo"]) & set(test["photo"])
    assert not set(train["caption"]) & set(test["caption"])
    train_owners, test_owners = (set(t["caption"].str.split("#").str[0]) for t in (train, test))
    assert not (train_owners | set(train["photo"])) & (test_owners | set(test["photo"]))
    assert split.report.dropped_pairs == len(links) - len(train) - len(test)


def test_a_strict_split_keeps_captions_of_the_same_words_together() -> None:
    pairs = made_of([(i, j) for i in range(8) for j in range(8)])
    table = pairs.table
    table.loc[table["caption"].isin(["0.jpg#0", "7.jpg#0"]), "text"] = "The same words"
    for seed in range(10):
        split = split_strict(Pairs(pairs.data, table), 0.5, seed)
        assert not set(split.train.table["text"]) & set(split.test.table["text"])


def test_the_same_file_under_two_names_is_never_torn_apart() -> None:
    pairs = made_of([(i, j) for i in range(6) for j in range(3)], twins=True)
    for seed in range(8):
        for split in (split_by_photo(pairs, 0.4, seed), *folds_by_photo(pairs, 3, seed)):
            assert ("0.jpg" in set(split.test.table["photo"])) == ("1.jpg" in set(split.test.table["photo"]))


def test_the_report_counts_test_pairs_whose_caption_was_seen_in_training() -> None:
    # Photos 0 to 3, all with caption 0, and each with a caption of its own.
    split = split_by_photo(made_of([(i, 0) for i in range(4)] + [(i, i + 4) for i in range(4)]), 0.25, 0)
    assert split.report.test_pairs == 2
    assert repr(split.report) == f"SplitReport({split.report})"
    assert split.report.test_pairs_with_shared_caption == 1
    assert split.report.shared_captions == 1
    assert "50% of the test pairs" in str(split.report)


def test_the_same_seed_gives_the_same_split_and_another_seed_another() -> None:
    pairs = made_of([(i, j) for i in range(12) for j in range(4)])
    one, same, other = (set(split_by_photo(pairs, 0.3, seed).test.table["photo"]) for seed in (1, 1, 2))
    assert one == same != other


def test_folds_differ_in_size_by_at_most_one_photo() -> None:
    splits = folds_by_photo(made_of([(i, 0) for i in range(11)]), 3, 0)
    assert sorted(split.report.test_photos for split in splits) == [3, 4, 4]


@pytest.mark.parametrize("share", [0, 1, -0.1, 1.5, float("nan"), True, "0.3"])
def test_a_share_outside_0_to_1_is_refused(share: float) -> None:
    for split in (split_by_photo, split_strict):
        with pytest.raises(SettingError, match="test_share"):
            split(made_of([(0, 0), (1, 1)]), share)


@pytest.mark.parametrize("folds", [0, 1, 2.0, True])
def test_too_few_folds_are_refused(folds: int) -> None:
    with pytest.raises(SettingError, match="folds"):
        folds_by_photo(made_of([(0, 0), (1, 1)]), folds)


def test_more_folds_than_photos_are_refused() -> None:
    with pytest.raises(DataError, match="at least 5 photos, got 2"):
        folds_by_photo(made_of([(0, 0), (1, 1)]), 5)


def test_a_strict_split_of_one_photo_is_refused() -> None:
    with pytest.raises(DataError, match="at least 2"):
        split_strict(made_of([(0, 0)]), 0.5)


@pytest.mark.slow
def test_the_real_folder_shares_captions_by_photo_and_none_strictly(real_data: Dataset) -> None:
    pairs = relevance(real_data, crowd=None)
    split = split_by_photo(pairs, 0.3, 0)
    # The reason for the strict split: nearly every test pair has a caption that training has seen.
    assert split.report.test_pairs_with_shared_caption / split.report.test_pairs > 0.95
    strict = split_strict(pairs, 0.3, 0)
    assert strict.report.shared_captions == strict.report.shared_photos == 0


def test_the_published_test_split_is_known_by_its_names(real_data: Dataset) -> None:
    photos = real_data.photos
    assert len(published_test_photos(photos.loc[photos["part"] == "train", "photo"])) == 1000
    assert published_test_photos(photos.loc[photos["part"] == "test", "photo"]) == []


def test_seed_and_share_decide_the_folds_and_the_strict_split() -> None:
    pairs = made_of([(i, j) for i in range(20) for j in range(0, 20, 2)])

    def first_fold(seed: int) -> set[str]:
        return set(folds_by_photo(pairs, 4, seed)[0].test.table["photo"])

    def strict(seed: int, share: float = 0.3) -> set[str]:
        return set(split_strict(pairs, share, seed).test.table["photo"])

    assert first_fold(1) == first_fold(1) != first_fold(2)
    assert strict(1) == strict(1) != strict(2)
    assert len(strict(1, 0.3)) == 6
    assert len(strict(1, 0.5)) == 10


@pytest.mark.parametrize("seed", [-1, 2**32, 1.0, None, True])
def test_seeds_that_libraries_refuse_are_refused(seed: int) -> None:
    pairs = made_of([(i, i) for i in range(8)])
    for split in (split_by_photo, split_strict):
        with pytest.raises(SettingError, match="seed"):
            split(pairs, 0.5, seed)
    with pytest.raises(SettingError, match="seed"):
        folds_by_photo(pairs, 2, seed)


def test_a_share_that_leaves_one_side_empty_is_an_error() -> None:
    with pytest.raises(DataError, match="too small"):
        split_by_photo(made_of([(i, i) for i in range(6)]), 0.95)


def test_twins_in_a_folder_share_a_side(folder: Path) -> None:
    shutil.copy(folder / "train_images/ant.jpg", folder / "train_images/bee.jpg")
    pairs = relevance(load_dataset(folder))
    assert len(np.unique(pairs.content)) == 5
    for seed in range(6):
        test = set(split_by_photo(pairs, 0.4, seed).test.table["photo"])
        assert ("ant.jpg" in test) == ("bee.jpg" in test)


@pytest.mark.parametrize("way", ["70/30", "folds", "strict"])
def test_caption_pairs_are_drawn_anew_of_the_captions_of_each_sides_own_photos(
    way: str, unjudged: Dataset
) -> None:
    pairs = caption_pairs(unjudged, others=2, own_share=0.2, seed=3)
    splits = {
        "70/30": lambda: [split_by_photo(pairs, 0.3, 1)],
        "folds": lambda: folds_by_photo(pairs, 4, 1),
        "strict": lambda: [split_strict(pairs, 0.3, 1)],
    }[way]()
    for split in splits:
        assert split.report.shared_captions == split.report.shared_photos == split.report.dropped_pairs == 0
        for side in split:
            photos = set(side.table["photo"])
            assert set(side.table["caption"].str.rsplit("#", n=1).str[0]) == photos
            # They are drawn as the whole was.
            assert side.definition == pairs.definition
            assert np.average(side.target, weights=side.weight) == pytest.approx(0.2)
            assert side.table.equals(caption_pairs(unjudged, 2, 0.2, 3, photos).table)
    assert sum(split.test.table["photo"].nunique() for split in splits) <= pairs.table["photo"].nunique()


def test_a_caption_that_was_left_out_of_caption_pairs_stays_out_of_each_side(unjudged: Dataset) -> None:
    pairs = caption_pairs(unjudged)
    fewer = pairs.take(np.flatnonzero(~pairs.table["caption"].str.endswith("#0")))
    for side in split_by_photo(fewer):
        assert not side.table["caption"].str.endswith("#0").any()


def test_caption_pairs_of_too_few_photos_are_told_what_each_side_needs(unjudged: Dataset) -> None:
    few = caption_pairs(unjudged, photos=["red_plain_0.jpg", "blue_plain_0.jpg", "green_plain_0.jpg"])
    with pytest.raises(NoCaptionsError, match=r"one side has 1 photos with captions, .* at least two"):
        split_by_photo(few)
