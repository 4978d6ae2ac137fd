from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from withsense_tf.common.saved_objects import save_state
from withsense_tf.encoders.texts.caption_space import CaptionSpace
from withsense_tf.encoders.texts.text_tfidf import Tfidf
from withsense_tf.errors import DataError
from withsense_tf.matchers.calibration import Calibration
from withsense_tf.matchers.forms.hybrid_form import HybridForm
from withsense_tf.matchers.saved_search_forms import encoder_modules, load_form, save_form
from withsense_tf.matchers.search_forms import (
    AdditiveForm,
    CosineForm,
    Dense,
    Line,
    NetworkForm,
    ProjectedForm,
    SearchForm,
)

CAPTIONS = ["a dog runs", "a dog jumps", "a cat sleeps", "the cat lies down"]
RNG = np.random.default_rng(0)


def arrays(*shape: int) -> np.ndarray:
    return RNG.normal(size=shape).astype(np.float32)


def make_forms() -> dict[str, SearchForm]:
    """Return a form of each kind, with numbers that are drawn."""
    words = Tfidf().fit(CAPTIONS)
    width = words.encode(["a"]).shape[1]
    space = CaptionSpace(dim=2, min_count=1).fit(CAPTIONS, [0, 0, 1, 1])
    calibration = Calibration().fit(np.linspace(-1, 1, 30), np.linspace(0, 1, 30))
    side, layers = (
        Dense(arrays(width, 4), arrays(4)),
        [Dense(arrays(4, 3), arrays(3)), Dense(arrays(3, 1), arrays(1))],
    )
    cosine = CosineForm(space, calibration)
    return {
        "cosine": cosine,
        "projected": ProjectedForm(words, calibration, [(arrays(width, 3), arrays(3))] * 2),
        "additive": AdditiveForm(words, arrays(width), 0.25),
        "network": NetworkForm(words, calibration, side, layers, "add", 4.0),
        "hybrid": HybridForm(cosine, Line(arrays(11), 0.1), calibration),
    }


FORMS = make_forms()


@pytest.mark.parametrize("kind", FORMS)
def test_a_loaded_form_answers_as_the_one_that_was_saved(kind: str, tmp_path: Path) -> None:
    form = FORMS[kind]
    loaded = load_form(save_form(form, tmp_path / "form"))
    assert type(loaded) is type(form)
    assert loaded.widths == form.widths
    queries = form.queries(["a cat jumps", "zebra"])
    np.testing.assert_array_equal(loaded.queries(["a cat jumps", "zebra"]), queries)
    rows = arrays(5, form.widths["photo"])
    np.testing.assert_array_equal(loaded.scan(rows, queries[0]), form.scan(rows, queries[0]))
    assert loaded.unknown("a zebra") == ("zebra",)


def test_forms_are_loaded_and_asked_without_tensorflow_or_scikit_learn(tmp_path: Path) -> None:
    for kind, form in FORMS.items():
        assert repr(form).startswith(f"{type(form).__name__}({form.text.identity}")
        save_form(form, tmp_path / kind)
    program = (
        "import sys\nfrom withsense_tf.matchers.saved_search_forms import load_form\n"
        f"for kind in {list(FORMS)!r}:\n"
        f"    assert load_form({str(tmp_path)!r} + '/' + kind).queries(['a cat']).any()\n"
        "print([name for name in ('tensorflow', 'keras', 'sklearn', 'spacy', 'pandas') if name in sys.modules])"
    )
    process = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert process.stdout.strip() == "[]"


def test_something_else_is_no_form(tmp_path: Path) -> None:
    folder = save_state(Tfidf().fit(CAPTIONS), tmp_path / "saved", encoder_modules())
    with pytest.raises(DataError, match="holds a Tfidf, expected what a search needs of a matcher"):
        load_form(folder)


def test_every_encoder_that_may_be_saved_is_in_the_module_that_is_named() -> None:
    from importlib import import_module

    for kind, module in encoder_modules().items():
        assert hasattr(import_module(module), kind), kind
