"""Addresses of spotting, under /orientations/reperage/."""

from django.urls import path

from declic.orientation.spotting import calls, views

urlpatterns = [
    path("", views.home, name="spotting"),
    path("importer/", views.upload, name="spotting_upload"),
    path("listes/<int:import_id>/", views.review, name="spotting_import"),
    path("listes/<int:import_id>/colonnes/", views.columns, name="spotting_columns"),
    path("listes/<int:import_id>/importer/", views.run, name="spotting_run"),
    path("listes/<int:import_id>/reprendre/", views.go_on, name="spotting_resume"),
    path("listes/<int:import_id>/annuler/", views.undo, name="spotting_undo"),
    path("lignes/<int:row_id>/", views.row, name="spotting_row"),
    path("lignes/<int:row_id>/ecarter/", views.row_aside, name="spotting_row_aside"),
    path("lignes/<int:row_id>/choisir/", views.row_settle, name="spotting_row_settle"),
    path("a-appeler/", calls.to_call, name="to_call"),
    path("personnes/<int:spotted_id>/", calls.spotted, name="spotted"),
    path("entonnoir/<int:edition_id>/", calls.funnel, name="funnel"),
    path("entonnoir/<int:edition_id>/<slug:step>/", calls.funnel_step, name="funnel_step"),
]
