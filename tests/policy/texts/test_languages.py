"""Languages besides English and Russian: their strong words for a child, and the words that mean something else."""

from __future__ import annotations

import pytest

from withsense_tf.policy.texts.text_policy import TextPolicy


@pytest.fixture(scope="module")
def policy() -> TextPolicy:
    return TextPolicy()


@pytest.mark.parametrize(
    "text",
    [
        "niño en la playa",
        "una nina con su perro",
        "niña",
        "bebé durmiendo",
        "los recién nacidos",
        "petite fille",
        "deux garcons jouent",
        "un bébé dort",
        "nouveau-né",
        "ein Kind spielt",
        "kleines Kind",
        "Kinder am Strand",
        "zwei Mädchen",
        "der Junge liest",
        "Ein Säugling",
        "un bimbo al mare",
        "bambini che giocano",
        "uma menina na chuva",
        "duas crianças",
        "o bebê dorme",
        "een kind op het strand",
        "twee meisjes",
        "schoolkinderen",
        "dziecko z psem",
        "mała dziewczynka",
        "chłopcy grają w piłkę",
        "дівчинка на пляжі",
        "троє дітей",
        "ХЛОПЧИК",
    ],
)
def test_a_child_is_found_in_other_languages(policy: TextPolicy, text: str) -> None:
    assert policy.verdict(text).decision == "block"


@pytest.mark.parametrize(
    "text",
    [
        "a kind man",
        "one of a kind",
        "a kinder, gentler place",
        "it is kinder to wait",
        "what kind of dog is this",
        "a file on a desk",
        "Nina reads a book",
        "Nino plays the piano",
        "una chica en un café",
        "un hombre bebe cerveza",
        "une femme au marché",
        "une jeune femme",
        "ein junger Mann",
        "junge Frau mit Hund",
        "der junge Mann liest",
        "una ragazza al bar",
        "a bimbo in a film",
        "um rapaz no bar",
        "een vrouw met een hond",
        "dziewczyna w kawiarni",
        "łódź na łące",
        "дівчина в кав'ярні",
        "молодий чоловік",
        "sans enfants",
        "ein Hotel ohne Kinder",
        "готель без дітей",
        "An El Niño year brings rain",
    ],
)
def test_adults_and_other_meanings_stay_allowed(policy: TextPolicy, text: str) -> None:
    assert policy.verdict(text).decision == "allow"
