"""Addresses of the `reporting` app."""

from django.urls import path

from declic.reporting import views

app_name = "reporting"
urlpatterns = [
    path("", views.report_list, name="list"),
    path("edition/<int:edition_id>/", views.edition_report, name="edition"),
    path("edition/<int:edition_id>/pdf/", views.edition_pdf, name="pdf"),
    path("edition/<int:edition_id>/csv/", views.edition_csv, name="csv"),
    path("edition/<int:edition_id>/chiffre/<str:name>/", views.edition_figure, name="figure"),
    path("dispositif/<int:programme_id>/", views.programme_report, name="programme"),
    path("dispositif/<int:programme_id>/pdf/", views.programme_pdf, name="programme_pdf"),
    path("dispositif/<int:programme_id>/csv/", views.programme_csv, name="programme_csv"),
    path("dispositif/<int:programme_id>/chiffre/<str:name>/", views.programme_figure, name="programme_figure"),
]
