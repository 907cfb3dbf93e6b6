"""Addresses of the `orientation` app."""

from django.urls import include, path

from declic.orientation import views

app_name = "orientation"
urlpatterns = [
    path("", views.referral_list, name="list"),
    path("nouvelle/", views.create, name="create"),
    path("brouillons/", views.drafts, name="drafts"),
    path("brouillons/<int:draft_id>/effacer/", views.draft_delete, name="draft_delete"),
    path("liens/", views.links, name="links"),
    path("liens/nouveau/", views.link_create, name="link_create"),
    path("liens/<int:link_id>/envoyer/", views.link_send, name="link_send"),
    path("liens/<int:link_id>/fermer/", views.link_close, name="link_close"),
    path("a-clore/", views.close, name="close"),
    path("delais/", views.times, name="times"),
    path("delais/demandes/", views.times_records, name="times_records"),
    path("delais/exceptions/", views.exceptions, name="exceptions"),
    path("<int:referral_id>/", views.detail, name="detail"),
    path("<int:referral_id>/prendre/", views.take, name="take"),
    path("<int:referral_id>/clore/", views.expire, name="expire"),
    path("<int:referral_id>/evaluation/", views.evaluation, name="evaluation"),
    path("<int:referral_id>/pieces/", views.add_proofs, name="add_proofs"),
    path("<int:referral_id>/pieces/<int:document_id>/", views.document, name="document"),
    path("<int:referral_id>/repondre/", views.answer, name="answer"),
    path("<int:referral_id>/retirer/", views.withdraw, name="withdraw"),
    path("ecrire/<int:person_id>/", views.write, name="write"),
    path("inscrire/<int:person_id>/", views.enrol, name="enrol"),
    path("parcours/<int:enrolment_id>/", views.agreed, name="agreed"),
    path("reperage/", include("declic.orientation.spotting.urls")),
]
