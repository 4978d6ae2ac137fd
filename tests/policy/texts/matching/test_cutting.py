from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st
from spacy.vocab import Vocab
from spacy_rules import spacy_tokenizer

from withsense_tf.policy.texts.matching.cutting import cut

TOKENIZER = spacy_tokenizer(Vocab())
SIGNS = st.text(alphabet="abuUsS'’-.,!7é½3Й(\"²#👶_", min_size=1, max_size=9)


@given(SIGNS)
@settings(deadline=None, max_examples=300)
def test_a_chunk_is_cut_as_spacy_cuts_it(chunk: str) -> None:
    assert cut(chunk) == [token.text for token in TOKENIZER(chunk)]


def test_an_age_is_cut_from_what_it_is_glued_to() -> None:
    assert cut("U12s,") == ["U", "12", "s", ","]
