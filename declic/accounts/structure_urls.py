"""Addresses of an operator's places and partners; served from here, since `organisations` knows neither users nor roles."""

from django.urls import path

from declic.accounts import structure_views as views

app_name = "organisations"
urlpatterns = [
    path("lieux/", views.sites, name="sites"),
    path("lieux/nouveau/", views.site_create, name="site_create"),
    path("lieux/<int:site_id>/", views.site_edit, name="site_edit"),
    path("partenaires/", views.partners, name="partners"),
    path("partenaires/nouveau/", views.partner_add, name="partner_add"),
    path("partenaires/<int:partnership_id>/terminer/", views.partner_close, name="partner_close"),
]
