from __future__ import annotations

import re
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
import typer
from typer.testing import CliRunner

from withsense_tf.demo.demo_dataset import demo_dataset
from withsense_tf.errors import SettingError
from withsense_tf.testing import check

BROKEN = '''
import numpy as np
from withsense_tf.matchers.base import Matcher
from withsense_tf.matchers.constant import Constant


class Keyless(Constant):
    def __init__(self):
        raise RuntimeError("no key")


class Outside(Constant):
    def predict(self, pairs):
        return super().predict(pairs) + 2


class Fickle(Constant):
    def predict(self, pairs):
        super().predict(pairs)
        return np.random.default_rng().random(len(pairs))


class Beside(Constant):
    """Its numbers hang on what stands beside a pair."""

    def _score(self, pairs):
        return np.linspace(0, 1, len(pairs))


class Largest(Constant):
    """Its numbers are shares of the largest one that is asked."""

    def _score(self, pairs):
        lengths = pairs.table["text"].str.len().to_numpy(float)
        return lengths / lengths.max()


class Over(Constant):
    """A third of its numbers are too large."""

    def _score(self, pairs):
        return pairs.table["text"].str.len().to_numpy(float) % 3 * 0.6


class Silent(Constant):
    """It says nothing where it is asked before it was fitted."""

    def predict(self, pairs):
        return np.zeros(len(pairs))


class Reader(Constant):
    """It looks up whose caption the text is."""

    def _score(self, pairs):
        captions = pairs.data.captions
        own = set(zip(captions["photo"], captions["text"]))
        return np.array([float(one in own) for one in zip(pairs.table["photo"], pairs.table["text"])])


class OtherCaptions(Constant):
    """It counts the photo's other captions, and its track says that it reads none."""

    def _score(self, pairs):
        captions = pairs.data.captions
        return np.array([
            min(1, ((captions["photo"] == photo) & (captions["caption"] != caption)).sum() / 10)
            for photo, caption in zip(pairs.table["photo"], pairs.table["caption"])
        ])


class NameReader(Constant):
    """It reads in a caption's id whose it is."""

    def _score(self, pairs):
        names = pairs.table["caption"].str.rsplit("#", n=1).str[0]
        return 0.5 + 0.5 * (names == pairs.table["photo"]).to_numpy(float)


class Dice(Constant):
    """What it learns is drawn, and shows in no number of these pairs."""

    LEARNED = ("constant_", "words_")

    def _fit(self, pairs):
        super()._fit(pairs)
        self.words_ = np.random.default_rng().random((3, 3))


class Lost(Constant):
    def __init__(self, power=1.0):
        super().__init__()


class Listing(Constant):
    def _score(self, pairs):
        return [0.5] * len(pairs)


class Holes(Constant):
    def _score(self, pairs):
        return np.full(len(pairs), np.nan)


class Hundreds(Constant):
    def _score(self, pairs):
        return np.full(len(pairs), 50.0)


class Astray(Constant):
    track = "by-hand"


class Clumsy(Constant):
    def _fit(self, pairs):
        self.statistic_of = pairs.table["targett"]


class Forgetful(Constant):
    LEARNED = ()


class Nameless(Constant):
    """It reads photos, and its rows would not say by what."""

    def __init__(self, photo="scene_net", store=None):
        super().__init__()
        self.photo, self.store = photo, store

    def _fit(self, pairs):
        super()._fit(pairs)
        self.mean_ = self.store.photo_vectors(self.encoders()[0], pairs).mean()


class Bare(Matcher):
    """It has no setting, and so no `__init__`."""

    track = "baseline"

    @property
    def name(self):
        return "bare"

    def _fit(self, pairs):
        pass

    def _score(self, pairs):
        return np.full(len(pairs), 0.5)


class Unweighed(Constant):
    """It opens photos itself, and says not that it has no weights."""

    def describe(self):
        return super().describe() | {"photo": "size of the file"}

    def _fit(self, pairs):
        super()._fit(pairs)
        self.size_ = len(pairs.paths[0].read_bytes())
'''


def invoke(name: str) -> tuple[int, str]:
    app = typer.Typer()
    app.command()(check.main)
    result = CliRunner().invoke(app, [name])
    return result.exit_code, result.output + str(result.exception or "")


