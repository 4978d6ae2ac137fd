"""Files from outside: what is nested, packed or written without end is an error at once."""

from __future__ import annotations

import gzip
import io
import json
import struct
import time
import zipfile
from collections.abc import Callable
from contextlib import nullcontext
from pathlib import Path

import numpy as np
import pytest
from quick import at_once

from withsense_tf.common.limits import LEVELS, parse_json, parse_toml, read_arrays, read_json, write_arrays
from withsense_tf.common.saved_objects import load_state
from withsense_tf.data.demo_marker import FILE, read_marker
from withsense_tf.data.folder.load import load_dataset
from withsense_tf.data.folder.tables import read_table
from withsense_tf.encoders.photos.scene_network import load_scene_weights
from withsense_tf.encoders.texts.word_vectors import read_vectors
from withsense_tf.errors import (
    DataError,
    DataWarning,
    SettingError,
    check_choice,
    check_seed,
    check_share,
    shown,
)
from withsense_tf.evaluation.outcome import load_outcome
from withsense_tf.experiments.compare.config import load_config
from withsense_tf.matchers.saved import load_matcher
from withsense_tf.policy.texts.text_policy import TextPolicy

pytestmark = pytest.mark.closed
DEEP = "[" * 200_000


def packed_zeros(file: Path, count: int, stated: int | None = None) -> None:
    """Write an .npz with one array of zeros, packed; its header may state another length."""
    header = io.BytesIO()
    np.lib.format.write_array_header_1_0(
        header, {"descr": "<f4", "fortran_order": False, "shape": (stated or count,)}
    )
    with (
        zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as packed,
        packed.open("a0.npy", "w", force_zip64=True) as stream,
    ):
        stream.write(header.getvalue())
        for _ in range(count // 2**20):
            stream.write(bytes(4 * 2**20))
        stream.write(bytes(4 * (count % 2**20)))


@pytest.fixture(scope="module")
def bomb(tmp_path_factory: pytest.TempPathFactory) -> Path:
    file = tmp_path_factory.mktemp("bomb") / "arrays.npz"
    packed_zeros(file, 100 * 2**20)  # 400 MB in 2
    return file


def test_arrays_that_are_packed_beyond_measure_are_not_unpacked(bomb: Path) -> None:
    assert bomb.stat().st_size < 5_000_000
    with at_once(), pytest.raises(ValueError, match=r"have 419,430,\d+ bytes, more than 268,435,456"):
        read_arrays(bomb)


def test_a_header_that_states_more_than_there_is_is_damage(tmp_path: Path) -> None:
    packed_zeros(tmp_path / "a.npz", 10, stated=10**15)
    with at_once(), pytest.raises(ValueError, match=r"a0\.npy is not whole"):
        read_arrays(tmp_path / "a.npz")


def test_arrays_that_lie_unpacked_may_be_as_large_as_they_are(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("withsense_tf.common.limits.ARRAY_BYTES", 100)
    np.savez(tmp_path / "a.npz", a=np.arange(1000), b=np.zeros((0, 3)), c=np.float32(3))
    read = read_arrays(tmp_path / "a.npz")
    assert read["a"].tolist() == list(range(1000))
    assert (read["b"].shape, float(read["c"])) == ((0, 3), 3.0)


def test_arrays_are_packed_more_closely_than_numpy_does_and_damage_of_them_is_told(tmp_path: Path) -> None:
    values = (np.arange(5_000) % 256).astype(np.uint8)
    write_arrays(tmp_path / "a.npz", a=values, b=np.float32(3))
    read = read_arrays(tmp_path / "a.npz")
    assert (read["a"].tolist(), read["a"].dtype, float(read["b"])) == (values.tolist(), values.dtype, 3.0)
    np.savez_compressed(tmp_path / "b.npz", a=values, b=np.float32(3))
    content = bytearray((tmp_path / "a.npz").read_bytes())
    assert len(content) < (tmp_path / "b.npz").stat().st_size
    for at in range(30, len(content) // 2, 7):
        (tmp_path / "c.npz").write_bytes(content[:at] + b"\xff\xff\xff" + content[at + 3 :])
        with pytest.raises((ValueError, OSError)):
            read_arrays(tmp_path / "c.npz")


def test_arrays_of_objects_are_not_made(tmp_path: Path) -> None:
    np.savez(tmp_path / "a.npz", a=np.array([{}, []], dtype=object))
    with pytest.raises(ValueError, match="Python objects"):
        read_arrays(tmp_path / "a.npz")


def state_of(folder: Path, about: str) -> Path:
    folder.mkdir()
    (folder / "state.json").write_text(about)
    np.savez(folder / "arrays.npz", a0=np.zeros(3))
    return folder


def test_a_saved_object_that_is_packed_beyond_measure_is_refused(tmp_path: Path, bomb: Path) -> None:
    folder = state_of(tmp_path / "saved", '{"format": 1, "objects": [], "saved": {"array": "a0"}}')
    (folder / "arrays.npz").write_bytes(bomb.read_bytes())
    with at_once(), pytest.raises(DataError, match="damaged or not whole"):
        load_state(folder, {})
    with at_once(), pytest.raises(DataError):
        load_outcome(bomb)
    with at_once(), pytest.raises(SettingError, match="cannot be read as weights"):
        load_scene_weights(None, bomb)


@pytest.mark.parametrize(
    "about",
    [DEEP, '{"format": 1, "saved": ' + DEEP, '{"format": ' + "1" * 100_000 + "}", "[]", '"', "{}", "\0"],
    ids=lambda about: about[:20],
)
def test_a_saved_object_with_a_damaged_description_is_refused(tmp_path: Path, about: str) -> None:
    with at_once(), pytest.raises(DataError, match="damaged"):
        load_state(state_of(tmp_path / "saved", about), {})


def test_a_saved_object_whose_parts_are_nested_too_deeply_is_refused(tmp_path: Path) -> None:
    text = json.dumps({"format": 1, "objects": [], "saved": None})
    deep = '{"list": [' * 900 + "1" + "]}" * 900
    folder = state_of(tmp_path / "saved", text.replace("null", deep))
    with at_once(), pytest.raises(DataError, match="damaged"):
        load_state(folder, {})


@pytest.mark.parametrize("folder", ["a" * 5_000, "\0", "nowhere"], ids=["long", "zero", "nowhere"])
def test_a_folder_that_no_system_can_have_holds_no_matcher(folder: str) -> None:
    with pytest.raises(DataError, match="holds nothing that was saved"):
        load_matcher(folder)


def test_a_file_of_json_that_is_far_too_large_is_not_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("withsense_tf.common.limits.JSON_BYTES", 100)
    (tmp_path / "a.json").write_text("1" + " " * 98)
    assert read_json(tmp_path / "a.json") == 1
    (tmp_path / "a.json").write_text("1" + " " * 200)
    with pytest.raises(ValueError, match="larger than 100 bytes"):
        read_json(tmp_path / "a.json")


@pytest.mark.parametrize(("head", "tail"), [("[", "]"), ('{"a": ', "}"), ('[1, {"a": ', "}]")])
def test_what_is_nested_too_deeply_is_refused_by_every_python(head: str, tail: str) -> None:
    levels = head.count("[") + head.count("{")
    for count, refused in [(LEVELS // levels, False), (LEVELS // levels + 1, True)]:
        for text in (deep := head * count + "1" + tail * count, deep.encode(), deep.encode("utf-16")):
            with pytest.raises(ValueError, match="too deeply") if refused else nullcontext():
                assert parse_json(text) is not None
    with pytest.raises(ValueError, match="too deeply"):
        parse_toml("a = " + "[" * LEVELS + "]" * LEVELS)


@pytest.mark.parametrize("content", [DEEP, '{"seed": ' + DEEP])
def test_a_damaged_mark_of_a_demo_set_is_none(tmp_path: Path, content: str) -> None:
    (tmp_path / FILE).write_text(content)
    assert read_marker(tmp_path) is None


@pytest.mark.parametrize("content", ["a = " + DEEP, "a" * 2_000_000, "a." * 100_000, "a = 1" + "1" * 100_000])
def test_a_configuration_without_end_is_refused(tmp_path: Path, content: str) -> None:
    (tmp_path / "c.toml").write_text(content)
    with at_once(), pytest.raises(SettingError, match=r"cannot be read|not valid TOML|not known"):
        load_config(tmp_path / "c.toml")


@pytest.mark.parametrize(
    "change", ["folds=" + DEEP, "a" * 1_000_000, "a" * 1_000_000 + "=1", "name=" + "1" * 9_999]
)
def test_a_change_without_end_is_read_or_refused_in_few_words(change: str) -> None:
    with at_once():
        said = ""
        try:
            load_config(None, [change])
        except SettingError as error:
            said = str(error)
    assert len(said) < 2_000


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"dog" + b" 1" * 1_000_000, "line 1: more than 100,000 signs"),
        (b"x" * 1_000_000, "line 1: more than 100,000 signs"),
        (b"dog 1 2\ncat" + b" 1" * 40_000, r"40,000 numbers after 'cat', expected 2"),
        (b"dog 1 2\n" + b"c" * 90_000 + b" 1\n", r"1 numbers after 'ccc.*signs\), expected 2"),
    ],
)
def test_word_vectors_without_end_are_refused(tmp_path: Path, content: bytes, said: str) -> None:
    (tmp_path / "v.txt.gz").write_bytes(gzip.compress(content, 1))
    with at_once(), pytest.raises(DataError, match=said) as refused:
        read_vectors(str(tmp_path / "v.txt.gz"))
    assert len(str(refused.value)) < 1_000


def test_a_table_with_a_million_columns_is_refused(tmp_path: Path) -> None:
    (tmp_path / "photos.csv").write_text(
        "image" + "".join(f",c{n}" for n in range(1_000_000)) + "\na.jpg\n" * 100
    )
    with at_once(4):
        table = read_table(tmp_path / "photos.csv", ("image",), header=True)
    assert not table.usable
    assert len(table.problems[0].reason) < 1_000


def test_rows_of_a_wide_table_are_refused_in_few_words(tmp_path: Path) -> None:
    wide = "image" + "".join(f",{'c' * 500}{n}" for n in range(150))
    (tmp_path / "photos.csv").write_text(wide + "\n" + "a.jpg\n" * 3)
    table = read_table(tmp_path / "photos.csv", ("image",), header=True)
    assert all(len(problem.reason) < 1_000 for problem in table.problems)


@pytest.mark.parametrize("separator", [",", "|"])
def test_a_caption_of_megabytes_is_no_row_and_takes_no_time(folder: Path, separator: str) -> None:
    with (folder / "captions.csv").open("a") as stream:
        stream.write(f"ant.jpg,ant.jpg#9,{'a plain wall ' * 150_000}\n".replace(",", separator))
    with at_once(8), pytest.warns(DataWarning):
        data = load_dataset(folder)
    assert not data.captions["caption"].eq("ant.jpg#9").any()


@pytest.mark.parametrize(
    "name", ["a" * 5_000 + ".jpg", "a/" * 2_000 + "b.jpg", "\x01.jpg"], ids=["long", "deep", "sign"]
)
def test_a_photo_name_that_no_system_can_have_is_a_row_that_is_left_out(folder: Path, name: str) -> None:
    with (folder / "train_dataset.csv").open("a") as stream:
        stream.write(f"{name},ant.jpg#1,A text\n")
    with (folder / "photos.csv").open("w") as stream:
        stream.write(f"image,camera\n{name},Nikon\n")
    with pytest.warns(DataWarning):
        data = load_dataset(folder)
    assert len(data.photos) == 8


def test_a_photo_of_ten_thousand_megapixels_is_not_decoded(folder: Path) -> None:
    def chunk(kind: bytes, data: bytes) -> bytes:
        import zlib

        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    header = struct.pack(">IIBBBBB", 100_000, 100_000, 8, 2, 0, 0, 0)
    (folder / "train_images/ant.jpg").write_bytes(
        b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", b"") + chunk(b"IEND", b"")
    )
    with at_once(4), pytest.warns(DataWarning):
        data = load_dataset(folder)
    assert "photo_too_large" in set(data.quarantine["kind"])


def test_a_text_that_is_too_long_to_be_read_is_blocked_at_once() -> None:
    policy = TextPolicy()
    policy.verdict("a 12 year old boy")
    with at_once():
        verdict = policy.verdict("a plain wall " * 800_000)
    assert (verdict.decision, verdict.rule) == ("block", "too long")


@pytest.mark.parametrize(
    "part", ["12 year old ", "a 12 year old boy with his mother, ", "an old man aged 50 and "]
)
def test_a_text_takes_time_by_its_length_and_not_by_its_square(part: str) -> None:
    policy = TextPolicy()

    def taken(signs: int) -> float:
        text = (part * signs)[:signs]
        start = time.process_time()
        policy.verdict(text)
        return time.process_time() - start

    taken(4_000)
    assert min(taken(16_000) for _ in range(2)) < 3 * min(taken(8_000) for _ in range(2)) + 0.1


@pytest.mark.parametrize(
    "check",
    [
        lambda value: check_choice("photo", value, ["mobilenet_v2"]),
        lambda value: check_share("share", value),
        check_seed,
    ],
    ids=["choice", "share", "seed"],
)
@pytest.mark.parametrize(
    "value", ["a" * 10_000_000, 10**10_000, [0] * 1_000_000], ids=["text", "number", "list"]
)
def test_a_setting_without_end_is_refused_in_few_words(
    check: Callable[[object], object], value: object
) -> None:
    with at_once(), pytest.raises(SettingError) as refused:
        check(value)
    assert len(str(refused.value)) < 800
    assert len(shown(value)) < 500


@pytest.mark.parametrize("most_different", [2, 200], ids=["frequent", "even"])
def test_arrays_are_packed_by_what_leaves_least_and_read_as_they_were(
    tmp_path: Path, most_different: int
) -> None:
    numbers = np.random.default_rng(1).integers(0, most_different, 20_000).astype(np.uint8)
    write_arrays(tmp_path / "a.npz", numbers=numbers)
    assert (read_arrays(tmp_path / "a.npz")["numbers"] == numbers).all()
    with zipfile.ZipFile(tmp_path / "by_lzma.npz", "w", zipfile.ZIP_LZMA) as packed:
        packed.writestr("numbers.npy", zipfile.ZipFile(tmp_path / "a.npz").read("numbers.npy"))
    assert (tmp_path / "a.npz").stat().st_size <= (tmp_path / "by_lzma.npz").stat().st_size


def test_packed_arrays_with_a_wrong_byte_are_damage(tmp_path: Path) -> None:
    write_arrays(tmp_path / "a.npz", numbers=np.random.default_rng(1).integers(0, 9, 20_000).astype(np.uint8))
    content = (tmp_path / "a.npz").read_bytes()
    for at in range(50, len(content) - 200, 997):
        (tmp_path / "b.npz").write_bytes(content[:at] + bytes([content[at] ^ 0xFF]) + content[at + 1 :])
        with pytest.raises(ValueError, match=r"\w"):
            read_arrays(tmp_path / "b.npz")
