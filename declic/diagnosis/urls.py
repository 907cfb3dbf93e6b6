"""Addresses of the `diagnosis` app."""

from django.urls import path

from declic.diagnosis import views

app_name = "diagnosis"
urlpatterns = [
    path("parcours/<int:enrolment_id>/", views.assess, name="assess"),
    path("parcours/<int:enrolment_id>/freins/", views.barrier, name="barrier"),
    path("<int:assessment_id>/", views.assessment, name="assessment"),
    path("<int:assessment_id>/confirmer/", views.confirm, name="confirm"),
    path("freins/<int:barrier_id>/", views.plan, name="plan"),
    path("freins/<int:barrier_id>/lever/", views.lift, name="lift"),
    path("freins/<int:barrier_id>/abandonner/", views.drop, name="drop"),
    path("actions/<int:action_id>/clore/", views.finish_action, name="finish_action"),
]
