from __future__ import annotations

import numpy as np
import pytest

import withsense_tf as ws
from withsense_tf.data.dataset import Dataset, Pairs
from withsense_tf.errors import DataError, NoCaptionsError, SettingError
from withsense_tf.matchers.calibration import Calibration
from withsense_tf.targets.caption_pairs import OWN_SHARE, lone_in_halves, with_several_captions


@pytest.fixture(scope="module")
def pairs(unjudged: Dataset) -> Pairs:
    return ws.caption_pairs(unjudged)


def one_caption(data: Dataset) -> Dataset:
    captions = data.captions
    return data.with_tables(captions=captions[captions["number"] == 0])


def test_each_photo_stands_beside_its_own_captions_and_those_of_others(pairs: Pairs) -> None:
    table = pairs.table
    own = table["caption"].str.rsplit("#", n=1).str[0] == table["photo"]
    assert ((table["target"] == 1) == own).all()
    assert own.sum() == 200
    assert (~own).sum() == 600
    assert not table.duplicated(["photo", "caption"]).any()


def test_neither_photo_nor_caption_alone_tells_the_target(pairs: Pairs) -> None:
    for side in ("photo", "caption"):
        assert set(pairs.table.groupby(side)["target"].mean().round(6)) == {0.25}


@pytest.mark.parametrize("share", [0.1, OWN_SHARE, 0.8])
def test_own_captions_weigh_as_much_as_is_said_and_an_empty_score_gets_that_number(
    unjudged: Dataset, share: float
) -> None:
    pairs = ws.caption_pairs(unjudged, own_share=share)
    assert np.average(pairs.target, weights=pairs.weight) == pytest.approx(share)
    assert pairs.weight.max() == 1
    number = Calibration().fit(np.zeros(len(pairs)), pairs.target, pairs.weight).apply(np.zeros(1))
    assert number == pytest.approx(share)


def test_the_seed_decides_which_captions_of_others_are_taken(unjudged: Dataset) -> None:
    one, same, other = (ws.caption_pairs(unjudged, seed=seed).table for seed in (1, 1, 2))
    assert one.equals(same)
    assert not one.equals(other)


def test_some_photos_take_no_captions_of_others(unjudged: Dataset) -> None:
    some = [photo for photo in unjudged.photos["photo"] if photo.endswith("_0.jpg") and "_plain" in photo]
    table = ws.caption_pairs(unjudged, photos=some).table
    assert set(table["photo"]) == set(some)
    assert set(table["caption"].str.rsplit("#", n=1).str[0]) == set(some)


@pytest.mark.parametrize("others", [0, True, 1.5])
def test_a_wrong_number_of_captions_of_others_is_refused(unjudged: Dataset, others: int) -> None:
    with pytest.raises(SettingError, match="others"):
        ws.caption_pairs(unjudged, others=others)


def test_captions_of_one_photo_alone_are_nothing_to_learn_from(unjudged: Dataset) -> None:
    with pytest.raises(NoCaptionsError, match="5 captions of 1 photos"):
        ws.caption_pairs(unjudged, photos=["red_plain_0.jpg"])


def test_photos_that_all_say_the_same_are_nothing_to_learn_from(unjudged: Dataset) -> None:
    same = unjudged.with_tables(captions=unjudged.captions.assign(text="My photo ."))
    with pytest.raises(DataError, match="say different things"):
        ws.caption_pairs(same)


def test_a_lone_caption_is_parted_so_that_its_photo_has_another_one(unjudged: Dataset) -> None:
    whole = ws.caption_pairs(one_caption(unjudged))
    parts = lone_in_halves(whole)
    kept = parts.data.captions.set_index("photo")["text"]
    before = whole.data.captions.set_index("photo")["text"]
    own = parts.table[parts.table["target"] == 1]
    assert len(own) == 40
    for photo, half in own[["photo", "text"]].itertuples(index=False):
        assert f"{half} {kept[photo]}" == before[photo]


def test_photos_with_several_captions_and_judged_pairs_stay_as_they_are(pairs: Pairs, judged: Pairs) -> None:
    assert lone_in_halves(pairs).table.equals(pairs.table)
    assert lone_in_halves(judged) is judged
    assert with_several_captions(pairs).table.equals(pairs.table)
    assert with_several_captions(judged) is judged


def test_a_photo_with_a_single_caption_cannot_teach_how_like_captions_are(unjudged: Dataset) -> None:
    captions = unjudged.captions
    bare = captions["photo"].str.startswith("red_") & (captions["number"] > 0)
    pairs = with_several_captions(ws.caption_pairs(unjudged.with_tables(captions=captions[~bare])))
    assert len(pairs)
    assert not pairs.table["photo"].str.startswith("red_").any()


def test_a_list_of_keywords_is_no_text_to_learn_from_how_like_captions_are(unjudged: Dataset) -> None:
    # Lists are like one another: with them, a photo of another list was nearer than the photo's own title.
    captions = unjudged.captions
    captions["text"] = captions["text"].where(captions["number"] != 1, "wall, bright colours, paper, 2024")
    texts = with_several_captions(ws.caption_pairs(unjudged.with_tables(captions=captions))).texts
    assert "wall, bright colours, paper, 2024" not in texts
    assert len(texts)


def test_a_split_lets_each_pair_count_once_on_both_sides_as_figures_do(unjudged: Dataset) -> None:
    pairs = ws.caption_pairs(unjudged)
    for side in ws.split_by_photo(pairs):
        assert set(side.weight) == {1.0}
        assert side.target.mean() == pytest.approx(0.25)
    assert np.average(pairs.target, weights=pairs.weight) == pytest.approx(OWN_SHARE)
