"""Another package adds a matcher, encoders and an engine, without a word changed in this one."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
import typer
from typer.testing import CliRunner

from withsense_tf.common.plugins import Plugins
from withsense_tf.common.terminal import LOADING, run
from withsense_tf.errors import SettingError
from withsense_tf.matchers.base import Matcher
from withsense_tf.matchers.registry import MATCHERS

ADDED = '''
import numpy as np
from withsense_tf.encoders.base import PhotoEncoder, TextEncoder
from withsense_tf.index.vectors.exact_index import ExactIndex
from withsense_tf.matchers.base import Matcher


class Brightness(PhotoEncoder):
    """The mean of each channel."""

    identity, weights, width, size = "brightness", "none", 3, (32, 32)

    def forward(self, pixels):
        return pixels.mean(axis=(1, 2)).astype(np.float32)


class Letters(TextEncoder):
    """How often each letter stands in a text."""

    identity = "letters"

    def fit(self, texts):
        self.width = 26
        return self

    def encode(self, texts):
        return np.array([[text.lower().count(chr(97 + n)) for n in range(26)] for text in texts], np.float32)


class Wordy(Matcher):
    """The longer the text, the better it fits."""

    track = "baseline"
    LEARNED = ("longest_",)

    def __init__(self, scale=1.0):
        self.scale = scale

    @property
    def name(self):
        return "wordy"

    def _fit(self, pairs):
        self.longest_ = int(pairs.table["text"].str.len().max())

    def _score(self, pairs):
        return self.scale * pairs.table["text"].str.len().to_numpy() / self.longest_


class Trial(Wordy):
    """Another one, which no package adds."""

    name = "on trial"


class Nameless(TextEncoder):
    """It lacks what every encoder must have."""


class Files(ExactIndex):
    """Exact files under another name."""


class Unlucky(PhotoEncoder):
    """It cannot be made."""

    identity, width = "unlucky", 3

    def __init__(self):
        raise RuntimeError("no GPU here")

    def forward(self, pixels):
        return pixels
'''
SETUP = """
[metadata]
name = wordy-matcher
version = 1.0
[options]
py_modules = wordy, wordy_needs, wordy_hasty, wordy_leaves
[options.entry_points]
withsense_tf.matchers =
    wordy = wordy:Wordy
    broken = wordy:Nowhere
    number = wordy:np
    needy = wordy_needs:Thing
    hasty = wordy_hasty:Thing
    leaves = wordy_leaves:Thing
withsense_tf.matcher =
    slip = wordy:Wordy
withsense_tf.photo_encoders =
    brightness = wordy:Brightness
    unlucky = wordy:Unlucky
withsense_tf.text_encoders =
    letters = wordy:Letters
    nameless = wordy:Nameless
withsense_tf.engines =
    files = wordy:Files
"""


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the folder that a package with plugins is installed in."""
    source = tmp_path_factory.mktemp("source")
    (source / "wordy.py").write_text(ADDED, encoding="utf-8")
    (source / "wordy_needs.py").write_text("import no_such_library\n", encoding="utf-8")
    (source / "wordy_hasty.py").write_text("{}['key']\n", encoding="utf-8")
    (source / "wordy_leaves.py").write_text("raise SystemExit(3)\n", encoding="utf-8")
    (source / "setup.cfg").write_text(SETUP, encoding="utf-8")
    (source / "setup.py").write_text("from setuptools import setup\nsetup()\n", encoding="utf-8")
    target = tmp_path_factory.mktemp("installed")
    pip = [
        sys.executable,
        "-m",
        "pip",
        "install",
        "--quiet",
        "--no-deps",
        "--no-index",
        "--no-build-isolation",
    ]
    subprocess.run([*pip, "--target", str(target), str(source)], check=True, capture_output=True)
    return target


