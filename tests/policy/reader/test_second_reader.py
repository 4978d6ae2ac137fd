"""The second reader only ever adds that a person should look."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from withsense_tf.errors import DataError
from withsense_tf.experiments.policy_page import read_sentences
from withsense_tf.policy.countries import load_countries
from withsense_tf.policy.current_policy import Policy
from withsense_tf.policy.reader.second_reader import (
    EXAMPLES,
    MODEL,
    PLACES,
    SIZE,
    QuotedSentences,
    SecondReader,
    _examples,
    basic,
    features,
    packaged_reader,
    place,
)
from withsense_tf.policy.reader.sentences import all_sentences
from withsense_tf.policy.texts.text_policy import TextPolicy

pytestmark = pytest.mark.closed
SURE = SecondReader(np.zeros(SIZE, dtype=np.float32), 5.0, 0.5, 1.0)


def test_it_adds_review_and_says_what_it_reads_like() -> None:
    verdict = TextPolicy(second_reader=SURE).verdict("Zzzz under the old armchair")
    assert (verdict.decision, verdict.rule) == ("review", "second reader")
    assert "0.99" in verdict.reason
    assert any(sentence.text in verdict.reason for sentence in all_sentences() if sentence.restricted)


@pytest.mark.parametrize("text", ["A toddler naps.", "A room without children.", "A kid goat jumps.", ""])
def test_where_the_rules_say_something_it_changes_nothing(text: str) -> None:
    reader = SURE if text else SecondReader(SURE.weights, -5.0, 0.5, 1.0)
    assert TextPolicy(second_reader=reader).verdict(text) == TextPolicy().verdict(text)


@pytest.mark.slow
def test_it_lifts_no_restriction() -> None:
    rows = [sentence.text for sentence in all_sentences()[::9]]
    alone, both = TextPolicy().verdicts(rows), TextPolicy(second_reader=packaged_reader()).verdicts(rows)
    assert all(after.restricted for before, after in zip(alone, both, strict=True) if before.restricted)


def test_ordinary_captions_do_not_reach_its_threshold() -> None:
    texts = [
        "A man in a red jacket climbs a rock wall.", "Two women talk outside a bank.", "Boats in the harbour at dawn.",
        "A brown dog leaps over a log.", "Рабочие чинят дорогу у вокзала.", "Старик кормит голубей на площади.",
    ]  # fmt: skip
    assert packaged_reader().verdicts(texts) == [None] * len(texts)


@pytest.mark.parametrize(("language", "count", "most"), [("ru", 434, 0.03), ("en", 100, 0.03)])
def test_few_plain_queries_and_captions_are_restricted(language: str, count: int, most: float) -> None:
    rows = read_sentences(Path(__file__).parents[1] / "texts" / "plain.tsv")
    texts = [row["text"] for row in rows if row["lang"] == language]
    assert len(texts) == count
    verdicts = TextPolicy(second_reader=packaged_reader()).verdicts(texts)
    assert np.mean([verdict.restricted for verdict in verdicts]) <= most


def test_the_policys_version_says_whether_it_is_there() -> None:
    countries = load_countries()
    alone, both = Policy(countries, second_reader=False), Policy(countries)
    assert alone.version != both.version
    assert alone.readers == "rules alone"
    assert packaged_reader().identity in both.readers


def test_a_disguise_is_read_as_what_it_hides() -> None:
    assert set(features("a sl\u200bing")) == set(features("a sling"))


@pytest.mark.parametrize("content", [b"", b"no model"])
def test_a_model_that_cannot_be_read_is_an_error(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "m.npz").write_bytes(content)
    with pytest.raises(DataError, match="nothing may be shown"):
        SecondReader.load(tmp_path / "m.npz")


def test_a_model_is_read_as_it_was_saved(tmp_path: Path) -> None:
    reader = packaged_reader()
    reader.save(tmp_path / "m.npz")
    assert SecondReader.load(tmp_path / "m.npz").identity == reader.identity
    assert MODEL.stat().st_size == (tmp_path / "m.npz").stat().st_size


def test_a_model_with_a_meaning_too_few_is_an_error(tmp_path: Path) -> None:
    packaged_reader().save(tmp_path / "m.npz")
    with np.load(tmp_path / "m.npz") as archive:
        arrays = dict(archive)
    np.savez(tmp_path / "m.npz", **{**arrays, "meanings": arrays["meanings"][1:]})
    with pytest.raises(DataError, match="nothing may be shown"):
        SecondReader.load(tmp_path / "m.npz")


def test_what_reasons_quote_was_learnt_and_speaks_of_somebody_young() -> None:
    examples = EXAMPLES.read_text(encoding="utf-8").splitlines()
    assert len(examples) > 900
    assert set(examples) <= {sentence.text for sentence in all_sentences() if sentence.restricted}


def test_the_nearest_sentence_shares_most_features_and_is_the_first_of_several() -> None:
    texts = ["a dog on a beach", "a boat", "Две собаки у моря", "a dog on a beach", "a dog"]
    examples = QuotedSentences.of_texts(texts)

    def shared(text: str, other: str) -> float:
        own, others = set(features(text).tolist()), set(features(other).tolist())
        return len(own & others) / (1 + len(own | others))

    for text in ("a dog", "a dog on a boat", "Собаки у моря", "", "qqq", "dogs on beaches, a dog on a beach"):
        assert examples.nearest(text) == max(texts, key=lambda other: shared(text, other))


def test_without_what_reasons_quote_nothing_is_shown(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("withsense_tf.policy.reader.second_reader.EXAMPLES", tmp_path / "none.txt")
    _examples.cache_clear()
    with pytest.raises(DataError, match="nothing may be shown"):
        SURE.verdicts(["Zzzz under the old armchair"])


def test_a_model_of_another_size_is_an_error(tmp_path: Path) -> None:
    meanings = np.zeros(PLACES, dtype=np.int8)
    np.savez(
        tmp_path / "m.npz",
        weights=np.zeros(3),
        bias=0.0,
        threshold=0.5,
        recall=0.5,
        meanings=meanings,
        unit=1.0,
    )
    with pytest.raises(DataError, match="finite weights"):
        SecondReader.load(tmp_path / "m.npz")


def test_the_packaged_model_is_small() -> None:
    assert MODEL.stat().st_size < 400_000


@pytest.mark.parametrize("text", ["nothing", "a wall", "photo.png", "iso=100"])
def test_a_lone_word_or_a_name_is_left_to_the_rules(text: str) -> None:
    assert SURE.verdicts([text]) == [None]


def test_a_word_that_no_sentence_has_counts_by_what_it_means() -> None:
    meanings = np.zeros(PLACES, dtype=np.int8)
    meanings[place(basic("люльке"))] = 100
    reader = SecondReader(np.zeros(SIZE, dtype=np.float32), 0.0, 0.9, 1.0, meanings, 0.05)
    near, far = reader.scores(["люльки у окна", "лампы у окна"])
    assert near > 0.9
    assert far == 0.5


@pytest.mark.parametrize("number", range(0, 60, 3))
def test_what_a_camera_called_a_file_is_no_sentence(number: int) -> None:
    names = [
        f"2024/beside them/IMG_{number:04}.JPG",
        f"holiday/old/DSC_{number:04}.jpeg",
        f"PXL_{number:04}.heic",
    ]
    assert packaged_reader().verdicts(names) == [None] * 3
