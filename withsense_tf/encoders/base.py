"""What an encoder of photos or texts offers to the rest of the package."""

from __future__ import annotations

import inspect
from abc import ABC, abstractmethod
from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property, wraps
from pathlib import Path
from threading import RLock
from typing import Any, ClassVar, Final, Generic, Self, TypeVar

import numpy as np

from withsense_tf.common.code_version import is_addition, whose
from withsense_tf.common.saved_objects import Saveable
from withsense_tf.common.terminal import track
from withsense_tf.data.folder.problems import Problem
from withsense_tf.data.pictures.photo_batches import PhotoBatches
from withsense_tf.data.pictures.photo_views import read_views
from withsense_tf.encoders.inputs import of_texts, photo_files
from withsense_tf.encoders.weights.package_files import check_package, package_name
from withsense_tf.encoders.weights.weight_files import whole_path
from withsense_tf.errors import DataError, ForeignError

# How weights that nobody trained are named, before the seed.
RANDOM_WEIGHTS: Final = "random (seed"
# Part of every photo encoder's identity: raise it when photos are read or encoded in another way.
PHOTO_VERSION = 1


@dataclass(frozen=True)
class PhotoVectors:
    """Some photos: their positions in the list of paths, (n,), and their vectors, float32, (n, width)."""

    rows: np.ndarray
    vectors: np.ndarray


class Encoder(Saveable, ABC):
    """What encoders of photos and of texts have in common: a name for what they compute, and where it comes from."""

    # The setting that says where weights lie, if that may be a folder.
    SOURCE: ClassVar[str] = ""
    # The package of the index that brings the weights, if one does.
    PACKAGE: ClassVar[str] = ""

    @property
    @abstractmethod
    def identity(self) -> str:
        """Name everything that the vectors depend on but the texts it was fitted on."""

    @property
    def weights(self) -> str:
        """Name the source of the weights; "" if the encoder has none but what it was fitted on."""
        return ""

    def check_here(self) -> None:
        """Raise where the weights that it takes are not on this machine, as far as that is quickly known."""
        if self.PACKAGE:
            check_package(self.PACKAGE, getattr(self, "NAME", ""))

    def __repr__(self) -> str:
        """Return the class with the arguments that are not as they come."""
        parameters = inspect.signature(type(self)).parameters
        values = {name: getattr(self, name, one.default) for name, one in parameters.items()}
        others = (
            f"{name}={value!r}" for name, value in values.items() if value is not parameters[name].default
        )
        return f"{type(self).__name__}({', '.join(others)})"

    def to_state(self) -> dict[str, Any]:
        """Return the state to save, with the identity: other weights under the same name are found out.

        A folder of weights stays where it is, and is named by its whole path.
        """
        state = super().to_state() | {"identity": self.identity}
        if self.SOURCE:
            state["settings"][self.SOURCE] = whole_path(state["settings"][self.SOURCE])
        return state

    @classmethod
    def from_state(cls, state: dict[str, Any], store: Any = None) -> Self:
        """Rebuild a saved encoder; other weights than those of then are an error."""
        encoder = super().from_state(state, store)
        if encoder.identity != state["identity"]:
            raise DataError(
                f"Saved was {state['identity']}, but what is found under its name now is {encoder.identity}. "
                "Bring back the weights of then, or train and save anew."
            )
        return encoder


# Keras and TensorFlow keep settings for the whole process while a network is built.
BUILDING: Final = RLock()
Part = TypeVar("Part")


class BuiltOnce(Generic[Part]):
    """A property that takes seconds: it is computed by one thread alone and kept, whatever Python's version."""

    def __init__(self, build: Callable[[Any], Part]) -> None:
        self.build, self.name, self.__doc__ = build, build.__name__, build.__doc__

    def __get__(self, thing: Any, _: type | None = None) -> Part:
        """Return what the thing keeps; Python itself takes it from there the next time."""
        if thing is None:
            return self  # type: ignore[return-value]  # asked of the class, as by what documents it
        with BUILDING:
            if self.name not in vars(thing):
                vars(thing)[self.name] = self.build(thing)
            part: Part = vars(thing)[self.name]
            return part


