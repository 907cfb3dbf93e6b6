"""Programmes, their terms and figures speak of no one in particular."""

from declic.core.personal import declare_impersonal

declare_impersonal(
    dict.fromkeys(
        (
            "programmes.Programme",
            "programmes.Edition",
            "programmes.TermsVersion",
            "programmes.Objective",
            "programmes.MeansLine",
            "programmes.BudgetLine",
            "programmes.PublishedFigure",
            "programmes.Scale",
            "programmes.ScaleAmount",
        ),
        "les règles et les chiffres d'un dispositif",
    )
)
