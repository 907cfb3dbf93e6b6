"""Addresses of the `orientation` app."""

from django.urls import path

from declic.orientation import views

app_name = "orientation"
urlpatterns = [
    path("", views.referral_list, name="list"),
    path("nouvelle/", views.create, name="create"),
    path("<int:referral_id>/", views.detail, name="detail"),
    path("<int:referral_id>/repondre/", views.answer, name="answer"),
    path("<int:referral_id>/retirer/", views.withdraw, name="withdraw"),
    path("inscrire/<int:person_id>/", views.enrol, name="enrol"),
    path("parcours/<int:enrolment_id>/", views.agreed, name="agreed"),
]
