"""Every address of Déclic; each app keeps its own list."""

from allauth.account.views import email
from django.urls import include, path
from django.views.decorators.http import require_safe

from declic.accounts.sign_in_views import AccountView

urlpatterns = [
    path("", include("declic.web.urls")),
    # Read only: whoever took the address of someone to be invited would receive that person's role.
    path("compte/email/", require_safe(email), name="account_email"),
    path("compte/", include("allauth.account.urls")),
    path("compte/mfa/", AccountView.as_view(), name="mfa_index"),
    path("compte/mfa/", include("allauth.mfa.urls")),
    path("structures/", include("declic.accounts.structure_urls")),
    path("comptes/", include("declic.accounts.urls")),
    path("documents/", include("declic.documents.urls")),
    path("messages/", include("declic.messaging.urls")),
    path("argent/", include("declic.ledger.urls")),
    path("dispositifs/", include("declic.programmes.urls")),
    path("personnes/", include("declic.people.urls")),
    path("orientations/", include("declic.orientation.urls")),
    path("", include("declic.orientation.public_urls")),
    path("diagnostic/", include("declic.diagnosis.urls")),
    path("entrainement/", include("declic.practice.urls")),
    path("formation/", include("declic.training.urls")),
    path("materiel/", include("declic.equipment.urls")),
    path("connexion/", include("declic.connectivity.urls")),
    path("assistance/", include("declic.hotline.urls")),
    path("suivi/", include("declic.followup.urls")),
    path("bilans/", include("declic.reporting.urls")),
]
