"""Several processes and threads write and read one index at once: each answer is that of one whole state."""

from __future__ import annotations

import json
import pickle
import shutil
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest
from index_digest import contents
from small_index import LAW, item_of, items_of_looks, law, new_index

from withsense_tf.encoders.vectors.store import VectorStore
from withsense_tf.index.item import Item
from withsense_tf.index.photo_index import PhotoIndex
from withsense_tf.index.upkeep.ingest import ingest
from withsense_tf.index.upkeep.switch_model import roll_back, take_over
from withsense_tf.matchers.base import Matcher
from withsense_tf.search.search import Search

WORKER = Path(__file__).with_name("together_worker.py")
LOOKS, MARKERS, VERSIONS, ROUNDS = 28, 8, 6, 4
Job = tuple[Sequence[Item], Sequence[str]]


@pytest.fixture(scope="module")
def kept(tmp_path_factory: pytest.TempPathFactory) -> VectorStore:
    """Return a store in a folder, which other processes open too."""
    return VectorStore(tmp_path_factory.mktemp("kept"))


@pytest.fixture(scope="module", autouse=True)
def encoded(
    fitted: Callable[[str], Matcher],
    looks: Path,
    kept: VectorStore,
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    """Encode all photos of these tests, so that no process needs TensorFlow."""
    items = items_of_looks(looks, LOOKS)
    new_index(tmp_path_factory.mktemp("encoded") / "index", fitted("hybrid"), items, kept).close()


def planned(place: Path, kept: VectorStore, rounds: list[tuple[Path, dict[str, list[Job]]]]) -> Path:
    plan = {"store": kept.folder, "policy": law(), "batch": 3, "rounds": rounds}
    (place / "plan.pickle").write_bytes(pickle.dumps(plan))
    return place / "plan.pickle"


def start(*arguments: object) -> subprocess.Popen[str]:
    command = [sys.executable, str(WORKER), *map(str, arguments)]
    return subprocess.Popen(command, stderr=subprocess.PIPE, text=True)


def ended(*processes: subprocess.Popen[str]) -> None:
    for process in processes:
        _, errors = process.communicate(timeout=900)
        assert process.returncode == 0, errors


def said(looks: Path, text: str, first: int, last: int) -> list[Item]:
    return [item_of(looks, f"{n:03d}.png", n, texts=[text]) for n in range(first, last)]


def overlapping(looks: Path) -> dict[str, list[Job]]:
    items = items_of_looks(looks, LOOKS)
    return {"a": [(items[:20], [])], "b": [(items[8:], [])]}


def contradicting(looks: Path) -> dict[str, list[Job]]:
    return {
        "a": [(said(looks, "A plain red wall .", 0, 13), ["016.png"])],
        "b": [(said(looks, "A lined navy cloth .", 5, 18), ["002.png"])],
    }


@pytest.fixture(scope="module")
def written(
    fitted: Callable[[str], Matcher],
    looks: Path,
    kept: VectorStore,
    tmp_path_factory: pytest.TempPathFactory,
) -> dict[str, list[Path]]:
    """Return folders of indexes into which two processes wrote at once; each held the same five photos before.

    The same two processes do all rounds: it takes them seconds to start.
    """
    place = tmp_path_factory.mktemp("written")
    new_index(place / "index", fitted("hybrid"), items_of_looks(looks, 5), kept).close()
    folders = {
        what: [shutil.copytree(place / "index", place / f"{what} {n}") for n in range(ROUNDS)]
        for what in ("overlapping", "contradicting")
    }
    jobs = {"overlapping": overlapping(looks), "contradicting": contradicting(looks)}
    plan = planned(place, kept, [(folder, jobs[what]) for what in folders for folder in folders[what]])
    ended(start("write", plan, "a", "b"), start("write", plan, "b", "a"))
    return folders


def held(folder: Path) -> str:
    index = PhotoIndex(folder)
    found = contents(index)
    index.close()
    return found


@pytest.mark.slow
def test_two_writers_of_overlapping_photos_end_with_the_photos_of_both(
    fitted: Callable[[str], Matcher],
    written: dict[str, list[Path]],
    looks: Path,
    kept: VectorStore,
    tmp_path: Path,
) -> None:
    whole = new_index(tmp_path / "whole", fitted("hybrid"), items_of_looks(looks, LOOKS), kept)
    assert {held(folder) for folder in written["overlapping"]} == {contents(whole)}


@pytest.mark.slow
def test_two_writers_that_contradict_each_other_end_as_one_after_the_other(
    fitted: Callable[[str], Matcher],
    written: dict[str, list[Path]],
    looks: Path,
    kept: VectorStore,
    tmp_path: Path,
) -> None:
    jobs = contradicting(looks)
    lawful = set()
    for order in ("ab", "ba"):
        index = new_index(tmp_path / order, fitted("hybrid"), items_of_looks(looks, 5), kept)
        for writer in order:
            for items, remove in jobs[writer]:
                ingest(index, items, LAW, remove=remove)
        lawful.add(contents(index))
    assert len(lawful) == 2
    assert {held(folder) for folder in written["contradicting"]} <= lawful


def marked(looks: Path, writer: str, version: int) -> list[Item]:
    return [
        item_of(looks, f"{writer}{version}-{n}.png", (MARKERS * version + n + 20 * (writer == "b")) % LOOKS)
        for n in range(MARKERS)
    ]


def named(items: Sequence[Item]) -> list[str]:
    return [item.name for item in items]


def check_whole(answer: Sequence[str]) -> tuple[str, ...]:
    """Check that an answer has exactly one version of each writer, and return which."""
    versions = tuple(sorted({name.split("-")[0] for name in answer}))
    assert [version[0] for version in versions] == ["a", "b"]
    assert sorted(answer) == sorted(f"{version}-{n}.png" for version in versions for n in range(MARKERS))
    return versions


@pytest.mark.slow
def test_readers_see_whole_versions_while_two_processes_write(
    fitted: Callable[[str], Matcher], looks: Path, kept: VectorStore, tmp_path: Path
) -> None:
    first = [*marked(looks, "a", 0), *marked(looks, "b", 0)]
    # Folding is not what this is about, and the versions share looks.
    index = new_index(tmp_path / "index", fitted("closed form"), first, kept)
    rounds: list[tuple[Path, dict[str, list[Job]]]] = [
        (
            tmp_path / "index",
            {
                writer: [(marked(looks, writer, version), named(marked(looks, writer, version - 1)))]
                for writer in "ab"
            },
        )
        for version in range(1, VERSIONS)
    ]
    plan = planned(tmp_path, kept, rounds)
    reader = start("read", plan)
    writers = [start("write", plan, "a", "b", "readers"), start("write", plan, "b", "a", "readers")]
    search = Search(index, policy=LAW, country="AQ")
    seen: list[set[tuple[str, ...]]] = [set() for _ in range(2)]
    failures: list[BaseException] = []
    stop = threading.Event()

    def read(found: set[tuple[str, ...]]) -> None:
        try:
            while not stop.is_set():
                hits = search("a plain wall", k=100, minimum=0.0)
                found.add(check_whole([name for hit in hits for name in (hit.photo, *hit.duplicates)]))
        except BaseException as error:
            failures.append(error)

    threads = [threading.Thread(target=read, args=(found,)) for found in seen]
    for thread in threads:
        thread.start()
    try:
        for number in range(VERSIONS - 1):
            # All have read something new before there is more of it, however slow they are.
            while min(map(len, seen)) <= number or not (tmp_path / f"seen-{number + 1}").exists():
                assert not failures
                assert reader.poll() is None
                assert not any(process.poll() for process in writers)
                time.sleep(0.01)
            (tmp_path / f"ready-readers-{number}").touch()
        ended(*writers)
    except BaseException:
        for process in (reader, *writers):
            process.kill()
        raise
    finally:
        stop.set()
        (tmp_path / "stop").touch()
        for thread in threads:
            thread.join()
    ended(reader)
    assert not failures
    answers = json.loads((tmp_path / "answers.json").read_text())
    for answer in answers:
        check_whole(answer)
    # They did read while there was writing.
    assert min(*map(len, seen), len(answers)) >= VERSIONS - 1
    assert check_whole(answers[-1]) == (f"a{VERSIONS - 1}", f"b{VERSIONS - 1}")


@pytest.mark.slow
def test_each_answer_is_that_of_one_model_while_models_are_switched_and_rolled_back(
    fitted: Callable[[str], Matcher], looks: Path, kept: VectorStore, tmp_path: Path
) -> None:
    index = new_index(tmp_path / "index", fitted("closed form"), items_of_looks(looks, 20), kept)
    search = Search(index, policy=LAW, country="AQ")
    texts = ("a plain scarlet wall", "striped navy cloth")

    def answers(text: str) -> tuple:
        return tuple((hit.photo, hit.score, hit.caption_score) for hit in search(text, k=7, minimum=0.0))

    one = {text: answers(text) for text in texts}
    take_over(index, index.add_model(fitted("hybrid")))
    other = {text: answers(text) for text in texts}
    assert all(one[text] != other[text] for text in texts)
    seen: dict[str, set[tuple]] = {text: set() for text in texts}
    failures: list[BaseException] = []
    stop = threading.Event()

    def read(text: str) -> None:
        try:
            while not stop.is_set():
                seen[text].add(answers(text))
        except BaseException as error:
            failures.append(error)

    threads = [threading.Thread(target=read, args=(text,)) for text in (*texts, *texts)]
    for thread in threads:
        thread.start()
    try:
        turns, end = 0, time.monotonic() + 120
        # Until all have seen both, however slow they are.
        while turns < 20 or (sum(map(len, seen.values())) < 4 and time.monotonic() < end):
            roll_back(index)
            turns += 1
    finally:
        stop.set()
        for thread in threads:
            thread.join()
    assert not failures
    assert seen == {text: {one[text], other[text]} for text in texts}
