"""Addresses of the `accounts` app; signing in is allauth's."""

from django.urls import path

from declic.accounts import views

app_name = "accounts"
urlpatterns = [
    path("equipe/", views.team, name="team"),
    path("equipe/inviter/", views.invite, name="invite"),
    path("equipe/<int:membership_id>/terminer/", views.end_role, name="end_role"),
    path("operateur/", views.operator, name="operator"),
    path("operateur/choisir/", views.choose_operator, name="choose_operator"),
]
