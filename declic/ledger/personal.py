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
        "ledger.Entry.idempotency_key": "un numéro technique",
    }
)