@pytest.fixture
def on_path(installed: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.syspath_prepend(str(installed))


@pytest.mark.slow
def test_what_a_package_adds_is_there_by_its_name(on_path: None) -> None:
    from withsense_tf.encoders.make_encoder import photo_encoder, text_encoder
    from withsense_tf.index.vectors.engine_settings import Engine

    assert "wordy" in MATCHERS.names()
    assert MATCHERS.load("wordy").__name__ == "Wordy"
    assert photo_encoder("brightness").width == 3
    assert text_encoder("letters").fit([]).encode(["aab"])[0, :2].tolist() == [2, 1]
    assert text_encoder("letters+tfidf").fit(["a dog", "a cat"]).encode(["a dog"]).shape[1] > 26
    assert Engine("files").kind == "files"


def test_an_added_engine_keeps_vectors(on_path: None, tmp_path: Path) -> None:
    import numpy as np

    from withsense_tf.index.vectors.engine_settings import Engine

    engine = Engine("files").open(tmp_path, "", 4)
    engine.write(0, np.eye(4, dtype=np.float32))
    assert engine.search(np.eye(4, dtype=np.float32)[2:3], 1, 4).rows.tolist() == [[2]]


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("broken", "cannot be imported"),
        ("number", "expected a subclass of Matcher"),
        ("wordi", "Did you mean 'wordy'"),
        ("no_such_module:Wordy", "on the PYTHONPATH"),
        (
            "wordy:Wordi",
            r"The module is there\. class='Wordi' is not known\. Did you mean 'Wordy'\? Known: Wordy",
        ),
        ("wordy:NotThere", r"The module is there\. class='NotThere' is not known\. Known: Wordy"),
        ("needy", "It needs no_such_library, which is not installed. wordy-matcher adds it"),
        ("hasty", r"KeyError: 'key' \(wordy_hasty.py, line 1.* wordy-matcher adds it"),
        ("leaves", r"SystemExit: 3 \(wordy_leaves.py, line 1.* wordy-matcher adds it"),
        (
            "slip",
            r"wordy-matcher adds 'slip' to withsense_tf\.matcher; these are in withsense_tf\.matchers\.",
        ),
    ],
)
def test_what_cannot_be_used_says_why(name: str, said: str, on_path: None) -> None:
    with pytest.raises(SettingError, match=said):
        MATCHERS.load(name)


def test_an_encoder_that_cannot_be_made_says_why(on_path: None) -> None:
    from withsense_tf.encoders.make_encoder import text_encoder

    with pytest.raises(SettingError, match=r"text='nameless' cannot be made: .*abstract"):
        text_encoder("nameless")


def test_what_raises_in_another_package_is_a_sentence_that_names_it_and_exit_code_2(
    on_path: None, capsys: pytest.CaptureFixture[str]
) -> None:
    from withsense_tf.encoders.make_encoder import photo_encoder

    with pytest.raises(SystemExit, match="2"):
        run(lambda: photo_encoder("unlucky"))
    words = (
        "wordy:Unlucky of wordy-matcher 1.0 failed in __init__: RuntimeError: no GPU here (wordy.py, line "
    )
    assert capsys.readouterr().err.startswith(f"Error: {words}")


def test_one_name_for_two_things_is_an_error(on_path: None) -> None:
    twice = Plugins[Matcher](
        "matcher",
        "withsense_tf.matchers",
        {"wordy": "withsense_tf.matchers.constant:Constant"},
        "withsense_tf.matchers.base:Matcher",
    )
    with pytest.raises(
        SettingError, match=r"is built in and added by wordy-matcher, .* uninstall wordy-matcher"
    ):
        twice.load("wordy")


@pytest.mark.slow
def test_an_added_matcher_is_compared_by_name_and_one_of_a_module_on_trial(
    on_path: None, tmp_path: Path
) -> None:
    from withsense_tf.demo import write_demo
    from withsense_tf.experiments.compare.run_command import main

    write_demo(tmp_path / "demo", train=10, test=1, captioned=0)
    app = typer.Typer()
    app.command()(main)
    words = ["--models", "wordy,wordy:Trial", "--processes", "1"]
    words += ["--data", str(tmp_path / "demo"), "--output", str(tmp_path / "out")]
    words += ["--set", 'splits=["70/30"]', "--set", 'photo=["scene_net"]']
    done = CliRunner().invoke(app, words, catch_exceptions=False)
    assert done.exit_code == 0, done.output
    table = (tmp_path / "out/compare.csv").read_text()
    assert table.count(",wordy,") == table.count(",on trial,") == 1


def test_a_module_of_the_folder_that_one_works_in_is_found_and_the_path_stays_as_it_was(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "match_here.py").write_text(
        "from withsense_tf.matchers.constant import Constant\n\n\nclass Shared(Constant):\n    pass\n",
        encoding="utf-8",
    )
    (tmp_path / "typer.py").write_text("raise RuntimeError('a file here stands in for a library')\n")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "path", [one for one in sys.path if one])
    before = list(sys.path)
    assert MATCHERS.load("match_here:Shared").__name__ == "Shared"
    assert sys.path == before
    sys.modules.pop("match_here")


@pytest.mark.slow
def test_a_class_that_imports_tensorflow_is_loaded_without_what_that_says(tmp_path: Path) -> None:
    (tmp_path / "own_tf.py").write_text(
        "import tensorflow\nfrom withsense_tf.matchers.constant import Constant\nclass Mine(Constant):\n    pass\n"
    )
    code = "from withsense_tf.matchers.registry import MATCHERS; print(MATCHERS.load('own_tf:Mine').__name__)"
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=tmp_path, capture_output=True, text=True, check=True
    )
    # A busy machine takes long.
    assert (done.stdout, done.stderr.removeprefix(f"{LOADING}\n")) == ("Mine\n", "")
