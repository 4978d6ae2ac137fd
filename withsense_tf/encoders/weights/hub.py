"""Modules of TensorFlow Hub and SavedModels: load one, call it, pick its output."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

from withsense_tf.common.terminal import start_tensorflow
from withsense_tf.encoders.weights.weight_files import OFFLINE, first_line, is_local
from withsense_tf.errors import SettingError
from withsense_tf.file_access import path_of

# What modules call the output that stands for the whole photo or text.
USUAL_OUTPUTS: Final = ("default", "pooled_output", "output_0", "outputs")
USUAL_SIGNATURES: Final = ("serving_default", "default")


class HubModule:
    """A module that is loaded; it is kept whole, because its functions do not keep it alive."""

    def __init__(self, handle: str) -> None:
        start_tensorflow()
        import tensorflow_hub

        if is_local(handle) and not (path_of(handle) / "saved_model.pb").is_file():
            raise SettingError(f"{handle}: expected the folder of a SavedModel (with saved_model.pb in it).")
        self.handle = handle
        try:
            self.module = tensorflow_hub.load(str(path_of(handle)) if is_local(handle) else handle)
        except Exception as error:
            # Hub, its downloader and TensorFlow each raise their own kinds.
            # Their dozens of frames tell nobody anything: the reason is in the message.
            raise SettingError(f"{handle!r} cannot be loaded: {first_line(error)}. {OFFLINE}") from None

    def function(self) -> Callable[[Any], Any]:
        """Return the function to call with one tensor: the module itself, or its only or usual signature."""
        if callable(self.module):
            module = self.module
            return lambda inputs: self._call(module, inputs)
        signatures = dict(self.module.signatures)
        name = next((name for name in USUAL_SIGNATURES if name in signatures), next(iter(signatures), None))
        if name is None:
            raise SettingError(f"{self.handle}: the SavedModel can neither be called nor has it a signature.")
        function = signatures[name]
        inputs = list(function.structured_input_signature[1])
        if len(inputs) != 1:
            raise SettingError(
                f"{self.handle}: its signature {name} takes {len(inputs)} inputs ({', '.join(inputs)}); expected one."
            )
        return lambda tensor: self._call(function, **{inputs[0]: tensor})

    def _call(self, function: Callable[..., Any], *tensors: Any, **named: Any) -> Any:
        tf = start_tensorflow()
        try:
            return function(*tensors, **named)
        except (TypeError, ValueError, tf.errors.InvalidArgumentError) as error:
            raise SettingError(f"{self.handle} does not take this input: {first_line(error)}.") from None


def pick_output(result: Any, output: str | None, handle: str) -> Any:
    """Return the output of that name, or the only or usual one."""
    if not isinstance(result, dict):
        return result
    names = [output] if output else [name for name in USUAL_OUTPUTS if name in result]
    if not names and len(result) == 1:
        names = list(result)
    if not names or names[0] not in result:
        raise SettingError(f"{handle} gives {', '.join(sorted(result))}: say which one with output=....")
    return result[names[0]]
