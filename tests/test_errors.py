"""What a notebook hands over by mistake gets an error that says what is expected, and how to make it."""

from __future__ import annotations

import re
import traceback
from collections.abc import Callable
from pathlib import Path

import pandas as pd
import pytest

import withsense_tf as ws
from withsense_tf.data.dataset import Dataset
from withsense_tf.errors import (
    DataError,
    DiskError,
    KindError,
    SettingError,
    WithSenseError,
    WithSenseWarning,
    line_of,
)
from withsense_tf.targets.agreement import agreement
from withsense_tf.targets.balance import balance

pytestmark = pytest.mark.closed
WRONG = [["a dog"], "a dog", None, 3, pd.DataFrame({"text": ["a dog"]}), {"a": 1}, ws.Constant, object()]


@pytest.fixture(scope="module")
def fitted(tmp_path_factory: pytest.TempPathFactory) -> ws.Constant:
    from conftest import write_folder

    data = ws.load_dataset(write_folder(tmp_path_factory.mktemp("kinds") / "withsense"))
    return ws.Constant().fit(ws.relevance(data))


TAKERS: dict[str, tuple[Callable[..., object], str]] = {
    "predict": (
        lambda fitted, wrong: fitted.predict(wrong),
        "pass ws.relevance(data)",
    ),
    "fit": (lambda _, wrong: ws.Constant().fit(wrong), "pass ws.relevance(data)"),
    "grid": (lambda fitted, wrong: fitted.grid(wrong, wrong), "ws.Gallery"),
    "compare, pairs": (lambda fitted, wrong: ws.compare([fitted], wrong), "pairs of photos and texts"),
    "compare, matchers": (lambda _, wrong: ws.compare([wrong], wrong), "a list of fitted matchers"),
    "split": (lambda _, wrong: ws.split_by_photo(wrong), "pairs of photos and texts"),
    "folds": (lambda _, wrong: ws.folds_by_photo(wrong), "pairs of photos and texts"),
    "strict": (lambda _, wrong: ws.split_strict(wrong), "pairs of photos and texts"),
    "chart": (lambda _, wrong: ws.training_chart(wrong), "expects a fitted matcher"),
    "balance": (lambda _, wrong: balance(wrong), "pairs of photos and texts"),
    "relevance": (lambda _, wrong: ws.relevance(wrong), "pass ws.load_dataset(folder)"),
    "agreement": (lambda _, wrong: agreement(wrong), "pass ws.load_dataset(folder)"),
    "policy": (lambda _, wrong: ws.Policy.default().split(wrong), "pass ws.load_dataset(folder)"),
    "pairs": (lambda _, wrong: ws.Pairs(wrong, wrong), "pass ws.load_dataset(folder)"),
    "gallery": (lambda _, wrong: ws.Gallery(wrong, ("a.jpg",)), "pass ws.load_dataset(folder)"),
    "save": (lambda _, wrong: ws.save_matcher(wrong, "folder"), "a fitted matcher"),
    "build": (lambda _, wrong: ws.build_index(wrong, wrong, wrong), "pass ws.PhotoIndex.make"),
}


@pytest.mark.parametrize("taker", TAKERS)
@pytest.mark.parametrize("wrong", WRONG, ids=lambda wrong: type(wrong).__name__)
def test_what_is_of_another_kind_is_refused_with_what_is_expected(
    taker: str, wrong: object, fitted: ws.Constant
) -> None:
    take, expected = TAKERS[taker]
    with pytest.raises(KindError) as refused:
        take(fitted, wrong)
    said = str(refused.value)
    assert expected in said
    name = wrong.__name__ if isinstance(wrong, type) else type(wrong).__name__
    assert name in said or wrong is None
    assert len(said) < 400
    assert "\n" not in said
    assert len(traceback.extract_tb(refused.value.__traceback__)) <= 7


@pytest.mark.parametrize("folder", [None, 3, ["a"], object()], ids=lambda folder: type(folder).__name__)
@pytest.mark.parametrize("take", [ws.load_dataset, ws.check_folder, ws.load_matcher, ws.Search])
def test_a_folder_is_named_by_a_path(take: Callable[[object], object], folder: object) -> None:
    with pytest.raises(KindError, match=r"expects the (path|folder) of"):
        take(folder)


@pytest.mark.parametrize("folder", ["a" * 5_000, "\0"], ids=["long", "zero"])
@pytest.mark.parametrize("take", [ws.load_dataset, ws.check_folder])
def test_a_folder_that_no_system_can_have_is_none(take: Callable[[str], object], folder: str) -> None:
    with pytest.raises(DataError, match="is not a folder"):
        take(folder)


def test_the_error_is_caught_as_a_wrong_type_and_as_a_wrong_setting() -> None:
    for kind in (TypeError, ValueError, SettingError, DataError):
        with pytest.raises(kind, match=r"got the class Constant \(did you forget the brackets\?\)"):
            ws.relevance(ws.Constant)


