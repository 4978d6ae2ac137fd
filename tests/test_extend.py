"""What the pages on adding things show is run, in one go, as a reader would type it."""

from __future__ import annotations

import re
import sys
import tomllib
from configparser import ConfigParser
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
import pytest

from withsense_tf.encoders.base import PhotoEncoder, TextEncoder
from withsense_tf.index.vectors.exact_index import ExactIndex
from withsense_tf.index.vectors.vector_index import Keep, VectorIndex
from withsense_tf.matchers.base import Matcher
from withsense_tf.matchers.saved import load_matcher, save_matcher
from withsense_tf.policy.current_policy import Policy
from withsense_tf.policy.photo_judge import ChildJudge, ask_judge
from withsense_tf.policy.texts.rule_reader import BUILT_IN
from withsense_tf.policy.texts.text_policy import TextPolicy

NAMES = ("docs/how_to/extend.md", "docs/how_to/own_matcher.md", "docs/how_to/own_engine.md")
PAGES = [(Path(__file__).parents[1] / name).read_text(encoding="utf-8") for name in NAMES]
KINDS = {
    "withsense_tf.matchers": Matcher,
    "withsense_tf.photo_encoders": PhotoEncoder,
    "withsense_tf.text_encoders": TextEncoder,
    "withsense_tf.engines": VectorIndex,
    "withsense_tf.photo_judges": ChildJudge,
}


