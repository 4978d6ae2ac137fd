"""What a person decided is bound to the content of a photo: a name that is given to another picture decides nothing."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from withsense_tf.data.dataset import Dataset
from withsense_tf.data.folder.load import load_dataset
from withsense_tf.errors import DataError, DataWarning
from withsense_tf.policy.countries import Countries
from withsense_tf.policy.current_policy import Policy
from withsense_tf.policy.gate import Gate
from withsense_tf.policy.overrides import Override, load_overrides, write_overrides
from withsense_tf.policy.photo_decisions import Ownership

pytestmark = pytest.mark.closed
D, E = "d" * 64, "e" * 64
HEAD = "photo,digest,decision,by,reason\n"


def gate_of(data: Dataset, *overrides: Override) -> Gate:
    kept = {str(number): one for number, one in enumerate(overrides)}
    return Policy(Countries(()), Ownership(overrides=kept, duplicates=False)).gate(data)


def read(tmp_path: Path, content: str | bytes) -> list[Override]:
    file = tmp_path / "o.csv"
    file.write_bytes(content.encode() if isinstance(content, str) else content)
    return list(load_overrides(file).values())


@pytest.fixture
def toddler(folder: Path) -> Path:
    """Return a folder in which bee.jpg shows a child by its captions."""
    for name in ("captions.csv", "train_dataset.csv"):
        path = folder / name
        path.write_text(path.read_text().replace("A bee, seen 2 times", "A toddler, seen 2 times"))
    return folder


def test_what_was_allowed_is_the_content_and_not_another_one_that_takes_its_name(toddler: Path) -> None:
    data = load_dataset(toddler)
    looked = Override("bee.jpg", "allow", "A", "an adult", data.content["bee.jpg"])
    assert gate_of(data, looked).photo("bee.jpg")
    shutil.copy(toddler / "train_images/cat.jpg", toddler / "train_images/bee.jpg")
    gate = gate_of(load_dataset(toddler), looked)
    # Its row is of a photo that is there, so nobody is warned; it restricts as its captions say.
    assert not gate.photo("bee.jpg")


def test_what_was_allowed_is_allowed_under_another_name(toddler: Path) -> None:
    data = load_dataset(toddler)
    assert gate_of(data, Override("old name.jpg", "allow", "A", "an adult", data.content["bee.jpg"])).photo(
        "bee.jpg"
    )


def test_what_was_restricted_is_restricted_under_any_name(tiny: Dataset) -> None:
    gate = gate_of(tiny, Override("gone.jpg", "restrict", "A", "a child", tiny.content["ant.jpg"]))
    assert not gate.photo("ant.jpg")
    assert gate.photo("cat.jpg")


def test_a_name_that_was_restricted_stays_so_whatever_picture_lies_there_and_that_is_said(
    tiny: Dataset,
) -> None:
    gate = gate_of(tiny, Override("ant.jpg", "restrict", "A", "a child", D))
    with pytest.warns(DataWarning, match=r"another picture now, as ant\.jpg: they are restricted, too"):
        assert not gate.photo("ant.jpg")


def test_a_restriction_holds_over_a_permission_for_the_same_name(tiny: Dataset) -> None:
    allow = Override("ant.jpg", "allow", "A", "an adult", tiny.content["ant.jpg"])
    gate = gate_of(tiny, allow, Override("ant.jpg", "restrict", "B", "a child", D))
    with pytest.warns(DataWarning, match="another picture now"):
        assert not gate.photo("ant.jpg")


def test_a_row_without_a_digest_restricts_by_name_and_allows_nothing(toddler: Path) -> None:
    rows = (Override("ant.jpg", "restrict", "A", "a child"), Override("bee.jpg", "allow", "A", "an adult"))
    gate = gate_of(load_dataset(toddler), *rows)
    with pytest.warns(DataWarning, match=r"as that of bee\.jpg: they do not count.*policy bind"):
        assert not gate.photo("ant.jpg")
    assert not gate.photo("bee.jpg")


def test_a_row_whose_name_and_content_nobody_has_warns(tiny: Dataset) -> None:
    gate = gate_of(tiny, Override("Ant.jpg", "restrict", "A", "a child", E))
    with pytest.warns(DataWarning, match=r"as Ant\.jpg: is the name right"):
        assert gate.photo("ant.jpg")


def test_columns_may_stand_in_any_order_and_a_header_alone_is_an_empty_list(tmp_path: Path) -> None:
    assert read(tmp_path, f"by,photo,reason,decision,digest\nA,a.jpg,why,allow,{D.upper()}\n") == [
        Override("a.jpg", "allow", "A", "why", D)
    ]
    assert read(tmp_path, HEAD) == read(tmp_path, "photo,decision,by,reason\n") == []


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"\n",
        b"a.jpg,,restrict,A,why\n",
        b"photo,digest,decision,by\na.jpg,,restrict,A\n",
        b"photo,digest,decision,by,reason,reason\na.jpg,,restrict,A,why,why\n",
        b"Photo,Digest,Decision,By,Reason\na.jpg,,restrict,A,why\n",
        b"photo;digest;decision;by;reason\na.jpg;;restrict;A;why\n",
        b"\xef\xbb\xbfphoto,digest,decision,by,reason\n",
        (HEAD + "a.jpg,,restrict,Мария,why\n").encode("cp1251"),
        (HEAD + "a.jpg,,restrict,A,why\n").encode("utf-16"),
        (HEAD + "a.jpg,,restrict,A,why\n\0\0\0\0").encode(),
        HEAD.encode() + b'a.jpg,,restrict,A,"why',
    ],
)
def test_a_table_that_is_none_says_what_was_expected(tmp_path: Path, content: bytes) -> None:
    with pytest.raises(DataError, match=r"o\.csv.*expected UTF-8.*photo, digest, decision, by, reason"):
        read(tmp_path, content)


@pytest.mark.parametrize(
    ("rows", "told"),
    [
        ("a.jpg,,restrict,A,why\na.jpg,,restrict,B,why\n", "3: a.jpg is decided twice"),
        (f"a.jpg,{D},allow,A,why\na.jpg,{D},restrict,B,why\n", "3: a.jpg is decided twice"),
        (
            f"a.jpg,{D},allow,A,why\nb.jpg,{D},restrict,B,why\n",
            r"3: b.jpg is to be restrict, and line 2 says allow",
        ),
        ("a.jpg,,restrict,A,why,more\n", "2: expected a photo"),
        ("a.jpg,,restrict,A\n", "2: expected a photo"),
        ("a.jpg,,Restrict,A,why\n", "2: expected a photo"),
        ("a.jpg,12,restrict,A,why\n", "2: expected as digest the SHA-256"),
    ],
)
def test_rows_that_contradict_or_lack_something_are_refused_with_their_line(
    tmp_path: Path, rows: str, told: str
) -> None:
    with pytest.raises(DataError, match=rf"o\.csv:{told}"):
        read(tmp_path, HEAD + rows)


@given(
    st.lists(
        st.builds(
            Override,
            st.sampled_from(["a.jpg", 'b "c", d.jpg', "ё.jpg"]),
            st.just("restrict"),
            st.text('ab,"\n ё', min_size=1).filter(str.strip).map(str.strip),
            st.just("why"),
            st.sampled_from(["", D, E]),
        ),
        unique_by=lambda one: (one.photo, one.digest),
    )
)
def test_what_is_written_is_read(tmp_path_factory: pytest.TempPathFactory, rows: list[Override]) -> None:
    file = tmp_path_factory.getbasetemp() / "o.csv"
    file.unlink(missing_ok=True)
    write_overrides(rows, file)
    assert file.stat().st_mode & 0o777 == 0o600  # it names photos of children
    assert list(load_overrides(file).values()) == rows