def test_queries_are_texts_and_a_saved_matcher_goes_into_a_folder(fitted: ws.Constant, tiny: Dataset) -> None:
    for wrong in (3, [3], [None], {"a"}):
        with pytest.raises(KindError, match="Queries expects a list of texts"):
            ws.Queries.of(wrong)  # type: ignore[arg-type]  # that is what is tried
    with pytest.raises(KindError, match="the path of a folder that is not there yet"):
        ws.save_matcher(fitted, 3)  # type: ignore[arg-type]  # that is what is tried
    with pytest.raises(KindError, match=r"policy=ws\.Policy"):
        ws.Search(Path("index"), policy="law")  # type: ignore[arg-type]  # that is what is tried
    with pytest.raises(KindError, match="a list of names of photos"):
        ws.Gallery(tiny, "ant.jpg")  # type: ignore[arg-type]  # that is what is tried


# Arguments beside the first one: each with what the error says.
SLIPS: dict[str, tuple[Callable[[Dataset, ws.Constant], object], str]] = {
    "names of photos": (
        lambda data, _: ws.caption_pairs(data, photos=5),
        "a list of names of photos, got int 5",
    ),
    "one name": (
        lambda data, _: ws.caption_pairs(data, photos="ant.jpg"),
        "names of photos, got str 'ant.jpg'",
    ),
    "a name of no photo": (
        lambda data, _: ws.caption_pairs(data, photos=["no.jpg"]),
        "not 'no.jpg': data.photos has",
    ),
    "others": (
        lambda data, _: ws.caption_pairs(data, others=0),
        "others must be a whole number of at least 1, got 0",
    ),
    "folds": (
        lambda data, _: ws.folds_by_photo(ws.relevance(data), "x"),
        "folds must be a whole number of at least 2",
    ),
    "size": (
        lambda *_: ws.KerasPhoto("resnet50", weights="random", size="x"),
        "size must be a whole number of at",
    ),
    "layers": (
        lambda *_: ws.KerasPhoto("resnet50", weights="random", layers=5),
        "layers= expects a list of names",
    ),
    "weights": (lambda *_: ws.SceneNet(5), "SceneNet expects a file of weights, or nothing"),
    "dim": (lambda *_: ws.CaptionSpace("x"), "dim must be a whole number of at least 1, got 'x'"),
    "noise": (lambda *_: ws.CaptionSpace(noise=0), "noise must be a number above 0, got 0"),
    "training": (
        lambda data, _: ws.ConcatKeras(photo="scene_net", training=5).fit(ws.relevance(data)),
        r"training= expects a Training, got int 5: pass Training\(\) of withsense_tf",
    ),
    "not fitted": (
        lambda *_: ws.training_chart(ws.ConcatKeras(photo="scene_net")),
        "ConcatKeras is not fitted yet",
    ),
    "search by what is not fitted": (lambda *_: ws.Search(ws.Constant()), "Constant is not fitted yet"),
    "search by what finds nothing": (
        lambda _, fitted: ws.Search(fitted),
        "finds nothing: search by ws.Hybrid",
    ),
    "law of a text": (
        lambda *_: ws.explain("a child", 5),
        "expects a policy, got int 5: pass policy=ws.Policy",
    ),
    "modules": (
        lambda *_: ws.load_matcher("here", also=5),
        "also= expects the module of each class, got int 5",
    ),
    "telling": (
        lambda data, _: ws.load_dataset(data.folder, tell=5),
        "tell= expects a function that takes a line",
    ),
    "a folder in a list": (lambda *_: ws.load_dataset(["a"]), r"photos, got list \['a'\]\.$"),
}


@pytest.mark.parametrize("slip", SLIPS)
def test_any_other_argument_that_is_wrong_is_told_with_what_was_expected(
    slip: str, fitted: ws.Constant, tiny: Dataset
) -> None:
    take, message = SLIPS[slip]
    with pytest.raises(WithSenseError, match=message):
        take(tiny, fitted)


def test_an_error_of_whatever_kind_is_a_line_that_says_where_in_ones_own_code() -> None:
    with pytest.raises(ValueError, match="two") as error:
        raise ValueError("on two\nlines")
    assert re.fullmatch(
        r"ValueError: on two lines \(test_errors.py, line \d+, in test_an_.*\)", line_of(error.value)
    )


def test_the_line_of_an_error_is_that_in_the_module_of_the_class_that_is_asked_about() -> None:
    with pytest.raises(DataError) as error:
        ws.Queries.of("a dog")
    assert "(test_errors.py, line" in line_of(error.value)
    assert "(gallery.py, line" in line_of(error.value, ws.Queries)


@pytest.mark.parametrize("kind", [SettingError, DiskError, KindError, WithSenseWarning])
def test_a_sentence_that_is_put_into_another_one_leaves_one_full_stop(kind: type[Exception]) -> None:
    inner = kind("It is torn.")
    assert str(kind(f"a.npz cannot be read: {inner}. Get it again: {inner}.")) == (
        "a.npz cannot be read: It is torn. Get it again: It is torn."
    )
    for text in ("and so on ...", "../a.jpg is not in ..", "cd ../.. and", "a..b"):
        assert str(kind(text)) == text


def test_an_error_without_words_is_its_name_alone() -> None:
    assert line_of(ZeroDivisionError()) == "ZeroDivisionError"
    assert line_of(DataError("It is torn.")) == "DataError: It is torn"
