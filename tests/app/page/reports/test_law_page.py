"""How the law is kept."""

from __future__ import annotations

import pytest
from starlette.testclient import TestClient


@pytest.mark.parametrize(("country", "rule"), [("BB", "under 16"), ("AA", "no rule that withholds")])
def test_the_rule_of_the_country_is_told_with_its_ground(client: TestClient, country: str, rule: str) -> None:
    text = client.get("/law", headers={"cookie": f"withsense_country={country}"}).text
    assert rule in text
    assert "The entry of this country in the table of rules" in text


def test_an_unknown_country_gets_the_strictest_rule_and_is_told_so(client: TestClient) -> None:
    text = client.get("/law", headers={"cookie": "withsense_country=ZZ"}).text
    assert "no entry in the table of rules" in text


def test_a_text_is_judged_and_its_words_are_marked(client: TestClient) -> None:
    text = client.get("/law?text=A+toddler+eats+baby+carrots").text
    assert "<mark>toddler</mark>" in text
    assert 'class="verdict block"' in text
    assert 'class="verdict allow"' in client.get("/law?text=A+dog+runs").text