class Unchanging:
    """What never changes once it is made: a copy would hold a whole network a second time."""

    def __deepcopy__(self, memo: object) -> Self:
        return self


class PhotoEncoder(Encoder):
    """Turn photo files into vectors. A subclass turns pixels into vectors; the files are read here.

    `size` is the height and width it wants, `views` how many looks at each photo it averages.
    """

    size: tuple[int, int] = (224, 224)
    views: int = 1
    # Content of the photos that its weights were trained on here: nothing that uses it may be measured on them.
    trained_on: frozenset[str] = frozenset()
    batch_size: ClassVar[int] = 32
    # So many batches are read ahead and handed to `forward` together.
    batches_at_once: ClassVar[int] = 1

    @property
    @abstractmethod
    def width(self) -> int:
        """Return the width of a vector."""

    @abstractmethod
    def forward(self, pixels: np.ndarray) -> np.ndarray:
        """Turn uint8 pixels, (n, height, width, 3), into float32 vectors, (n, width)."""

    def load(self) -> Self:
        """Build the network now, so that weights that cannot be loaded are an error now; return self."""
        return self

    def read(self, path: Path) -> np.ndarray:
        """Read a photo as the network is to see it, uint8, (views, height, width, 3)."""
        return read_views(path, self.size, self.views)

    def stream(self, paths: Sequence[Path], bad: dict[int, Problem]) -> Iterator[PhotoVectors]:
        """Yield the vectors batch by batch, in the order of the paths; `bad` takes the files that are no photos."""
        count = self.batch_size * self.batches_at_once
        batches = PhotoBatches(paths, self.size, count, self.views, self.read)
        for batch in track(batches, len(paths), "Encoding", size=lambda batch: len(batch.rows)):
            pixels = batch.pixels.reshape(-1, *self.size, 3)
            vectors = check_vectors(self, self.forward(pixels), (len(pixels), self.width))
            if self.views > 1:
                vectors = vectors.reshape(len(batch.rows), self.views, -1).mean(axis=1)
            yield PhotoVectors(batch.rows, vectors)
        bad.update(batches.bad)

    def encode(self, paths: Sequence[Path]) -> np.ndarray:
        """Return a vector for each photo, float32, (photos, width); a photo that cannot be decoded is an error."""
        bad: dict[int, Problem] = {}
        vectors = [batch.vectors for batch in self.stream(photo_files("encode", paths), bad)]
        refuse(list(bad.values()))
        return np.concatenate(vectors) if vectors else np.zeros((0, self.width), np.float32)


class TextEncoder(Encoder):
    """Turn texts into vectors; `fit` learns from training texts only and returns the encoder."""

    # Whether the vectors depend on the texts that `fit` saw, so that they must not be stored under the identity.
    learns: ClassVar[bool] = False
    # From which cosine on two sentences probably tell of the same scene; None where nobody measured it.
    same_sense: ClassVar[float | None] = None

    def __init_subclass__(cls, **settings: Any) -> None:
        """Check what encoders are handed, and what others' encoders answer."""
        super().__init_subclass__(**settings)
        for name in ("fit", "encode"):
            if name in vars(cls):
                setattr(cls, name, of_texts(getattr(cls, name)))
        if "encode" in vars(cls) and is_addition(cls):
            cls.encode = _with_checks(cls.encode)  # type: ignore[method-assign]  # that is meant

    def fit(self, texts: Sequence[str]) -> Self:  # noqa: ARG002  # those that learn use them
        """Learn from the training texts, if the encoder learns at all."""
        return self

    @abstractmethod
    def encode(self, texts: Sequence[str]) -> np.ndarray:
        """Return a vector for each text, float32, (texts, width)."""

    def encode_groups(self, groups: Sequence[Sequence[str]]) -> list[np.ndarray]:
        """Return the vectors of groups of texts, each group's as if it came alone, float32, (texts, width) each.

        In a matrix product a row may be rounded otherwise in another company.
        """
        return [self.encode(group) for group in groups]

    def make_ready(self, texts: Sequence[str]) -> None:  # those that remember use them
        """Compute what each of these texts is by itself, if that is quicker now than when they are asked for."""

    @property
    def languages(self) -> tuple[str, ...]:
        """Name the languages that it reads, "English" and "Russian" among them; () where nobody can say."""
        return ()

    def why_not_read(self, language: str) -> str:
        """Return why it does not read a language, such as "Russian"; empty where it does, or nobody can say."""
        if not self.languages or language in self.languages:
            return ""
        return f"its text encoder reads {' and '.join(self.languages)}, and no {language}"

    @property
    def known_words(self) -> Collection[str]:
        """Return the words that were learned, where they are kept; for telling what may have been meant."""
        return ()

    def unknown(self, text: str) -> tuple[str, ...]:  # noqa: ARG002  # those that count words use it
        """Return the words of a text that change nothing, because they were never learned; () where all count."""
        return ()


