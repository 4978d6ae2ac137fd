from __future__ import annotations

import pytest

from withsense_tf.data.dataset import Dataset
from withsense_tf.encoders.photos.photo_scene import SceneNet
from withsense_tf.encoders.vectors.store import VectorStore
from withsense_tf.errors import DataError
from withsense_tf.experiments.studies.captions_alone import as_training, calibration_lines, from_lines
from withsense_tf.matchers.registry import Surroundings
from withsense_tf.targets.caption_pairs import caption_pairs


def around(store: VectorStore) -> Surroundings:
    return Surroundings((SceneNet(),), None, store, 0)


@pytest.mark.slow
def test_numbers_by_captions_stand_beside_those_by_judgements(colours: Dataset, store: VectorStore) -> None:
    lines = list(calibration_lines(colours, around(store), 2))
    table = [line.split(" | ") for line in lines[lines.index("") + 3 :]]
    rows = {(cells[0].strip("| "), cells[1]): cells[2:] for cells in table}
    assert {by for _, by in rows} == {"judgements", "captions"}
    judged, captions = rows["closed_form", "judgements"], rows["closed_form", "captions"]
    # The same towers rank, whatever their numbers say; judgements say best what judges say.
    assert judged[4] == captions[4]
    assert float(judged[0]) < float(captions[0])
    assert float(judged[1]) > 0


def test_adapted_towers_stand_beside_those_of_either_part(colours: Dataset, store: VectorStore) -> None:
    photos = colours.photos
    is_new = photos["photo"].str.contains("_[23].jpg") & ~photos["photo"].str.contains("bare")
    new = set(photos.loc[is_new, "photo"])
    captions = colours.captions
    two_parts = colours.with_tables(
        photos=photos.assign(part=photos["part"].where(~is_new, "corpus")),
        captions=captions.assign(part=captions["part"].where(~captions["photo"].isin(new), "corpus")),
        pairs=colours.pairs[~colours.pairs["photo"].isin(new)],
        experts=colours.experts[~colours.experts["photo"].isin(new)],
    )
    lines = list(from_lines(two_parts, around(store), 2, gallery_size=10, counts=(10,)))
    rows = {tuple(line.strip("| ").split(" | ")[:2]): float(line.split(" | ")[2]) for line in lines[3:]}
    assert set(rows) == {
        ("0", "as they were"),
        *(("10", name) for name in ("adapted", "of these alone", "of both")),
    }
    assert all(50 < found <= 100 for found in rows.values())


def test_without_enough_captioned_photos_it_says_so_before_it_trains(
    colours: Dataset, store: VectorStore
) -> None:
    with pytest.raises(DataError, match=r"0 photos in corpus_images\. This question takes 10"):
        next(from_lines(colours, around(store), 2, gallery_size=10))


def test_a_part_of_the_photos_is_trained_on_with_their_captions_alone(colours: Dataset) -> None:
    some = [photo for photo in colours.photos["photo"] if photo.endswith("_2.jpg")]
    pairs = caption_pairs(as_training(colours, some))
    assert set(pairs.table["photo"]) == set(some)
    assert set(pairs.data.captions["photo"]) == set(some)
