from __future__ import annotations

import threading
from collections.abc import Callable
from pathlib import Path

import pytest

from withsense_tf.data.pictures.photo_file import digest_of
from withsense_tf.encoders.base import PhotoEncoder
from withsense_tf.encoders.vectors.store import VectorStore
from withsense_tf.errors import DataError, KindError
from withsense_tf.index.photo_index import PhotoIndex


def test_a_folder_of_other_things_is_not_made_an_index(tmp_path: Path) -> None:
    (tmp_path / "holiday.jpg").write_bytes(b"...")
    with pytest.raises(DataError, match=r"holiday\.jpg.*index build FOLDER --index NEW_FOLDER"):
        PhotoIndex.make(tmp_path)
    assert [part.name for part in tmp_path.iterdir()] == ["holiday.jpg"]


def test_an_index_may_be_made_by_several_at_once(tmp_path: Path) -> None:
    for turn in range(10):
        made: list[PhotoIndex] = []
        failures: list[BaseException] = []
        ready = threading.Barrier(6)

        def make(
            folder: Path = tmp_path / str(turn),
            made: list = made,
            failures: list = failures,
            ready: threading.Barrier = ready,
        ) -> None:
            ready.wait()
            try:
                made.append(PhotoIndex.make(folder))
            except BaseException as error:
                failures.append(error)

        threads = [threading.Thread(target=make) for _ in range(6)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert not failures
        assert len(made) == 6


def test_an_index_takes_over_the_vectors_that_a_comparison_computed(
    mean_colour: PhotoEncoder, folder: Path, tmp_path: Path
) -> None:
    photos = sorted((folder / "train_images").glob("*.jpg"))
    content = [digest_of(photo) for photo in photos]
    VectorStore(tmp_path / "vectors").encode(mean_colour, content, photos)
    index = PhotoIndex.make(tmp_path / "index")
    index.take_vectors_from(tmp_path / "vectors")
    gone = [tmp_path / photo.name for photo in photos]
    assert index.store.encode(mean_colour, content, gone).has_vector.all()
    assert PhotoIndex(tmp_path / "index").store.encode(mean_colour, content, gone).has_vector.all()


@pytest.mark.parametrize("use", [PhotoIndex, PhotoIndex.make])
def test_what_is_no_folder_is_named(use: Callable[[object], PhotoIndex]) -> None:
    with pytest.raises(KindError, match=r"PhotoIndex expects the folder of an index, got int 5\."):
        use(5)