@pytest.fixture(scope="module")
def shown(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """Return the names that the pages' code defines."""
    names: dict[str, Any] = {"__name__": "my_package"}
    with pytest.MonkeyPatch.context() as patch:
        names["reader"] = tmp_path_factory.mktemp("reader")
        patch.chdir(names["reader"])
        for code in re.findall(r"```python\n(.*?)```", "".join(PAGES), flags=re.S):
            assert sum(bool(line.strip()) for line in code.splitlines()) <= 33
            exec(compile(code, "extend.md", "exec"), names)  # it is ours
    return names


def test_every_class_that_is_shown_can_be_added_as_what_it_is_said_to_be(shown: dict[str, Any]) -> None:
    config = ConfigParser()
    config.read_string(re.findall(r"```ini\n(.*?)```", PAGES[0], flags=re.S)[0])
    added = config["options.entry_points"]
    assert set(added) == set(KINDS)
    for group, lines in added.items():
        kind = lines.strip().partition(":")[2]
        assert issubclass(shown[kind], KINDS[group])


def test_the_shown_matchers_and_encoders_do_what_they_say(
    shown: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(shown["reader"])
    calibrated = shown["CalibratedLength"]().fit(shown["judged"])
    means = calibrated.predict(shown["judged"]).mean(), shown["judged"].target.mean()
    assert means[0] == pytest.approx(means[1], abs=0.05)
    matcher = shown["Length"]().fit(shown["judged"])
    numbers = matcher.predict(shown["judged"])
    assert numbers.max() == 1
    assert numbers.argmax() == shown["judged"].table["text"].str.len().to_numpy().argmax()
    guess = shown["Guess"]().fit(shown["judged"])
    description = guess.describe()
    assert "scene_net" in description["photo"]
    assert description["weights"]
    fits, target = guess.predict(shown["judged"]), shown["judged"].target
    assert fits[target > 0.5].mean() > fits[target < 0.5].mean()
    assert shown["Brightness"]().forward(np.full((1, 4, 4, 3), 7, np.uint8)).tolist() == [[7, 7, 7]]
    assert shown["Letters"]().fit([]).encode(["abba"])[0, :2].tolist() == [2, 2]
    assert set(shown["agreed"].target) == {0, 1}


@pytest.mark.parametrize("kind", [pytest.param("Network", marks=pytest.mark.slow), "Line"])
def test_a_shown_matcher_that_holds_a_model_of_another_library_is_saved_and_says_the_same(
    kind: str, shown: dict[str, Any], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.chdir(shown["reader"])
    module = ModuleType("my_package")
    module.__dict__.update(shown)
    monkeypatch.setitem(sys.modules, "my_package", module)
    matcher = shown[kind]().fit(shown["judged"])
    also = {kind: "my_package"}
    again = load_matcher(save_matcher(matcher, tmp_path / "saved", also), also=also)
    numbers = matcher.predict(shown["judged"])
    np.testing.assert_allclose(again.predict(shown["judged"]), numbers, atol=1e-6)
    target = shown["judged"].target
    assert numbers[target > 0.5].mean() > numbers[target < 0.5].mean()


def test_the_shown_judge_answers_from_its_table_and_not_for_others(
    shown: dict[str, Any], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("chances.csv").write_text("photo,chance\na.jpg,0.7\n")
    chances = ask_judge(shown["FromTable"](), [Path("x/b.jpg"), Path("x/a.jpg")])
    assert np.isnan(chances).tolist() == [True, False]
    assert chances[1] == 0.7


def test_the_shown_engine_finds_what_the_exact_search_finds(shown: dict[str, Any], tmp_path: Path) -> None:
    vectors = np.random.default_rng(0).integers(-2, 3, (40, 3)).astype(np.float32)  # many are alike
    exact, own = ExactIndex(tmp_path / "exact", 3), shown["Files"](tmp_path / "own", 3, "float32")
    for engine in (exact, own):
        engine.write(0, vectors[:30])
        engine.write(25, vectors[25:])
    own.close()
    own = shown["Files"](tmp_path / "own", 3, "float32")
    some = Keep((), lambda: np.array([1, 4, 33, 39]))
    for words in ((vectors[:2], 7, 40, None), (vectors[:2], 7, 36, some), (vectors[:2], 2, 0, None)):
        nearest, expected = own.search(*words), exact.search(*words)
        np.testing.assert_array_equal(nearest.rows, expected.rows)
        np.testing.assert_array_equal(nearest.scores, expected.scores)
    np.testing.assert_array_equal(own.get(np.array([39, 0])), vectors[[39, 0]])


@pytest.mark.parametrize("language", ["fi", "sv"])
def test_the_shown_languages_restrict_what_the_package_alone_lets_pass(language: str, tmp_path: Path) -> None:
    page = (Path(__file__).parents[1] / "docs/how_to/another_language.md").read_text(encoding="utf-8")
    (table,) = re.findall(rf"```toml\n(# languages/{language}.*?)```", page, flags=re.S)
    (tmp_path / f"{language}.toml").write_text(table, encoding="utf-8")
    law, package = Policy.default(languages=tmp_path), Policy.default()
    (rule,) = tomllib.loads(table)["rule"]
    for text in rule["yes"]:
        assert law.texts(16).verdict(text).decision == "block"
        assert not package.texts(16).verdict(text).restricted
    for text in rule.get("no", []):
        assert not law.texts(16).verdict(text).restricted
    assert law.version != package.version


SIGNS = [
    ("zorb", "A ZÓRB", "azorb"),
    ("zorb|blik", "a blik", "a blok"),
    ("big? zorb _{0,2} blik", "a zorb, red blik", "zorb. Red blik"),
    ("!zorb|the blik", "a blik", "the blik"),
    ("zorb|!blik", "a zorb", "a lamp"),
    ("NUMBER zorb", "7 zorb", "some zorb"),
    ("NAME [zorb]", "Ann zorb", "an zorb"),
    ("CAPITAL|zorb", "a Zorb", "a zorb"),
    ("zorb STOP", "a zorb", "a zorb lamp"),
    ("zorb & blik", "zorb&blik", "zorb blik"),
    ("DIGITS +", "16+", "16"),
    ("# zorb", "#zorb", "zorb"),
    ("zorb - blik", "zorb - blik", "zorb-blik"),
    ("zorb - free", "zorb-free", "zorb free"),
    ("zorb 's blik", "a zorb's blik", "zorbs blik"),
    ("zorb ' blik", "the zorb' blik", "zorb blik"),
    ("b'lik", "a b'lik", "b lik"),
]


@pytest.mark.parametrize(("pattern", "fits", "other"), SIGNS)
def test_the_signs_of_patterns_mean_what_the_page_on_rules_says(
    pattern: str, fits: str, other: str, tmp_path: Path
) -> None:
    rule = (
        f'name = "own"\ndecision = "block"\npatterns = ["{pattern}"]\nreason = "a sign"\nyes = ["{fits}"]\n'
    )
    (tmp_path / "xx.toml").write_text(f'script = "latin"\n[[rule]]\n{rule}', encoding="utf-8")
    rules_alone = TextPolicy(languages=Policy.default(languages=tmp_path).languages)
    assert [any(hit.rule == "own" for hit in rules_alone.hits(text)) for text in (fits, other)] == [
        True,
        False,
    ]
    page = (Path(__file__).parents[1] / "docs/how_to/change_a_rule.md").read_text(encoding="utf-8")
    assert all(f"`{name}" in page for name in BUILT_IN)


def test_the_words_are_in_order_and_each_is_there_once() -> None:
    page = (Path(__file__).parents[1] / "docs/reference/words.md").read_text(encoding="utf-8")
    words = re.findall(r"^\| ([a-z][^|]*?) \|", page, flags=re.M)[1:]
    assert words == sorted(set(words))
    assert len(words) > 40
