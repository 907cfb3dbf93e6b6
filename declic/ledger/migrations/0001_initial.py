import django.db.models.deletion
import pgtrigger.compiler
import pgtrigger.migrations
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ('accounts', '__first__'),
        ('organisations', '0001_initial'),
    ]

    operations = [
        migrations.CreateModel(
            name='Account',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('role', models.CharField(choices=[('cash', 'caisse'), ('bank', 'banque'), ('deposits_held', 'cautions reçues'), ('sale_revenue', 'ventes de matériel'), ('recharge_revenue', 'ventes de recharges'), ('damage_recovery', 'dommages récupérés'), ('receivable', 'sommes dues par les personnes'), ('waiver_expense', 'remises accordées'), ('aid_expense', 'aides accordées'), ('aid_payable', 'aides à verser'), ('grant_receivable', 'subventions à recevoir'), ('grant_income', 'subventions'), ('cheques_held', 'chèques de caution conservés'), ('deposit_commitments', 'engagements de caution')], max_length=24, verbose_name='usage')),
                ('code', models.CharField(max_length=12, verbose_name='numéro')),
                ('name', models.CharField(max_length=120, verbose_name='libellé')),
                ('operator', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='organisations.organisation', verbose_name='opérateur')),
            ],
            options={
                'ordering': ['code', 'pk'],
                'constraints': [models.UniqueConstraint(fields=('operator', 'role'), name='account_role_once'), models.UniqueConstraint(fields=('operator', 'code'), name='account_code_once', violation_error_message='Ce numéro de compte est déjà pris.')],
            },
        ),
        migrations.CreateModel(
            name='Auxiliary',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('label', models.CharField(max_length=200)),
                ('operator', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='organisations.organisation', verbose_name='opérateur')),
            ],
            options={
                'ordering': ['pk'],
            },
        ),
        migrations.CreateModel(
            name='ClosedMonth',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('month', models.DateField(help_text='premier jour du mois', verbose_name='mois')),
                ('closed_at', models.DateTimeField()),
                ('closed_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('operator', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='organisations.organisation', verbose_name='opérateur')),
            ],
            options={
                'ordering': ['-month', 'pk'],
                'constraints': [models.UniqueConstraint(fields=('operator', 'month'), name='month_closed_once'), models.CheckConstraint(condition=models.Q(('month__day', 1)), name='closed_month_is_a_first_day')],
            },
        ),
        migrations.CreateModel(
            name='Entry',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('on', models.DateField(verbose_name='date')),
                ('event', models.CharField(choices=[('deposit_paid', 'caution encaissée'), ('deposit_refunded', 'caution rendue'), ('deposit_retained', 'caution conservée, matériel gardé'), ('deposit_damage', 'caution soldée après dommage'), ('sale', 'vente de matériel'), ('sale_payment', 'paiement reçu'), ('waiver', 'remise accordée'), ('aid_granted', 'aide internet accordée'), ('aid_paid', 'aide internet versée'), ('recharge_sold', 'recharge vendue'), ('grant_notified', 'subvention notifiée'), ('grant_received', 'subvention reçue'), ('reversal', "annulation d'une écriture")], max_length=20, verbose_name='nature')),
                ('label', models.CharField(max_length=240, verbose_name='libellé')),
                ('idempotency_key', models.CharField(max_length=120)),
                ('recorded_at', models.DateTimeField(auto_now_add=True)),
                ('operator', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='organisations.organisation', verbose_name='opérateur')),
                ('recorded_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('reverses', models.OneToOneField(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='reversed_by', to='ledger.entry')),
            ],
            options={
                'ordering': ['-on', '-pk'],
            },
        ),
        migrations.CreateModel(
            name='Line',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('debit', models.PositiveBigIntegerField(default=0, help_text='centimes', verbose_name='débit')),
                ('credit', models.PositiveBigIntegerField(default=0, help_text='centimes', verbose_name='crédit')),
                ('account', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='lines', to='ledger.account')),
                ('auxiliary', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='lines', to='ledger.auxiliary')),
                ('entry', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='lines', to='ledger.entry')),
                ('operator', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='organisations.organisation', verbose_name='opérateur')),
            ],
            options={
                'ordering': ['entry', 'pk'],
                'indexes': [models.Index(fields=['account', 'entry'], include=('debit', 'credit'), name='line_by_account'), models.Index(fields=['auxiliary', 'account'], name='line_by_auxiliary')],
                'constraints': [models.CheckConstraint(condition=models.Q(models.Q(('credit', 0), ('debit__gt', 0)), models.Q(('credit__gt', 0), ('debit', 0)), _connector='OR'), name='line_is_a_debit_or_a_credit')],
            },
        ),
        migrations.CreateModel(
            name='Section',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('name', models.CharField(max_length=200)),
                ('operator', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='organisations.organisation', verbose_name='opérateur')),
            ],
            options={
                'ordering': ['name', 'pk'],
            },
        ),
        migrations.AddField(
            model_name='entry',
            name='section',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='entries', to='ledger.section'),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='closedmonth',
            trigger=pgtrigger.compiler.Trigger(name='append_only', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;", hash='f1713b57360baf592f1152956a2435134eec549a', operation='UPDATE OR DELETE', pgid='pgtrigger_append_only_682e6', table='ledger_closedmonth', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='line',
            trigger=pgtrigger.compiler.Trigger(name='append_only', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;", hash='60aab0f9a637564fbac6ecf8bf5377c5ca18a111', operation='UPDATE OR DELETE', pgid='pgtrigger_append_only_6530f', table='ledger_line', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='line',
            trigger=pgtrigger.compiler.Trigger(name='entry_balances', sql=pgtrigger.compiler.UpsertTriggerSql(constraint='CONSTRAINT', func="\n                    IF (SELECT sum(l.debit) <> sum(l.credit) FROM ledger_line l WHERE l.entry_id = NEW.entry_id)\n                    THEN RAISE EXCEPTION 'ledger: entry % does not balance', NEW.entry_id\n                         USING ERRCODE = 'check_violation';\n                    END IF;\n                    IF EXISTS (SELECT 1 FROM ledger_entry e JOIN ledger_account a ON a.id = NEW.account_id\n                               WHERE e.id = NEW.entry_id\n                                 AND (e.operator_id <> NEW.operator_id OR a.operator_id <> NEW.operator_id))\n                    THEN RAISE EXCEPTION 'ledger: entry % mixes two operators', NEW.entry_id\n                         USING ERRCODE = 'check_violation';\n                    END IF;\n                    RETURN NULL;\n                ", hash='c8f8a512b6e99b121b09a93ed1a4cdd2245606ed', operation='INSERT', pgid='pgtrigger_entry_balances_6f1b3', table='ledger_line', timing='DEFERRABLE INITIALLY DEFERRED', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='line',
            trigger=pgtrigger.compiler.Trigger(name='deposit_never_negative', sql=pgtrigger.compiler.UpsertTriggerSql(constraint='CONSTRAINT', func="\n                    IF EXISTS (SELECT 1 FROM ledger_account a\n                               WHERE a.id = NEW.account_id AND a.role = 'deposits_held')\n                    THEN\n                        IF NEW.auxiliary_id IS NULL\n                        THEN RAISE EXCEPTION 'ledger: a deposit belongs to one allocation'\n                             USING ERRCODE = 'check_violation';\n                        END IF;\n                        PERFORM 1 FROM ledger_auxiliary x WHERE x.id = NEW.auxiliary_id FOR UPDATE;\n                        IF (SELECT sum(l.credit) < sum(l.debit) FROM ledger_line l\n                            WHERE l.auxiliary_id = NEW.auxiliary_id AND l.account_id = NEW.account_id)\n                        THEN RAISE EXCEPTION 'ledger: deposit % would become negative', NEW.auxiliary_id\n                             USING ERRCODE = 'check_violation';\n                        END IF;\n                    END IF;\n                    RETURN NULL;\n                ", hash='b05ea8c71d362838c8245e52fd009ed833a918e6', operation='INSERT', pgid='pgtrigger_deposit_never_negative_ab9cb', table='ledger_line', timing='DEFERRABLE INITIALLY DEFERRED', when='AFTER')),
        ),
        migrations.AddIndex(
            model_name='entry',
            index=models.Index(fields=['operator', '-on', '-id'], name='entry_by_date'),
        ),
        migrations.AddIndex(
            model_name='entry',
            index=models.Index(fields=['section', 'on'], name='entry_by_section'),
        ),
        migrations.AddConstraint(
            model_name='entry',
            constraint=models.UniqueConstraint(fields=('operator', 'idempotency_key'), name='entry_recorded_once'),
        ),
        migrations.AddConstraint(
            model_name='entry',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('event', 'reversal'), ('reverses__isnull', False)), models.Q(models.Q(('event', 'reversal'), _negated=True), ('reverses__isnull', True)), _connector='OR'), name='only_a_reversal_reverses'),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='entry',
            trigger=pgtrigger.compiler.Trigger(name='append_only', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;", hash='bd80cdea55986d8dc4a873a0796f1dd071e72f1d', operation='UPDATE OR DELETE', pgid='pgtrigger_append_only_af900', table='ledger_entry', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='entry',
            trigger=pgtrigger.compiler.Trigger(name='closed_month_refuses', sql=pgtrigger.compiler.UpsertTriggerSql(func='\n                    IF EXISTS (SELECT 1 FROM ledger_closedmonth c\n                               WHERE c.operator_id = NEW.operator_id AND c.month = date_trunc(\'month\', NEW."on")::date)\n                    THEN RAISE EXCEPTION \'ledger: the month of % is closed\', NEW."on" USING ERRCODE = \'check_violation\';\n                    END IF;\n                    RETURN NEW;\n                ', hash='eb1430bc679e98a6ee092bddd5cd3e4cd24cb53e', operation='INSERT', pgid='pgtrigger_closed_month_refuses_7f551', table='ledger_entry', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='entry',
            trigger=pgtrigger.compiler.Trigger(name='entry_has_lines', sql=pgtrigger.compiler.UpsertTriggerSql(constraint='CONSTRAINT', func="\n                    IF NOT EXISTS (SELECT 1 FROM ledger_line l WHERE l.entry_id = NEW.id)\n                    THEN RAISE EXCEPTION 'ledger: entry % has no line', NEW.id USING ERRCODE = 'check_violation';\n                    END IF;\n                    RETURN NULL;\n                ", hash='c9a899d053c6829607d6cfe1f1a91d5ef729b99b', operation='INSERT', pgid='pgtrigger_entry_has_lines_05485', table='ledger_entry', timing='DEFERRABLE INITIALLY DEFERRED', when='AFTER')),
        ),
    ]
