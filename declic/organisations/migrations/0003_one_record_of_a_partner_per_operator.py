"""Partners were shared by all operators: each operator gets its own record, with the roles given there so far."""

from django.db import migrations

# What a partner's member can do; the other roles opened nothing outside the structure itself.
PARTNER_ROLES = ("prescriber", "refurbisher", "funder", "adviser")
KIND_OF_PARTNERSHIP = {"network": "training_partner"}


def split_partners(apps, schema_editor):
    """Say of each partner which operator it is a record of; copy it for every further operator."""
    organisations = apps.get_model("organisations", "Organisation").objects
    users = _users_of_organisations(apps)
    for structure in list(organisations.filter(registered_by=None).order_by("pk")):
        operators = _operators(structure, users, apps)
        if "operator" not in structure.kinds and operators:
            structure.registered_by_id = operators.pop(0)
            structure.save(update_fields=["registered_by"])
        for operator_id in operators:
            copy = _copied(structure, operator_id, apps)
            for model, field in users:
                # One operator's rows only, whatever they are; history tells what was and stays.
                model._base_manager.filter(**{field: structure.pk, "operator": operator_id}).update(**{field: copy.pk})


def _users_of_organisations(apps):
    """Every column, in rows that carry their operator, that names another organisation: (model, field name)."""
    organisation = apps.get_model("organisations", "Organisation")
    found = []
    for model in apps.get_models():
        names = {field.name for field in model._meta.local_fields if field.related_model is organisation}
        if "operator" in names and "pgh_id" not in {field.name for field in model._meta.local_fields}:
            found += [(model, name) for name in sorted(names - {"operator"})]
    return found


def _operators(structure, users, apps):
    """The operators that work with it, the first to have begun first, then those whose rows name it."""
    partnerships = apps.get_model("organisations", "Partnership").objects.filter(partner=structure)
    found = list(partnerships.order_by("since", "pk").values_list("operator", flat=True))
    for model, field in users:
        rows = model._base_manager.filter(**{field: structure.pk}).order_by("operator")
        found += rows.values_list("operator", flat=True).distinct()
    return [one for one in dict.fromkeys(found) if one != structure.pk]


def _copied(structure, operator_id, apps):
    """The operator's own record of the structure, with the partner's roles: nobody loses what was open."""
    memberships = apps.get_model("accounts", "Membership").objects
    kinds = [kind for kind in structure.kinds if kind != "operator"]
    partnerships = apps.get_model("organisations", "Partnership").objects
    for kind in partnerships.filter(partner=structure, operator=operator_id).values_list("kind", flat=True):
        kinds.append(KIND_OF_PARTNERSHIP.get(kind, kind))
    copy = type(structure).objects.create(
        registered_by_id=operator_id,
        name=structure.name,
        kinds=list(dict.fromkeys(kinds)) if structure.kinds else [],
        prescriber_kind=structure.prescriber_kind,
        siret=structure.siret,
        email=structure.email,
        phone=structure.phone,
    )
    given = set()
    for role in memberships.filter(organisation=structure, role__in=PARTNER_ROLES).order_by("ends_on", "pk"):
        # Someone with the same role on two places of an operator has it once as a partner.
        key = (role.user_id, role.role, role.ends_on)
        if key not in given:
            given.add(key)
            memberships.create(
                user_id=role.user_id,
                organisation=copy,
                role=role.role,
                starts_on=role.starts_on,
                ends_on=role.ends_on,
            )
    return copy


class Migration(migrations.Migration):
    # Every app of which a table may name a partner.
    dependencies = [
        ("organisations", "0002_a_partner_is_registered_by_one_operator"),
        ("accounts", "0001_initial"),
        ("documents", "0001_initial"),
        ("messaging", "0001_initial"),
        ("ledger", "0001_initial"),
        ("programmes", "0001_initial"),
        ("people", "0001_initial"),
        ("orientation", "0001_initial"),
        ("diagnosis", "0001_initial"),
        ("practice", "0001_initial"),
        ("training", "0001_initial"),
        ("equipment", "0001_initial"),
        ("connectivity", "0001_initial"),
        ("hotline", "0001_initial"),
        ("followup", "0001_initial"),
    ]

    operations = [migrations.RunPython(split_partners, migrations.RunPython.noop, elidable=True)]
