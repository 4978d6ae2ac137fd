from __future__ import annotations

import shutil
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

import pytest
from filelock import FileLock

from withsense_tf.data.folder.load import load_dataset
from withsense_tf.demo.demo_dataset import demo_dataset
from withsense_tf.errors import DataError, DataWarning, KindError
from withsense_tf.targets.blend import relevance


@pytest.fixture(scope="module")
def rendered(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the folder of a demo set that no test may change."""
    folder = tmp_path_factory.mktemp("rendered") / "demo"
    demo_dataset(seed=5, train=12, test=3, folder=folder, captioned=0)
    return folder


@pytest.mark.slow
def test_the_demo_set_is_rendered_once_and_then_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    first = demo_dataset(seed=5, train=12, test=3)
    rendered = (tmp_path / "artifacts/demo-5-12-3-18/demo.json").stat().st_mtime_ns
    again = demo_dataset(seed=5, train=12, test=3)
    assert (tmp_path / "artifacts/demo-5-12-3-18/demo.json").stat().st_mtime_ns == rendered
    assert first.fingerprint == again.fingerprint
    assert first.synthetic
    assert first.name == "demo (synthetic, seed 5)"
    assert repr(first).startswith("Dataset(demo (synthetic, seed 5): 12 train photos, 3 test photos")
    assert len(first.quarantine) == 0
    assert "of demo (synthetic, seed 5): 12 photos" in repr(relevance(first))


def test_another_demo_set_in_the_folder_is_not_taken_for_the_wanted_one(rendered: Path) -> None:
    with pytest.raises(DataError, match="holds another demo set"):
        demo_dataset(seed=6, train=12, test=3, folder=rendered, captioned=0)


@pytest.mark.parametrize("marker", [None, "[1, 2]", "{broken"])
def test_a_folder_that_is_no_demo_set_is_left_alone(tmp_path: Path, marker: str | None) -> None:
    (tmp_path / "keep.txt").write_text("mine")
    if marker is not None:
        (tmp_path / "demo.json").write_text(marker)
    with pytest.raises(DataError, match="is no demo set"):
        demo_dataset(folder=tmp_path)
    assert (tmp_path / "keep.txt").read_text() == "mine"


def test_a_demo_set_that_was_changed_is_not_passed_off_as_the_demo_set(
    rendered: Path, tmp_path: Path
) -> None:
    folder = tmp_path / "demo"
    shutil.copytree(rendered, folder)
    demo_dataset(seed=5, train=12, test=3, folder=folder, captioned=0)  # a copy is untouched
    next((folder / "train_images").iterdir()).unlink()
    with pytest.raises(DataError, match="was changed since it was rendered"):
        demo_dataset(seed=5, train=12, test=3, folder=folder, captioned=0)
    with pytest.warns(DataWarning):
        assert load_dataset(folder).name == "altered demo (synthetic, seed 5)"


@pytest.mark.slow
def test_two_who_ask_at_once_get_the_same_set(tmp_path: Path) -> None:
    with ThreadPoolExecutor(3) as pool:
        sets = list(
            pool.map(
                lambda _: demo_dataset(seed=5, train=12, test=3, folder=tmp_path / "demo", captioned=0),
                range(3),
            )
        )
    assert len({data.fingerprint for data in sets}) == 1


def test_what_a_killed_run_left_is_cleared_away(tmp_path: Path) -> None:
    (tmp_path / ".demo-abc").mkdir()
    (tmp_path / ".demo-abc/half.jpg").write_bytes(b"x")
    demo_dataset(seed=5, train=12, test=3, folder=tmp_path / "demo", captioned=0)
    assert not (tmp_path / ".demo-abc").exists()


def test_who_waits_for_another_program_is_told_for_which(
    rendered: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    lock, words = FileLock(f"{rendered}.lock", thread_local=False), []

    @contextmanager
    def waiting(what: str) -> Iterator[None]:
        words.append(what)
        lock.release()
        yield

    monkeypatch.setattr("withsense_tf.demo.demo_dataset.waiting", waiting)
    lock.acquire()
    demo_dataset(seed=5, train=12, test=3, folder=rendered, captioned=0)
    assert words == [f"Waiting for another program, which renders {rendered}"]


@pytest.mark.parametrize("count", [12, 400])
def test_a_large_set_says_before_it_is_drawn_how_large_it_is(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], count: int
) -> None:
    monkeypatch.setattr("withsense_tf.demo.demo_dataset.write_demo", lambda *_, **__: None)
    with pytest.raises(DataError, match="no demo set"):
        demo_dataset(train=count, test=3, folder=tmp_path / "demo", captioned=0)
    line = f"Rendering the demo set, once: 403 photos into {tmp_path / 'demo'}\n"
    assert capsys.readouterr().err == (line if count > 12 else "")


def test_a_size_that_is_no_whole_number_is_named(tmp_path: Path) -> None:
    with pytest.raises(KindError, match=r"train= expects a whole number of photos, got str '100'"):
        demo_dataset(train="100", folder=tmp_path / "demo")
    with pytest.raises(KindError, match=r"captioned= expects a whole number"):
        demo_dataset(captioned=1.5, folder=tmp_path / "demo")