@pytest.fixture(scope="module")
def drawn(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the folder of the set that a check draws where it is not there yet."""
    folder = tmp_path_factory.mktemp("check") / "demo"
    demo_dataset(0, 40, 8, folder=folder, captioned=0)
    return folder


@pytest.fixture
def prepared(drawn: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """Return a folder for one check, with the drawn set; the broken matchers can be imported meanwhile."""
    (tmp_path / "broken_matchers.py").write_text(BROKEN, encoding="utf-8")
    monkeypatch.syspath_prepend(str(tmp_path))
    (tmp_path / "checked").mkdir()
    (tmp_path / "checked" / "demo").symlink_to(drawn)
    yield tmp_path / "checked"
    sys.modules.pop("broken_matchers", None)


@pytest.mark.slow
def test_the_command_says_that_a_matcher_keeps_the_contract() -> None:
    code, printed = invoke("constant")
    assert code == 0, printed
    assert printed.count("ok  ") == 8
    assert "keeps the contract" in printed


@pytest.mark.slow
def test_a_matcher_that_reads_photos_and_texts_keeps_the_contract(prepared: Path) -> None:
    assert len(check.check_matcher("closed_form", prepared)) == 8


def test_a_matcher_without_settings_needs_no_init(prepared: Path) -> None:
    assert len(check.check_matcher("broken_matchers:Bare", prepared)) == 8


@pytest.mark.usefixtures("prepared")
@pytest.mark.slow
def test_the_command_says_that_a_matcher_breaks_the_contract() -> None:
    code, printed = invoke("broken_matchers:Outside")
    assert code == 1
    assert "breaks the contract" in printed
    assert "predict must return numbers from 0 to 1, got numbers from 2" in printed
    assert "Traceback" not in printed


@pytest.mark.usefixtures("prepared")
@pytest.mark.slow
def test_a_mistake_in_a_matchers_code_is_a_line_and_no_traceback() -> None:
    code, printed = invoke("broken_matchers:Clumsy")
    assert code == 1
    line = "no  broken_matchers:Clumsy failed in fit: KeyError: 'targett' (broken_matchers.py, line "
    assert printed.count(line) == 1
    assert "Traceback" not in printed


@pytest.mark.usefixtures("prepared")
@pytest.mark.slow
def test_a_matcher_that_cannot_be_made_is_a_line_and_what_is_none_is_refused() -> None:
    code, printed = invoke("broken_matchers:Keyless")
    assert code == 1
    line = "no  broken_matchers:Keyless failed in __init__: RuntimeError: no key (broken_matchers.py, line "
    assert line in printed
    assert "This checks matchers, and no encoders" in invoke("broken_matchers:np")[1]


@pytest.mark.parametrize(
    ("name", "words"),
    [
        (
            "numpy:Ghost",
            r"^matcher='numpy:Ghost' stands for numpy:Ghost, which cannot be imported: .* has no attribute",
        ),
        (
            "numpy:ndarray",
            r"^matcher='numpy:ndarray': expected a subclass of Matcher .* no encoders, engines or judges\.$",
        ),
        ("tfidf", r"^matcher='tfidf' is not known\. .* no encoders, engines or judges\.$"),
    ],
)
def test_what_cannot_be_checked_is_told_by_its_cause_first(name: str, words: str, tmp_path: Path) -> None:
    with pytest.raises(SettingError, match=words) as told:
        check.check_matcher(name, tmp_path)
    assert ("no encoders" in str(told.value)) == (name != "numpy:Ghost")


@pytest.mark.usefixtures("prepared")
@pytest.mark.slow
def test_who_gives_no_numbers_is_told_that_and_not_asked_what_it_saves() -> None:
    code, printed = invoke("broken_matchers:Holes")
    assert code == 1
    assert "that are NaN or infinite." in printed
    assert "LEARNED" not in printed


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("Fickle", "asked twice"),
        (
            "Beside",
            r"must not depend on the other pairs .*: \S+ beside '.+' got .+, expected was .+ apart; .*rank",
        ),
        ("Largest", r"other pairs .*asked now beside \d+ .* in `_fit`, as Calibration does"),
        (
            "Silent",
            r"predict before fit must raise NotFittedError .*nothing. .* write `_score`, and no `predict`",
        ),
        ("Forgetful", r"it raised AttributeError: .*constant_.* Name all learned attributes in LEARNED"),
        ("Reader", "query's own caption"),
        ("OtherCaptions", "reads captions of the photos that it ranks"),
        ("NameReader", "from a caption's id whose it is"),
        ("Dice", r"must learn the same: words_ is .* apart\. .*`seed`"),
        ("Lost", "must store its argument 'power'"),
        ("Listing", "_score must return an array of .* numbers, got a list"),
        ("Hundreds", "100% of its scores lie outside 0 to 1"),
        ("Astray", "`track` .* must be one of baseline, .*, got 'by-hand'"),
        ("Nameless", "it reads photos, and the column 'photo' of its rows would be empty"),
        ("Unweighed", "it reads photos, and the column 'weights' of its rows would be empty"),
        ("Clumsy", r"KeyError: 'targett' \(broken_matchers.py, line [0-9]+, in _fit\)"),
    ],
)
@pytest.mark.slow
def test_a_broken_one_is_told_what_it_breaks(name: str, said: str, prepared: Path) -> None:
    with pytest.raises(check.ContractError, match=said):
        check.check_matcher(f"broken_matchers:{name}", prepared)


@pytest.mark.usefixtures("prepared")
@pytest.mark.slow
def test_it_is_told_how_many_scores_are_cut_off() -> None:
    code, printed = invoke("broken_matchers:Over")
    assert code == 0
    share = re.search(r"for each pair \(([0-9]+)% of its scores lie outside, and are cut off\)", printed)
    assert share is not None
    assert 0 < int(share.group(1)) < 50
