"""Addresses of the `training` app."""

from django.urls import path

from declic.training.views import groups, sheets, visits

app_name = "training"
urlpatterns = [
    path("", groups.group_list, name="list"),
    path("groupes/nouveau/", groups.group_create, name="group_create"),
    path("groupes/<int:group_id>/", groups.group, name="group"),
    path("groupes/<int:group_id>/seances/", groups.schedule, name="schedule"),
    path("groupes/<int:group_id>/places/<int:enrolment_id>/", groups.take, name="take"),
    path("places/<int:place_id>/liberer/", groups.leave, name="leave"),
    path("parcours/<int:enrolment_id>/place/", groups.place, name="place"),
    path("seances/<int:session_id>/", sheets.sheet, name="sheet"),
    path("seances/<int:session_id>/papier/", sheets.sheet_print, name="sheet_print"),
    path("seances/<int:session_id>/presents/", sheets.headcount, name="headcount"),
    path("seances/<int:session_id>/annulee/", sheets.not_held, name="not_held"),
    path("presences/<int:attendance_id>/corriger/", sheets.correct, name="correct"),
    path("benevoles/", groups.volunteer_list, name="volunteers"),
    path("permanence/", visits.visit_list, name="visits"),
    path("permanence/noter/", visits.visit_create, name="visit_create"),
]
