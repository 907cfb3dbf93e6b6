"""Addresses of the `ledger` app."""

from django.urls import path

from declic.ledger import views

app_name = "ledger"
urlpatterns = [
    path("", views.till, name="till"),
    path("journal/", views.journal, name="journal"),
    path("ecritures/<int:entry_id>/", views.entry, name="entry"),
    path("ecritures/<int:entry_id>/annuler/", views.entry_reverse, name="entry_reverse"),
    path("ecritures/<int:entry_id>/moyen/", views.entry_means, name="entry_means"),
    path("comptes/", views.accounts, name="accounts"),
    path("comptes/numeros/", views.accounts_edit, name="accounts_edit"),
    path("comptes/cloturer/", views.month_close, name="month_close"),
]
