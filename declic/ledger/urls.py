"""Addresses of the `ledger` app."""

from django.urls import path

from declic.ledger.views import books, exports, grants, receipts, tills

app_name = "ledger"
urlpatterns = [
    path("", books.till, name="till"),
    path("caisses/", tills.tills, name="tills"),
    path("caisses/nouvelle/", tills.till_create, name="till_create"),
    path("caisses/<int:till_id>/ouvrir/", tills.till_open, name="till_open"),
    path("caisses/<int:till_id>/retirer/", tills.till_retire, name="till_retire"),
    path("journees/<int:session_id>/", tills.session, name="session"),
    path("journees/<int:session_id>/rejoindre/", tills.session_join, name="session_join"),
    path("journees/<int:session_id>/mouvement/", tills.session_move, name="session_move"),
    path("journees/<int:session_id>/fermer/", tills.session_close, name="session_close"),
    path("journees/<int:session_id>/feuille/", tills.session_sheet, name="session_sheet"),
    path("recus/", receipts.receipts, name="receipts"),
    path("recus/<int:receipt_id>/imprimer/", receipts.receipt_pdf, name="receipt_pdf"),
    path("cheques/", receipts.cheques, name="cheques"),
    path("cheques/<int:cheque_id>/", receipts.cheque_edit, name="cheque_edit"),
    path("cheques/<int:cheque_id>/remplacer/", receipts.cheque_replace, name="cheque_replace"),
    path("cheques/<int:cheque_id>/encaisser/", receipts.cheque_bank, name="cheque_bank"),
    path("journal/", books.journal, name="journal"),
    path("ecritures/<int:entry_id>/", books.entry, name="entry"),
    path("ecritures/<int:entry_id>/annuler/", books.entry_reverse, name="entry_reverse"),
    path("ecritures/<int:entry_id>/moyen/", books.entry_means, name="entry_means"),
    path("comptes/", books.accounts, name="accounts"),
    path("comptes/numeros/", books.accounts_edit, name="accounts_edit"),
    path("comptes/cloturer/", books.month_close, name="month_close"),
    path("subventions/", grants.grants, name="grants"),
    path("subventions/nouvelle/", grants.grant_create, name="grant_create"),
    path("subventions/<int:grant_id>/", grants.grant, name="grant"),
    path("subventions/<int:grant_id>/versement/", grants.grant_payment, name="grant_payment"),
    path("subventions/<int:grant_id>/depenses/<int:line_id>/", grants.grant_share, name="grant_share"),
    path("subventions/<int:grant_id>/fichier/<slug:extension>/", exports.grant_file, name="grant_file"),
    path("depenses/", grants.expenses, name="expenses"),
    path("depenses/nouvelle/", grants.expense_create, name="expense_create"),
    path("depenses/<int:expense_id>/payer/", grants.expense_pay, name="expense_pay"),
    path("depenses/<int:expense_id>/piece/", grants.expense_file, name="expense_file"),
    path("recettes/nouvelle/", grants.income_create, name="income_create"),
    path("fichiers/", exports.exports, name="exports"),
    path("fichiers/siret/", exports.siret, name="siret"),
    path("fichiers/fec/", exports.fec_file, name="fec"),
]
