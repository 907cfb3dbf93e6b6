"""The books: case numbers stand in labels, which equipment and connectivity declare; the rest names nobody."""

from django.db.models import Case, CharField, Value, When
from django.db.models.functions import Cast, Concat

from declic.core.personal import declare_impersonal
from declic.ledger.enums import Event

BOOK_LABEL = Case(
    *(When(event=event.value, then=Value(str(event.label).capitalize())) for event in Event),
    default=Value("Écriture"),
    output_field=CharField(),
)
"""What an entry of an anonymised file is called: what happened, without the file's number."""

BOOK_SHARE = Concat(Value("Dossier anonymisé "), Cast("pk", CharField()), output_field=CharField())
"""What the share of an anonymised file is called: each keeps a name of its own."""

declare_impersonal(
    {
        "ledger.Account": "le plan comptable",
        "ledger.Section": "le nom d'une édition",
        "ledger.ClosedMonth": "un mois",
        "ledger.Line": "des montants",
        "ledger.BudgetHead": "un poste de budget",
        "ledger.Till": "une caisse",
        "ledger.TillSession": "la journée d'une caisse : l'écart s'explique sans nommer personne",
        "ledger.TillCashier": "qui tient une caisse",
        "ledger.ReceiptCounter": "un compteur",
        "ledger.ReceiptPrint": "l'impression d'un reçu",
        "ledger.MonthBalance": "des soldes",
        "ledger.CheckRun": "ce que les vérifications ont trouvé, par numéros",
        "ledger.Grant": "une subvention",
        "ledger.GrantPayment": "un versement de financeur",
        "ledger.GrantShare": "des montants",
        "ledger.Expense": "la facture d'un fournisseur",
        "ledger.Entry.idempotency_key": "un numéro technique",
    }
)
