from __future__ import annotations

from withsense_tf.app.photo_service import absent, withheld


def test_a_withheld_photo_leads_to_the_rule_and_an_absent_one_nowhere() -> None:
    assert withheld("n", "DE").headers == {"Link": '</api/v1/law?country=DE>; rel="blocked-by"'}
    assert (withheld("n", None).status, absent().status, absent().headers) == (451, 404, {})
