from django.db import migrations


def give_heads(apps, schema_editor):
    """Each budget line written before gets its place in the books."""
    lines = apps.get_model("programmes", "BudgetLine").objects.filter(head__isnull=True).select_related("edition")
    heads = apps.get_model("ledger", "BudgetHead").objects
    for line in lines.order_by("pk").iterator():
        line.head = heads.create(operator_id=line.operator_id, label=line.label, section_id=line.edition.section_id)
        line.save(update_fields=["head"])


class Migration(migrations.Migration):
    dependencies = [("programmes", "0004_budget_heads")]

    operations = [migrations.RunPython(give_heads, migrations.RunPython.noop)]
