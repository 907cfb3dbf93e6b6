"""Addresses of the `documents` app."""

from django.urls import URLPattern, path

from declic.documents import views

app_name = "documents"
urlpatterns: list[URLPattern] = [path("<int:document_id>/", views.download, name="download")]
