from __future__ import annotations

from app_places import Place

from withsense_tf.app.photo_service import PhotoService, absent, withheld


def test_a_withheld_photo_leads_to_the_rule_and_an_absent_one_nowhere(place: Place) -> None:
    service = PhotoService(place.settings())
    with service.doorway("BB") as named, service.doorway(None) as strictest:
        assert withheld(named.door).headers == {"Link": '</api/v1/law?country=BB>; rel="blocked-by"'}
        assert withheld(strictest.door).headers == {"Link": '</api/v1/law>; rel="blocked-by"'}
        assert (withheld(named.door).status, absent().status, absent().headers) == (451, 404, {})
    service.close()
