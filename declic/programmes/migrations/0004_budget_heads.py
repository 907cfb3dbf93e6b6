import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("programmes", "0003_message_budget"), ("ledger", "0002_money_in_depth")]

    operations = [
        migrations.AddField(
            model_name="budgetline",
            name="head",
            field=models.OneToOneField(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="budget_line",
                to="ledger.budgethead",
            ),
        ),
    ]
