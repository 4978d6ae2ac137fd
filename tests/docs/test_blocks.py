"""Every code block of README and docs is run as a reader would type it, or is marked and read."""

from __future__ import annotations

import contextlib
import csv
import functools
import io
import json
import os
import shlex
import shutil
import tomllib
import warnings
from collections.abc import Iterator
from configparser import ConfigParser
from pathlib import Path
from typing import Any

import pytest
import yaml
from doc_blocks import PAGES, ROOT, SHOWN, Block, blocks_of
from doc_commands import parse, type_in

import withsense_tf as ws
from withsense_tf.demo import writer
from withsense_tf.encoders import make_encoder
from withsense_tf.encoders.base import PhotoEncoder
from withsense_tf.errors import WithSenseWarning
from withsense_tf.evaluation.regression_gate import parse_rule
from withsense_tf.evaluation.result_table import COLUMNS_TO_SHOW
from withsense_tf.experiments.compare import run_command
from withsense_tf.experiments.compare.run_folder import IN_MARKDOWN
from withsense_tf.matchers import registry

# The same on fewer photos, which takes seconds.
TRAIN, TEST, SCENES = 14, 3, 20
WHOLE_SET, SMALL_SET = "ws.demo_dataset()", f"ws.demo_dataset(train={TRAIN}, test={TEST})"
# A page whose blocks have a test file of their own, which looks at what comes of them.
OWN_TEST = {
    "docs/how_to/extend.md": "tests/test_extend.py",
    "docs/how_to/own_engine.md": "tests/test_extend.py",
    "docs/how_to/own_matcher.md": "tests/test_extend.py",
    "docs/tutorials/notebook.md": "tests/test_package.py",
    # It shows the code of the English one.
    "README.ru.md": "tests/docs/test_readme.py",
}
BEST_ENCODERS = make_encoder.best_encoders_here
RUN = [page for page in PAGES if page not in OWN_TEST and any(not one.reason for one in blocks_of(page))]


def read_ini(text: str) -> None:
    parser = ConfigParser(strict=False, interpolation=None)
    parser.optionxform = str  # type: ignore[assignment,method-assign]  # as it stands
    parser.read_string(text)


def read_csv(text: str) -> None:
    rows = list(csv.reader(io.StringIO(text), strict=True))
    assert len({len(row) for row in rows}) == 1


def read_nginx(text: str) -> None:
    assert text.count("{") == text.count("}")
    for line in map(str.strip, text.splitlines()):
        assert not line or line.endswith(("{", "}", ";"))


READERS = {
    "toml": tomllib.loads, "json": json.loads, "yaml": yaml.safe_load, "ini": read_ini, "csv": read_csv,
    "nginx": read_nginx,
}  # fmt: skip


@pytest.mark.parametrize("page", PAGES)
@pytest.mark.slow
def test_every_block_is_run_or_says_why_not_and_is_sound(page: str) -> None:
    for block in blocks_of(page):
        if block.language == "sh":
            for line in block.commands:
                parse(line)
        elif block.language == "python":
            compile(block.code, str(block), "exec")
        elif block.language in READERS:
            READERS[block.language](block.code)
        else:
            assert block.language in SHOWN, f"{block}: what is ```{block.language}?"


@pytest.mark.parametrize("page", PAGES)
def test_code_stands_in_fences_that_say_what_it_is(page: str) -> None:
    text = (ROOT / page).read_text(encoding="utf-8")
    assert text.count("```") == 2 * len(blocks_of(page))
    outside = text
    for block in blocks_of(page):
        outside = outside.replace(block.code, "")
    assert "\n\n    python" not in outside
    assert "\n\n    withsense" not in outside


@pytest.mark.parametrize(
    "line",
    [
        "withsense search dog --minimun 0",
        "withsense index biuld FOLDER",
        "withsense index build",
        "python -m withsense_tf.experiments.compare --quik",
        "make tests",
        'python -m pip install ".[wieghts]"',
        'pip install "withsense_tf[app]"',
        "rm -rf /",
    ],
)
def test_what_does_not_exist_is_found(line: str) -> None:
    with pytest.raises(BaseException):  # noqa: B017, PT011  # of the command line, a look-up, or an assertion
        parse(line)


def test_a_mark_holds_for_the_block_behind_it_alone() -> None:
    text = "<!-- only parsed: a network -->\n```sh\na\n```\n\n```sh\nb\n```\n\n1. x\n\n    ```sh\n    c\n    ```\n"
    assert [(one.code, one.reason) for one in blocks_of("x.md", text)] == [
        ("a\n", "a network"), ("b\n", None), ("c\n", None),
    ]  # fmt: skip


