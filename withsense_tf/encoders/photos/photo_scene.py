"""Photos -> vectors of a small network that was trained on drawn scenes, and that comes with the package."""

from __future__ import annotations

from collections.abc import Callable
from functools import cached_property
from pathlib import Path
from threading import Lock
from typing import Any, Final

from withsense_tf.common.saved_objects import SavedFile
from withsense_tf.common.terminal import start_tensorflow
from withsense_tf.encoders.base import PHOTO_VERSION, BuiltOnce
from withsense_tf.encoders.photos.photo_graph import GraphEncoder
from withsense_tf.encoders.photos.scene_network import SIDE, load_scene_weights, scene_network
from withsense_tf.encoders.weights.weight_files import fingerprint
from withsense_tf.errors import SettingError, check_kind
from withsense_tf.file_access import path_of

SCENE_WEIGHTS: Final = Path(__file__).with_name("scene_net.npz")
# The graph that was built last, by all that it depends on. A matcher that is loaded anew brings an encoder of its own,
# nearly always of the same weights, and building the network takes longer than encoding a hundred photos.
_LAST_GRAPH: dict[tuple[str, int], Any] = {}
_BUILDING: Final = Lock()


class SceneNet(GraphEncoder):
    """Encode drawn scenes, as those of the demo set, without any download.

    It knows drawings only. It learned the words of captions from drawn scenes of other seeds than the demo sets have,
    and has never seen a photograph: of real photos nothing is claimed, so it must be chosen there by name and never
    be taken silently. `file` is another file of weights that `train_scene_net` wrote.
    """

    size = (SIDE, SIDE)

    def __init__(self, file: str | Path = SCENE_WEIGHTS) -> None:
        check_kind("SceneNet", file, (str, Path), "a file of weights, or nothing for those in the package")
        self._file = path_of(file)
        if not self._file.is_file():
            raise SettingError(
                f"scene_net: {self._file} is not there. Expected a file that "
                "withsense_tf.experiments.scene_net.train_scene_net wrote, or leave it out for the one in the package."
            )

    def to_state(self) -> dict[str, Any]:
        """Return the state to save; its weights come along, since another version may bring others."""
        return {"settings": {"file": SavedFile(self._file)}, "learned": {}, "identity": self.identity}

    def __repr__(self) -> str:
        return f"SceneNet({'' if self._file == SCENE_WEIGHTS else repr(str(self._file))})"

    @cached_property
    def weights(self) -> str:
        """Name the source of the weights."""
        return f"trained on drawn scenes ({self._file.name} {self._fingerprint})"

    @property
    def identity(self) -> str:
        """Name everything that the vectors depend on."""
        return f"scene_net({self._fingerprint}, {self.size[0]} px, v{PHOTO_VERSION})"

    @cached_property
    def _fingerprint(self) -> str:
        return fingerprint(self._file)

    @BuiltOnce
    def _graph(self) -> Any:
        key = (self.identity, self.batch_size)
        with _BUILDING:
            if key not in _LAST_GRAPH:
                graph = self._build_graph(self._network())
                _LAST_GRAPH.clear()
                _LAST_GRAPH[key] = graph
            return _LAST_GRAPH[key]

    def _network(self) -> Callable[[Any], Any]:
        tf = start_tensorflow()
        model = scene_network()
        load_scene_weights(model, self._file)
        trainable = [tf.constant(variable.numpy()) for variable in model.trainable_variables]
        others = [tf.constant(variable.numpy()) for variable in model.non_trainable_variables]
        return lambda pixels: model.stateless_call(trainable, others, pixels, training=False)[0]
