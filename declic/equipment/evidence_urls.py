"""Addresses of files of inventory and erasure."""

from django.urls import path

from declic.equipment.views import evidence

urlpatterns = [
    path("machines/<int:device_id>/fichiers/", evidence.device_files, name="device_files"),
    path("lots/<int:lot_id>/fichiers/", evidence.lot_files, name="lot_files"),
    path("lots/<int:lot_id>/fichiers/confirmer/", evidence.lot_files_place, name="lot_files_place"),
    path("fichiers/", evidence.files, name="files"),
    path("fichiers/<int:evidence_id>/", evidence.evidence, name="evidence"),
    path("fichiers/<int:evidence_id>/machine/", evidence.evidence_attach, name="evidence_attach"),
    path("fichiers/<int:evidence_id>/origine/", evidence.evidence_raw, name="evidence_raw"),
]