def make_world(folder: Path) -> None:
    """Write what readers have: a demo set, an index of it, a plain folder with captions, and a few files."""
    data = ws.demo_dataset(train=TRAIN, test=TEST)
    shutil.copytree(data.folder, folder / "FOLDER")
    type_in("withsense index build FOLDER")
    store = ws.VectorStore("artifacts/vectors")
    plain = {"pictures": range(9), "more": range(9, TRAIN)}
    for name, rows in plain.items():
        lines = ["file,description,author"]
        for row in rows:
            photo = data.photos.iloc[row]
            (folder / name / "trip").mkdir(parents=True, exist_ok=True)
            shutil.copy(photo.path, folder / name / "trip" / photo.photo)
            texts = data.captions.loc[data.captions["photo"] == photo.photo, "text"]
            lines += [f'trip/{photo.photo},"{text}",Ann' for text in texts]
        (folder / name / "captions.csv").write_text("\n".join(lines) + "\n", encoding="utf-8")
        # What looks at photos is slow: readers find its vectors, as after a first run.
        photos = ws.load_dataset(name).photos
        for encoder in same_encoders():
            store.encode(encoder, photos["digest"].tolist(), photos["path"].tolist())
    shutil.copy(folder / "pictures/captions.csv", folder / "captions.csv")
    (folder / "texts.txt").write_text("A child swims\nTwo dogs run\n", encoding="utf-8")
    (folder / "law").mkdir()
    (folder / "overrides.csv").write_text(
        "photo,digest,decision,by,reason\ndemo_train_0003.jpg,,restrict,Rita,a child behind the boat\n"
    )
    shutil.copy(folder / "overrides.csv", folder / "law/overrides.csv")


@pytest.fixture(scope="module")
def snapshot(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """Return where readers work, and what is there when they come."""
    place, kept = tmp_path_factory.mktemp("reader"), tmp_path_factory.mktemp("kept") / "reader"
    with set_up(place):
        make_world(place)
    shutil.copytree(place, kept)
    return place, kept


@functools.cache
def same_encoders(quality: str = make_encoder.USUAL_QUALITY) -> tuple[PhotoEncoder, ...]:
    return BEST_ENCODERS(quality)


@contextlib.contextmanager
def set_up(place: Path) -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch, warnings.catch_warnings():
        warnings.simplefilter("ignore", WithSenseWarning)  # of few photos
        patch.chdir(place)
        for name in [name for name in os.environ if name.startswith("WITHSENSE_")]:
            patch.delenv(name)
        patch.setenv("WITHSENSE_PROCESSES", "1")
        # To build a network takes as long as all else that a page does.
        for module in (make_encoder, registry):
            patch.setattr(module, "best_encoders_here", same_encoders)
        # Nor are there two thousand more captions of photos that nobody has, which the law would read each time.
        patch.setattr(writer, "CORPUS_SCENES", SCENES)
        patch.setattr(run_command, "QUICK_TRAIN", TRAIN)
        patch.setattr(run_command, "QUICK_TEST", TEST)
        yield


def commands_of(page: str) -> list[str]:
    return [line for block in blocks_of(page) if not block.reason for line in block.commands]


def read_and_type(block: Block, names: dict[str, Any]) -> None:
    if block.language == "python":
        exec(compile(block.code.replace(WHOLE_SET, SMALL_SET), str(block), "exec"), names)  # it is ours
    elif block.language == "sh":
        for line in block.commands:
            type_in(line)
    elif block.code.startswith("# ") and block.language == "toml":
        # Its first line says where it is to stand.
        file = Path(block.code.splitlines()[0].removeprefix("# "))
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(block.code, encoding="utf-8")


@pytest.mark.slow
def test_what_pages_show_runs_from_their_top_to_their_end(
    subtests: pytest.Subtests, snapshot: tuple[Path, Path]
) -> None:
    # One test, so that one process makes what is there when readers come.
    assert len(RUN) > 20
    for page in RUN:
        with subtests.test(page=page):
            run_page(page, *snapshot)


def run_page(page: str, place: Path, kept: Path) -> None:
    shutil.rmtree(place)
    # At the same place: an index knows where its photos lie.
    shutil.copytree(kept, place)
    if any("index build" in line and "--index" not in line for line in commands_of(page)):
        shutil.rmtree(place / "artifacts/index")  # its reader has none before
    names: dict[str, Any] = {"__name__": "reader", "ws": ws}
    with set_up(place):
        for block in blocks_of(page):
            if not block.reason:
                read_and_type(block, names)


def test_the_job_of_ci_runs_what_its_base_was_made_by() -> None:
    blocks = blocks_of("docs/how_to/ci.md")
    typed = [shlex.split(line) for block in blocks if block.language == "sh" for line in block.commands]
    of_base = next(words for words in typed if words[:2] == ["withsense", "compare"])
    (job,) = (yaml.safe_load(block.code) for block in blocks if block.language == "yaml")
    runs = [shlex.split(step["run"]) for step in job["jobs"]["compare"]["steps"] if "run" in step]
    (of_job,) = (words for words in runs if words[:2] == ["withsense", "compare"])
    limits = ["--against", "base.json", "--fail-if", "tau_c<-0.02", "--fail-if", "rmse>0.01"]
    assert of_job == [*of_base, *limits]
    # Who reads that a figure fell finds it in the tables.
    assert {parse_rule(limit).measure for limit in limits[3::2]} <= set(COLUMNS_TO_SHOW) & set(IN_MARKDOWN)
    # The page's own second command, which its test runs, is the job's with two reports.
    assert [*of_job, "--summary", "summary.md", "--junit", "figures.xml"] in typed


def test_pages_with_a_test_of_their_own_are_run_there() -> None:
    for page, test in OWN_TEST.items():
        text = (ROOT / test).read_text(encoding="utf-8")
        assert page in text or "READMES" in text
