"""Addresses of the `people` app; the file itself (`web:file`) is /personnes/<id>/."""

from django.urls import path

from declic.people import views

app_name = "people"
urlpatterns = [
    path("", views.people_list, name="list"),
    path("nouvelle/", views.create, name="create"),
    path("<int:person_id>/corriger/", views.edit, name="edit"),
    path("<int:person_id>/situation/", views.snapshot, name="snapshot"),
    path("<int:person_id>/consultations/", views.accesses, name="accesses"),
]
