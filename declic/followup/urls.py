"""Addresses of the `followup` app."""

from django.urls import URLPattern, path

from declic.followup import views

app_name = "followup"
urlpatterns: list[URLPattern] = [
    path("bilans/", views.reviews, name="reviews"),
    path("bilans/<int:enrolment_id>/<int:months>/", views.review, name="review"),
    path("satisfaction/<int:enrolment_id>/", views.satisfaction, name="satisfaction"),
    path("sortie/<int:enrolment_id>/", views.leave, name="exit"),
    path("situations/", views.outcomes, name="outcomes"),
    path("situations/<int:outcome_id>/", views.outcome, name="outcome"),
]
