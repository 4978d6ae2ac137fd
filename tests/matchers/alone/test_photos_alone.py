from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from small_index import LAW

from withsense_tf.data.dataset import Dataset, Pairs
from withsense_tf.encoders.vectors.store import VectorStore
from withsense_tf.errors import SettingError
from withsense_tf.matchers.alone.photos_alone import PhotosAlone
from withsense_tf.matchers.saved import load_matcher, save_matcher
from withsense_tf.search.search import Search


@pytest.fixture(scope="module")
def matcher(store: VectorStore) -> PhotosAlone:
    return PhotosAlone("scene_net", store).ready("7")


@pytest.fixture(scope="module")
def search(matcher: PhotosAlone, undescribed: Dataset) -> Search:
    return Search(matcher, undescribed, LAW, country="AQ")


def test_it_learns_nothing_and_says_so(matcher: PhotosAlone, judged: Pairs) -> None:
    assert (matcher.law, matcher.fitted_content_, matcher.calibrated_on.by) == ("7", frozenset(), "none")
    content, paths = [judged.content[0]], [judged.paths[0]]
    fitted = PhotosAlone("scene_net", matcher.store).fit(judged)
    np.testing.assert_array_equal(fitted.photo_rows(content, paths), matcher.photo_rows(content, paths))
    with pytest.raises(SettingError, match="nothing has told it what words mean"):
        fitted.predict(judged)


def test_a_saved_one_sees_photos_as_before(matcher: PhotosAlone, judged: Pairs, tmp_path: Path) -> None:
    loaded = load_matcher(save_matcher(matcher, tmp_path / "saved"))
    content, paths = judged.content[:3].tolist(), judged.paths[:3]
    np.testing.assert_allclose(
        loaded.photo_rows(content, paths), matcher.photo_rows(content, paths), atol=1e-6
    )
    assert (loaded.law, loaded.calibrated_on) == (matcher.law, matcher.calibrated_on)


def test_a_photo_finds_those_that_look_like_it(search: Search) -> None:
    hits = search(photo="red_striped_0.jpg", k=3, minimum=0)
    assert len(hits) == 3
    assert all(hit.photo.startswith(("red_", "away_0", "bare_0")) for hit in hits)
    assert hits.as_dict()["calibration"] == {"by": "none", "data": "", "pairs": 0}


@pytest.mark.parametrize("text", ["a red wall", "a wall -striped", "красная стена", "of the"])
@pytest.mark.parametrize("photo", [None, "red_striped_0.jpg"])
def test_a_text_gets_no_photos_but_what_is_needed(search: Search, text: str, photo: str | None) -> None:
    hits = search(text, photo=photo)
    assert not hits.places
    assert "captions.csv" in str(hits.message)
    assert "--matcher MODEL" in str(hits.message)


def test_where_the_law_protects_children_photos_that_nobody_described_are_no_query_and_no_hit(
    search: Search,
) -> None:
    refusal = search(photo="red_striped_0.jpg", country="BB")
    assert refusal.notice
    assert not refusal.places
    child = search("a small child", country="BB")
    assert child.notice
    assert not child.message
