"""Addresses of the `hotline` app."""

from django.urls import URLPattern, path

from declic.hotline import views

app_name = "hotline"
urlpatterns: list[URLPattern] = [
    path("", views.ticket_list, name="list"),
    path("ouvrir/<int:person_id>/", views.ticket_create, name="create"),
    path("<int:ticket_id>/", views.ticket, name="ticket"),
    path("<int:ticket_id>/resoudre/", views.ticket_solve, name="solve"),
]
