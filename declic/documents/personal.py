"""Stored files: whoever joins one to a person declares it; alone, a row says what is stored and never about whom."""

from declic.core.personal import declare_impersonal

declare_impersonal(
    {
        "documents.Document.mime": "une nature de fichier",
        "documents.Document.sha256": "une empreinte",
    }
)
