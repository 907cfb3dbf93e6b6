"""Addresses of the `hotline` app."""

from django.urls import URLPattern, path

from declic.hotline.views import answers, help_page, report, tickets

app_name = "hotline"
urlpatterns: list[URLPattern] = [
    path("", tickets.ticket_list, name="list"),
    path("bilan/", report.report, name="report"),
    path("reponses/", answers.answers, name="answers"),
    path("reponses/ajouter/", answers.answer_create, name="answer_create"),
    path("reponses/<int:answer_id>/", answers.answer_edit, name="answer_edit"),
    path("reponses/<int:answer_id>/retirer/", answers.answer_archive, name="answer_archive"),
    # No account here: a signed link names the machine, nothing else does.
    path("aide/<str:signed>/", help_page.ask, name="help"),
    path("etiquette/<int:allocation_id>/", help_page.label, name="help_label"),
    path("ouvrir/<int:person_id>/", tickets.ticket_create, name="create"),
    path("<int:ticket_id>/", tickets.ticket, name="ticket"),
    path("<int:ticket_id>/prendre/", tickets.ticket_take, name="take"),
    path("<int:ticket_id>/laisser/", tickets.ticket_release, name="release"),
    path("<int:ticket_id>/atelier/", tickets.ticket_repair, name="repair"),
    path("<int:ticket_id>/resoudre/", tickets.ticket_solve, name="solve"),
]
