from __future__ import annotations

import zipfile
from copy import deepcopy
from pathlib import Path

import numpy as np
import pytest
from sentence_folders import sentence_vectors, write_sentence_folder
from tokenizers import Tokenizer

from withsense_tf.encoders.make_encoder import text_encoder
from withsense_tf.encoders.texts import text_minilm
from withsense_tf.encoders.texts.text_keras_hub import KerasHubText
from withsense_tf.encoders.texts.text_minilm import MiniLM
from withsense_tf.encoders.weights.package_files import package_file, package_version, unpacked_files
from withsense_tf.errors import WeightsMissingError

TEXTS = ["A dog runs on the beach", "Two men play football", "dog", ""]


@pytest.mark.skipif(package_version(MiniLM.PACKAGE) is None, reason="withsense weights get minilm")
def test_vectors_of_the_package_are_those_of_its_paper() -> None:
    vectors = MiniLM().encode(TEXTS)
    with unpacked_files(package_file(MiniLM.PACKAGE, "model.zip")) as folder:
        tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
        tokenizer.no_padding()
        expected = [sentence_vectors(folder, tokenizer.encode(text).ids) for text in TEXTS]
    # KerasHub's BERT has GELU by its approximation.
    assert (vectors * expected).sum(axis=1).min() > 0.99999
    assert (vectors[0] @ vectors[2]) > (vectors[1] @ vectors[2]) + 0.2


def test_the_zip_of_the_package_is_read_as_its_folder_would_be(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = write_sentence_folder(tmp_path / "model")
    with zipfile.ZipFile(tmp_path / "model.zip", "w") as archive:
        for file in folder.rglob("*.*"):
            archive.write(file, file.relative_to(folder))
    monkeypatch.setattr(text_minilm, "package_file", lambda *_: tmp_path / "model.zip")
    encoder = text_encoder("minilm")
    assert isinstance(encoder, MiniLM)
    np.testing.assert_array_equal(encoder.encode(["a dog"]), KerasHubText(folder).encode(["a dog"]))
    assert deepcopy(encoder) is encoder
    assert not list(folder.glob("vocab*"))


def test_a_missing_package_is_named_with_the_way_to_get_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(MiniLM, "PACKAGE", "no-such-package")
    assert MiniLM().identity == "minilm(not available (no-such-package))"
    with pytest.raises(WeightsMissingError, match="no-such-package, which is not here"):
        MiniLM().encode(["a dog"])
