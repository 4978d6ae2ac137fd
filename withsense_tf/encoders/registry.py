"""The names of encoders, those of this package and those that others add; none is imported before it is asked for."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from withsense_tf.common.plugins import Plugins

if TYPE_CHECKING:
    from withsense_tf.encoders.base import PhotoEncoder, TextEncoder

PHOTO_ENCODERS: Plugins[PhotoEncoder] = Plugins(
    "photo",
    "withsense_tf.photo_encoders",
    {
        "scene_net": "withsense_tf.encoders.photos.photo_scene:SceneNet",
        "hub": "withsense_tf.encoders.photos.photo_hub:HubPhoto",
        "keras_hub": "withsense_tf.encoders.photos.photo_keras_hub:KerasHubPhoto",
    },
    "withsense_tf.encoders.base:PhotoEncoder",
)
TEXT_ENCODERS: Plugins[TextEncoder] = Plugins(
    "text",
    "withsense_tf.text_encoders",
    {
        "tfidf": "withsense_tf.encoders.texts.text_tfidf:Tfidf",
        "spacy": "withsense_tf.encoders.texts.text_spacy:SpacyVectors",
        "glove": "withsense_tf.encoders.texts.text_spacy:SpacyVectors",
        "hub": "withsense_tf.encoders.texts.text_hub:HubText",
        "keras_hub": "withsense_tf.encoders.texts.text_keras_hub:KerasHubText",
        "use": "withsense_tf.encoders.texts.text_use:UniversalSentences",
        "minilm": "withsense_tf.encoders.texts.text_minilm:MiniLM",
    },
    "withsense_tf.encoders.base:TextEncoder",
)
# Kinds whose name must go on after a colon: "hub:HANDLE".
NEED_SOURCE: Final = frozenset({"hub", "keras_hub", "spacy", "glove"})