def _with_checks(encode: Callable[..., Any]) -> Callable[..., np.ndarray]:
    @wraps(encode)
    def encode_and_check(encoder: TextEncoder, texts: Sequence[str]) -> np.ndarray:
        vectors = encode(encoder, texts)
        # An encoder of texts need not say how wide its vectors are; one that does is held to that.
        width = getattr(encoder, "width", None) or (getattr(vectors, "shape", ())[1:2] or [1])[0]
        return check_vectors(encoder, vectors, (len(texts), width))

    return encode_and_check


def check_vectors(encoder: Encoder, vectors: Any, shape: tuple[int, ...]) -> np.ndarray:
    """Return what an encoder answered; raise where that is no array of finite numbers of a shape."""
    if received := no_numbers(vectors, shape):
        raise ForeignError(
            f"The encoder {encoder.identity!r}, {whose(encoder)}, must return an array of finite numbers of shape "
            f"{shape}, got {received}."
        )
    return np.asarray(vectors)


def no_numbers(answer: Any, shape: tuple[int, ...], kinds: str = "fiu") -> str:
    """Say what was received in the place of an array of finite numbers of a shape; nothing where it is one.

    >>> no_numbers(np.zeros((2, 3)), (3,)), no_numbers([0.5], (1,)), no_numbers(np.array([0.5, np.nan]), (2,))
    ('an array of float64 of shape (2, 3)', 'a list', '1 of 2 that are NaN or infinite')
    """
    if not isinstance(answer, np.ndarray):
        return f"a {type(answer).__name__}"
    if answer.shape != shape or answer.dtype.kind not in kinds:
        return f"an array of {'texts' if answer.dtype.kind in 'SU' else answer.dtype} of shape {answer.shape}"
    bad = int((~np.isfinite(answer)).sum())
    return f"{bad:,} of {answer.size:,} that are NaN or infinite" if bad else ""


class PackageText(Unchanging, TextEncoder):
    """A text encoder that never learns: its weights are data of the package of the index that `PACKAGE` names."""

    NAME: ClassVar[str] = ""

    def __reduce__(self) -> tuple[type[Self], tuple[()]]:
        return type(self), ()  # another process reads the weights itself

    @cached_property
    def weights(self) -> str:
        """Name the package that the weights come from."""
        return package_name(self.PACKAGE)

    @property
    def identity(self) -> str:
        """Name everything that the vectors depend on."""
        return f"{self.NAME}({self.weights})"


class DecodingError(DataError):
    """Photos cannot be decoded; `problems` says of each what is wrong with it."""

    def __init__(self, problems: Sequence[Problem]) -> None:
        bad = problems[0]
        super().__init__(
            f"{len(problems)} photos cannot be decoded, for example {bad.where}: {bad.reason}. "
            "Load the data set again: with decode=True, the default, it leaves such photos out."
        )
        self.problems = tuple(problems)


def refuse(problems: Sequence[Problem]) -> None:
    """Raise a DecodingError if any photo could not be decoded."""
    if problems:
        raise DecodingError(problems)
