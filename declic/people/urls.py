"""Addresses of the `people` app; the file itself (`web:file`) is /personnes/<id>/."""

from django.urls import path

from declic.people.views import around, duplicates, files, retention, rights

app_name = "people"
urlpatterns = [
    path("", files.people_list, name="list"),
    path("nouvelle/", files.create, name="create"),
    path("doublons/", duplicates.queue, name="duplicates"),
    path("doublons/<int:pair_id>/differentes/", duplicates.distinct, name="distinct"),
    path("reunions/<int:merge_id>/defaire/", duplicates.reunion_undo, name="reunion_undo"),
    path("transmettre/", around.hand_over, name="hand_over"),
    path("<int:person_id>/corriger/", files.edit, name="edit"),
    path("<int:person_id>/situation/", files.snapshot, name="snapshot"),
    path("<int:person_id>/consultations/", files.accesses, name="accesses"),
    path("<int:person_id>/reunir/", duplicates.reunite_find, name="reunite_find"),
    path("<int:person_id>/proches/", around.link_find, name="link_find"),
    path("<int:person_id>/proches/<int:other_id>/", around.link_add, name="link_add"),
    path("<int:person_id>/proches/<int:link_id>/terminer/", around.link_end, name="link_end"),
    path("<int:person_id>/suivi/", around.followers, name="followers"),
    path("<int:person_id>/suivi/<int:follower_id>/arreter/", around.unfollow, name="unfollow"),
    path("<int:person_id>/partage/", around.share, name="share"),
    path("<int:person_id>/partage/<int:share_id>/arreter/", around.share_end, name="share_end"),
    path("<int:person_id>/droits/", rights.rights, name="rights"),
    path("<int:person_id>/droits/copie/", rights.copy, name="copy"),
    path("<int:person_id>/garder/", rights.hold, name="hold"),
    path("<int:person_id>/garder/<int:hold_id>/lever/", rights.hold_release, name="hold_release"),
    path("<int:person_id>/rouvrir/", rights.restore, name="restore"),
    path("conservation/", retention.retention, name="retention"),
    path("conservation/liste.csv", retention.retention_csv, name="retention_csv"),
    path("conservation/durees/", retention.retention_policy, name="retention_policy"),
    path("conservation/archives/", retention.archived, name="archived"),
]
