"""Addresses of the `practice` app."""

from django.urls import path

from declic.practice import views

app_name = "practice"
urlpatterns = [
    path("<int:person_id>/", views.exercise_list, name="list"),
    path("<int:person_id>/<slug:code>/", views.exercise, name="exercise"),
    path("resultats/<int:attempt_id>/", views.result, name="result"),
]
