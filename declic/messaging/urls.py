"""Addresses of the `messaging` app."""

from django.urls import URLPattern, path

from declic.messaging import views

app_name = "messaging"
urlpatterns: list[URLPattern] = [
    path("", views.message_list, name="list"),
    path("<int:message_id>/", views.message, name="message"),
    path("<int:message_id>/renvoyer/", views.message_again, name="again"),
    path("<int:message_id>/traite/", views.message_handled, name="handled"),
    path("<int:message_id>/revenu/", views.message_returned, name="returned"),
    path("<int:message_id>/lettre.pdf", views.letter_pdf, name="letter_pdf"),
    path("lettres/", views.letters, name="letters"),
    path("lettres/lettres.pdf", views.letters_pdf, name="letters_pdf"),
    path("lettres/postees/", views.letters_posted, name="posted"),
    path("budgets/", views.budgets, name="budgets"),
    path("budgets/nouveau/", views.budget_create, name="budget_create"),
    path("budgets/<int:budget_id>/", views.budget_edit, name="budget_edit"),
]
