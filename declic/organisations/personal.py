"""Structures, places and partnerships: what professionals publish, nothing of a person accompanied."""

from declic.core.personal import declare_impersonal

declare_impersonal({"organisations.Site": "une adresse publique", "organisations.Partnership": "deux structures"})
