"""What a comparison runs: TOML files -> a frozen configuration, with every key checked."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields, replace
from pathlib import Path
from typing import Any, Final

from withsense_tf.common.limits import parse_toml, read_text
from withsense_tf.errors import SettingError, check_choice, shown
from withsense_tf.evaluation.protocol import SPLITS
from withsense_tf.file_access import words_of
from withsense_tf.matchers.registry import MATCHERS, printed_name
from withsense_tf.matchers.setting_types import check_type

CONFIG_BYTES: Final = 2**18
WORDS: Final = ("label", "matcher", "kind", "loss", "preset")
DEFAULT: Final = Path(__file__).with_name("default.toml")


@dataclass(frozen=True)
class Config:
    """A comparison: how data are split, what the target is, what sees the photos, and the models to run.

    With `balanced`, every training photo and caption has as many fitting as unfitting pairs (`ws.balance`). With
    `captioned`, models that can do it learn from photos that have captions and no judgements, too; a number stands
    for so many of them.
    The splits "russian" and "english" ask what people typed: `queries_ru.csv` of the folder, or of the source.
    `quality` is how closely photos are looked at (fast, good or best) where nothing names what sees them.
    `photo` names encoders as `photo=` does elsewhere, or holds tables with the settings of `KerasPhoto`; `model`
    holds a table a model: `matcher`, which class; `label`, what its rows are called; the rest are its settings.
    """

    name: str
    splits: tuple[str, ...] = ("folds",)
    folds: int = 10
    expert: str = "mean"
    crowd: str = "none"
    expert_weight: float = 0.6
    own_weight: float = 0.0
    balanced: bool = False
    captioned: bool | int = True
    quality: str = ""
    photo: tuple[str | Mapping[str, Any], ...] = ()
    model: tuple[Mapping[str, Any], ...] = ()

    def __post_init__(self) -> None:
        for field in fields(self):
            if field.name not in ("name", "folds"):
                check_type(field.name, getattr(self, field.name), field.default)
        for split in self.splits:
            check_choice("splits", split, SPLITS)
        if isinstance(self.folds, bool) or not isinstance(self.folds, int) or self.folds < 2:
            raise SettingError(f"folds must be a whole number of at least 2, got {shown(self.folds)}.")
        if not self.model:
            raise SettingError(f"The configuration {self.name!r} names no model: add a [[model]] table.")


def load_config(file: Path | None, changes: Sequence[str] = (), models: Sequence[str] = ()) -> Config:
    """Read a file, or the default one; apply `key=value` changes; keep the models that are named.

    A change of `label.key` or `matcher.key` is for that model, as `two_tower.dim=128`.
    """
    source = DEFAULT if file is None else file
    config = _config_of(_table_in(source), source.stem)
    keys = {word for model in config.model for word in names_of(model)}
    # What others add by name, or "module:Class", is run with its own defaults, unless a change says otherwise.
    more = [name for name in models if name not in keys and (":" in name or name in MATCHERS.names())]
    config = replace(config, model=(*config.model, *({"matcher": name} for name in more)))
    for change in changes:
        config = _change(config, change)
    # A change may have made a name: of a kind, a loss or a label.
    keys |= {word for model in config.model for word in names_of(model)}
    for name in models:
        if name not in keys:
            _check_name(name, config, source)
    if models:
        config = replace(
            config, model=tuple(model for model in config.model if not names_of(model).isdisjoint(models))
        )
        _check_used(config, changes)
    return config


def _check_name(name: str, config: Config, source: Path) -> None:
    """Raise if no model is picked by a name; say so where the default configuration has one that is."""
    try:
        MATCHERS.check("--models", name, sorted({*_words_of(config), *MATCHERS.names()}))
    except SettingError as error:
        if source == DEFAULT or name not in _words_of(_config_of(_table_in(DEFAULT), DEFAULT.stem)):
            raise
        raise SettingError(
            f"{error} {name!r} is a name of the default configuration, and {source} has none such: leave out "
            "--config, or add a [[model]] to that file."
        ) from None


def keys_of(file: Path | None) -> set[str]:
    """Return what a configuration of the user's says; nothing where the default one is meant."""
    return set() if file is None else set(_table_in(file))


