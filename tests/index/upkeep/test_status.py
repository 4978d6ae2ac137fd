"""The numbers of an index."""

from __future__ import annotations

from importlib.metadata import EntryPoint
from pathlib import Path

import pytest
from small_index import LAW, items_of_looks

from withsense_tf.common.plugins import Plugins
from withsense_tf.data.dataset import Dataset
from withsense_tf.data.split import split_by_photo
from withsense_tf.encoders.photos.photo_keras import KerasPhoto
from withsense_tf.index.model_generation import folder_identity
from withsense_tf.index.photo_index import PhotoIndex
from withsense_tf.index.upkeep.ingest import ingest
from withsense_tf.index.upkeep.status import index_status
from withsense_tf.index.vectors.engine_settings import ENGINES, Engine
from withsense_tf.matchers.captions import Captions
from withsense_tf.matchers.towers.closed_form import ClosedFormTowers
from withsense_tf.targets.blend import relevance


def trained(data: Dataset) -> Captions:
    return Captions().fit(split_by_photo(relevance(data, crowd=None), 0.3, 0).train)


def test_the_status_of_an_index_says_under_which_law_its_models_were_trained(
    tiny: Dataset, looks: Path, tmp_path: Path
) -> None:
    index = PhotoIndex.make(tmp_path / "index")
    kept, _ = LAW.split(tiny)
    numbers = [index.add_model(trained(tiny)), index.add_model(trained(kept))]
    numbers.append(index.copy_model(numbers[1]))
    ingest(index, items_of_looks(looks, 2), LAW, numbers[0])
    status = index_status(index)
    assert [model["law"] for model in status.models] == ["", LAW.version, LAW.version]
    said = status.as_text()
    assert said.count("trained without the law, or nobody knows") == 1
    assert said.count(f"trained under law {LAW.version}") == 2
    cards = [Path(model["card"]) for model in status.models]
    assert all(card.is_file() and f"; card: {card}" in said for card in cards)
    # What a person adds to a card is no damage of the model.
    cards[0].write_text("More.")
    assert index.generation(numbers[0]).identity == folder_identity(cards[0].parents[1])


@pytest.mark.slow
def test_the_status_of_an_index_names_what_saw_the_photos_and_whose_weights_it_has(
    tiny: Dataset, looks: Path, tmp_path: Path
) -> None:
    index = PhotoIndex.make(tmp_path / "index")
    data = split_by_photo(relevance(tiny, crowd=None), 0.3, 0).train
    seer = KerasPhoto("mobilenet_v2", "random", size=32, seed=7)
    index.copy_model(index.add_model(ClosedFormTowers(seer, "tfidf").fit(data)))
    status = index_status(index)
    for model in status.models:
        assert (model["photo"], model["weights"]) == (seer.identity, seer.weights)
    assert "random" in seer.weights
    assert status.as_text().count(f"photos seen by {seer.identity} with the weights {seer.weights}") == 2


def test_the_status_of_an_index_names_an_engine_that_another_package_adds(
    tiny: Dataset, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    entry = EntryPoint("files", ENGINES.built_in["exact"], ENGINES.group)
    monkeypatch.setattr(Plugins, "_additions", lambda _: {"files": [entry]})
    index = PhotoIndex.make(tmp_path / "index")
    index.add_model(trained(tiny), Engine("files", "float16"))
    text = index_status(index).as_text()
    assert ", files, float16, 0 rows" in text
    assert "milvus" not in text


def test_an_index_whose_first_build_was_stopped_is_unfinished(tiny: Dataset, tmp_path: Path) -> None:
    index = PhotoIndex.make(tmp_path / "index")
    index.add_model(trained(tiny))
    first, *_ = index_status(index).as_text().splitlines()
    assert "unfinished" in first
    assert "0 photos" not in first
