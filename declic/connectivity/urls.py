"""Addresses of the `connectivity` app."""

from django.urls import URLPattern, path

from declic.connectivity import aids, products, shop

app_name = "connectivity"
urlpatterns: list[URLPattern] = [
    path("aides/", aids.aid_list, name="aids"),
    path("aides/demander/<int:enrolment_id>/", aids.aid_request, name="aid_request"),
    path("aides/evaluation/<int:enrolment_id>/", aids.evaluation_create, name="evaluation_create"),
    path("aides/<int:aid_id>/", aids.aid, name="aid"),
    path("aides/<int:aid_id>/accorder/", aids.aid_grant, name="aid_grant"),
    path("aides/<int:aid_id>/refuser/", aids.aid_refuse, name="aid_refuse"),
    path("aides/<int:aid_id>/justificatif/", aids.aid_prove, name="aid_prove"),
    path("aides/<int:aid_id>/justificatif/exporter/", aids.aid_proof, name="aid_proof"),
    path("aides/<int:aid_id>/verser/", aids.aid_pay, name="aid_pay"),
    path("boutique/", shop.shop, name="shop"),
    path("boutique/vendre/<int:person_id>/", shop.sell, name="sell"),
    path("boutique/ventes/", shop.sales, name="sales"),
    path("boutique/ventes/<int:sale_id>/", shop.sale, name="sale"),
    path("boutique/ventes/<int:sale_id>/code/", shop.sale_code, name="sale_code"),
    path("boutique/ventes/<int:sale_id>/annuler/", shop.sale_cancel, name="sale_cancel"),
    path("boutique/recharges/ajouter/", products.product_create, name="product_create"),
    path("boutique/recharges/<int:product_id>/", products.product, name="product"),
    path("boutique/recharges/<int:product_id>/stock/", products.product_stock, name="product_stock"),
    path("boutique/recharges/<int:product_id>/prix/", products.product_price, name="product_price"),
    path("boutique/recharges/<int:product_id>/codes/", products.product_codes, name="product_codes"),
    path("boutique/recharges/<int:product_id>/arreter/", products.product_stop, name="product_stop"),
]