def all_names(file: Path | None, changes: Sequence[str] = ()) -> list[str]:
    """Return all by which a model of a configuration, or of the default one, and of changes of it may be picked.

    So are the names of matchers, of this package and of others.
    """
    models = _table_in(DEFAULT if file is None else file).get("model", ())
    tables = [model for model in models if isinstance(model, dict)]
    for key, _, value in (change.partition("=") for change in changes):
        tables.append({key.strip().rpartition(".")[2]: _value(value)})
    return [*MATCHERS.names(), *(word for table in tables for word in names_of(table))]


def _table_in(file: Path) -> dict[str, Any]:
    try:
        text = read_text(file, CONFIG_BYTES)
    except (OSError, ValueError) as error:
        raise SettingError(f"--config {file} cannot be read: {words_of(error)}.") from error
    try:
        return parse_toml(text)
    except ValueError as error:
        raise SettingError(f"{file} is not valid TOML: {error}.") from error


def _check_used(config: Config, changes: Sequence[str]) -> None:
    """Raise where a change is for a model that `--models` leaves out: nobody would see that it changed nothing."""
    for change in changes:
        first, dot, _ = change.partition("=")[0].strip().rpartition(".")
        if dot and not any(first in names_of(model) for model in config.model):
            names = ", ".join(sorted(_words_of(config)))
            raise SettingError(
                f"--set {shown(change)}: no {first} is run, so it would change nothing. --models names {names}: "
                f"add {first}, or leave the change out."
            )


def names_of(model: Mapping[str, Any]) -> set[str]:
    """Return what a model may be picked by: label, matcher, kind, loss or preset, or what a table calls it."""
    words = [*(model.get(key) for key in WORDS), printed_name(model)]
    return {word for word in words if isinstance(word, str) and word}


def _words_of(config: Config) -> set[str]:
    """Return what a person is offered to pick models by: names of tables have commas of their own."""
    words = [model.get(key) for model in config.model for key in WORDS]
    return {word for word in words if isinstance(word, str)}


def _config_of(table: Mapping[str, Any], name: str) -> Config:
    keys = [field.name for field in fields(Config)]
    for key in table:
        check_choice("key", key, keys)
    values: dict[str, Any] = {"name": name} | {
        key: tuple(value) if isinstance(value, list) else value for key, value in table.items()
    }
    check_type("model", values.get("model", ()), ())
    for model in values.get("model", ()):
        if not isinstance(model, dict) or "matcher" not in model:
            raise SettingError(f"{name}: every [[model]] needs a key `matcher`, got {model!r}.")
    return Config(**values)


def _change(config: Config, change: str) -> Config:
    key, equals, text = change.partition("=")
    if not equals or not key:
        raise SettingError(f"--set {shown(change)}: expected KEY=VALUE.")
    value = _value(text)
    first, dot, rest = key.strip().partition(".")
    model_names = sorted(_words_of(config))
    if not dot:
        names = [field.name for field in fields(Config) if field.name != "model"]
        if first in model_names and first not in names:
            raise SettingError(
                f"--set {shown(change)}: say which setting of {first}: --set {first}.SETTING={text}."
            )
        check_choice(f"--set {shown(change)}: setting", first, names)
        one: dict[str, Any] = {first: tuple(value) if isinstance(value, list) else value}
        return replace(config, **one)
    is_picked = [first in names_of(model) for model in config.model]
    if not any(is_picked):
        check_choice(f"--set {shown(change)}: model", first, model_names)
    models = [
        {**model, rest: value} if this else model for model, this in zip(config.model, is_picked, strict=True)
    ]
    return replace(config, model=tuple(models))


def _value(text: str) -> Any:
    try:
        return parse_toml(f"value = {text}")["value"]
    except ValueError:
        return text  # a bare word is a text
