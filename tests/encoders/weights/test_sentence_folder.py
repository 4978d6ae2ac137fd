from __future__ import annotations

import json
import sys
from pathlib import Path

import pytest
from sentence_folders import write_sentence_folder

from withsense_tf.encoders.weights.sentence_folder import SentenceLayout, sentence_layout, tokeniser_of
from withsense_tf.errors import SettingError, WeightsMissingError


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_sentence_folder(tmp_path_factory.mktemp("layout") / "sentences")


def test_a_folder_says_how_tokens_are_pooled_and_how_many_are_read(folder: Path) -> None:
    layout = SentenceLayout("mean", 16, unit_length=True, tokenizer=folder / "tokenizer.json")
    assert sentence_layout(str(folder)) == layout


@pytest.mark.parametrize(
    ("pooling", "expected"), [("cls_token", "first"), ("max_tokens", "max"), ("mean_tokens", "mean")]
)
def test_each_pooling_has_a_name_here(pooling: str, expected: str, tmp_path: Path) -> None:
    modules = ("Transformer", "Pooling")
    layout = sentence_layout(str(write_sentence_folder(tmp_path / "one", pooling=pooling, modules=modules)))
    assert (layout.pooling, layout.unit_length) == (expected, False)


def test_pooling_may_also_be_said_by_one_word(tmp_path: Path) -> None:
    folder = write_sentence_folder(tmp_path / "one")
    (folder / "1_Pooling/config.json").write_text(json.dumps({"pooling_mode": "cls"}))
    assert sentence_layout(str(folder)).pooling == "first"


def test_no_more_tokens_are_read_than_the_network_has_places_for(tmp_path: Path) -> None:
    assert sentence_layout(str(write_sentence_folder(tmp_path / "one", length=500))).length == 24


@pytest.mark.parametrize("preset", ["bert_tiny_en_uncased", "/no/such/folder"])
def test_what_is_no_such_folder_has_what_is_usual(preset: str, bert: Path) -> None:
    assert sentence_layout(preset) == sentence_layout(str(bert)) == SentenceLayout()


@pytest.mark.closed
@pytest.mark.parametrize(
    ("file", "content", "message"),
    [
        ("modules.json", [{"type": "models.Dense", "path": "2_Dense"}], "go through Dense there"),
        ("modules.json", {"type": "Pooling"}, "expected a list, got a dict"),
        ("modules.json", [{"type": "models.Pooling"}], "expected a type and a path"),
        ("1_Pooling/config.json", {"pooling_mode_lasttoken": True}, "one pooling of mean, cls and max"),
        (
            "1_Pooling/config.json",
            {"pooling_mode_mean_tokens": True, "pooling_mode_max_tokens": True},
            "expected one pooling",
        ),
        ("sentence_bert_config.json", {"max_seq_length": 2.5}, "must be a whole number, got 2.5"),
        ("config_sentence_transformers.json", {"default_prompt_name": "query"}, "the prompt 'query'"),
    ],
)
def test_what_is_not_computed_here_is_an_error(
    file: str, content: object, message: str, tmp_path: Path
) -> None:
    folder = write_sentence_folder(tmp_path / "one")
    (folder / file).write_text(json.dumps(content))
    with pytest.raises(SettingError, match=message):
        sentence_layout(str(folder))


def test_tokens_are_cut_at_the_length_and_padded_to_the_longest_alone(folder: Path) -> None:
    tokenise = tokeniser_of(sentence_layout(str(folder)), 5)
    tokens = tokenise(["A dogs run the cat.", "CAT", ""])
    assert tokens["token_ids"].tolist() == [[2, 4, 5, 6, 3], [2, 8, 3, 0, 0], [2, 3, 0, 0, 0]]
    assert tokens["padding_mask"].sum(axis=1).tolist() == [5, 3, 2]


def test_a_damaged_tokenizer_says_which_file(tmp_path: Path) -> None:
    folder = write_sentence_folder(tmp_path / "one")
    (folder / "tokenizer.json").write_text('{"model": 1}')
    with pytest.raises(SettingError, match=r"tokenizer\.json cannot be read as a tokenizer"):
        tokeniser_of(sentence_layout(str(folder)), 5)


def test_without_the_package_that_reads_tokens_its_name_is_said(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "tokenizers", None)
    with pytest.raises(WeightsMissingError, match=r"needs the package tokenizers.*\.\[weights\]"):
        tokeniser_of(sentence_layout(str(folder)), 5)
