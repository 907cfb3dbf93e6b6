"""Addresses of the `accounts` app; signing in is allauth's."""

from django.urls import path

from declic.accounts import sign_in_views, views

app_name = "accounts"
urlpatterns = [
    path("equipe/", views.team, name="team"),
    path("equipe/inviter/", views.invite, name="invite"),
    path("equipe/<int:membership_id>/terminer/", views.end_role, name="end_role"),
    path("equipe/<int:membership_id>/renvoyer/", views.resend, name="resend"),
    path("qui-peut-quoi/", views.rights, name="rights"),
    path("absences/", views.absences, name="absences"),
    path("absences/nouvelle/", views.absence_create, name="absence_create"),
    path("absences/<int:replacement_id>/arreter/", views.absence_stop, name="absence_stop"),
    path("invitation/<str:token>/", sign_in_views.accept, name="accept"),
    path("appareils/", sign_in_views.sessions, name="sessions"),
    path("appareils/deconnecter/", sign_in_views.end_session, name="end_session"),
    path("deux-preuves/", sign_in_views.second_factor, name="second_factor"),
    path("operateur/", views.operator, name="operator"),
    path("operateur/choisir/", views.choose_operator, name="choose_operator"),
]
