"""Addresses of the home pages and of the person's file."""

from django.urls import path

from declic.web import reunite, views

app_name = "web"
urlpatterns = [
    path("", views.today_page, name="today"),
    path("chercher/", views.search, name="search"),
    path("personnes/<int:person_id>/", views.file_page, name="file"),
    path("personnes/<int:person_id>/reunir/<int:other_id>/", reunite.reunite, name="reunite"),
]
