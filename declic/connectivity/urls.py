"""Addresses of the `connectivity` app."""

from django.urls import URLPattern, path

from declic.connectivity import aids, shop

app_name = "connectivity"
urlpatterns: list[URLPattern] = [
    path("aides/", aids.aid_list, name="aids"),
    path("aides/demander/<int:enrolment_id>/", aids.aid_request, name="aid_request"),
    path("aides/<int:aid_id>/", aids.aid, name="aid"),
    path("aides/<int:aid_id>/accorder/", aids.aid_grant, name="aid_grant"),
    path("aides/<int:aid_id>/refuser/", aids.aid_refuse, name="aid_refuse"),
    path("aides/<int:aid_id>/verser/", aids.aid_pay, name="aid_pay"),
    path("boutique/", shop.shop, name="shop"),
    path("boutique/vendre/<int:person_id>/", shop.sell, name="sell"),
    path("boutique/ventes/", shop.sales, name="sales"),
    path("boutique/recharges/ajouter/", shop.product_create, name="product_create"),
    path("boutique/recharges/<int:product_id>/arreter/", shop.product_stop, name="product_stop"),
]
