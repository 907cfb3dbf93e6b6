"""Addresses of the `programmes` app."""

from django.urls import path

from declic.programmes import budget_views, plan_views, scale_views, terms_views, views

app_name = "programmes"
urlpatterns = [
    path("", views.programme_list, name="list"),
    path("nouveau/", views.create, name="create"),
    path("importer/", views.import_file, name="import"),
    path("baremes/", scale_views.scale_list, name="scales"),
    path("baremes/nouveau/", scale_views.scale_create, name="scale_create"),
    path("baremes/<int:scale_id>/", scale_views.scale, name="scale"),
    path("baremes/<int:scale_id>/modifier/", scale_views.scale_edit, name="scale_edit"),
    path("<int:programme_id>/", views.detail, name="detail"),
    path("<int:programme_id>/modifier/", views.edit, name="edit"),
    path("<int:programme_id>/exporter/", views.export, name="export"),
    path("<int:programme_id>/editions/nouvelle/", views.edition_create, name="edition_create"),
    path("editions/<int:edition_id>/", views.edition, name="edition"),
    path("editions/<int:edition_id>/modifier/", views.edition_edit, name="edition_edit"),
    path("editions/<int:edition_id>/conditions/<slug:part>/", terms_views.terms_part, name="terms"),
    path("editions/<int:edition_id>/versions/<int:number>/", terms_views.version, name="version"),
    path("editions/<int:edition_id>/objectifs/", plan_views.objectives, name="objectives"),
    path("editions/<int:edition_id>/moyens/", plan_views.means, name="means"),
    path("editions/<int:edition_id>/budget/", plan_views.budget, name="budget"),
    path("editions/<int:edition_id>/budget/realise/", budget_views.budget_actual, name="budget_actual"),
]
