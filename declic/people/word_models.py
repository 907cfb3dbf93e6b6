"""The words by which persons are found: kept true by the database whatever the path, read by equality (docs/adr/011)."""

import pgtrigger
from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex, OpClass
from django.db import models

from declic.organisations.models import OperatorRow


class PersonWord(OperatorRow):
    """One folded word of a person's names, or "@" and her email; none for files reunited with another or anonymised."""

    person = models.ForeignKey("people.Person", on_delete=models.CASCADE, related_name="+")
    # Compared letter by letter whatever the database's collation, so that beginnings are ranges of the index.
    word = models.TextField(db_collation="C")
    sort_key = models.TextField(db_collation="C")

    class Meta:
        ordering = ["pk"]
        indexes = [models.Index(fields=["operator", "word", "sort_key", "person"], name="person_by_word")]

    def __str__(self) -> str:
        return self.word


class NameWord(models.Model):
    """A word that occurs in names, whoever bears it and wherever: a vocabulary to forgive slips with.

    It leads to no person and names no operator, so it stands outside the wall. Twice the same word does no harm: two
    transactions that meet a new name never wait for each other; the night tidies up.
    """

    word = models.TextField(db_collation="C")
    # The word, the word with each letter left out, and "~" with its skeleton: two words a slip apart share one.
    keys = ArrayField(models.TextField())
    bearers = models.PositiveIntegerField(default=1)

    class Meta:
        ordering = ["pk"]
        indexes = [
            models.Index(fields=["word"], name="name_word"),
            GinIndex(fields=["keys"], name="name_word_by_key", fastupdate=False),
            GinIndex(OpClass("word", name="gin_trgm_ops"), name="name_word_by_letters", fastupdate=False),
        ]

    def __str__(self) -> str:
        return self.word


_WRITE = """
    INSERT INTO people_personword (operator_id, person_id, word, sort_key)
    SELECT n.operator_id, n.id, w.word, n.sort_key
    FROM new_people n CROSS JOIN LATERAL
        people_words_of(n.first_name, n.last_name, n.birth_name, n.called, n.email) AS w(word)
    WHERE n.merged_into_id IS NULL AND n.anonymised_on IS NULL{also};
    INSERT INTO people_nameword (word, keys, bearers)
    SELECT w.word, people_name_keys(w.word), 1
    FROM (
        SELECT DISTINCT w.word FROM new_people n CROSS JOIN LATERAL
            people_words_of(n.first_name, n.last_name, n.birth_name, n.called, '') AS w(word)
        WHERE n.merged_into_id IS NULL AND n.anonymised_on IS NULL{also}
    ) w
    WHERE NOT EXISTS (SELECT FROM people_nameword v WHERE v.word = w.word COLLATE "C");
"""
# Of the rows of a statement, those whose words are no longer what they were.
_CHANGED = """
    SELECT n.id FROM new_people n JOIN old_people o ON o.id = n.id
    WHERE (n.first_name, n.last_name, n.birth_name, n.called, n.email, n.operator_id,
           n.merged_into_id IS NULL AND n.anonymised_on IS NULL)
       IS DISTINCT FROM
          (o.first_name, o.last_name, o.birth_name, o.called, o.email, o.operator_id,
           o.merged_into_id IS NULL AND o.anonymised_on IS NULL)"""


def words_follow() -> list[pgtrigger.Trigger]:
    """The triggers of `Person` that write her words, one statement for all rows of a statement."""
    return [
        pgtrigger.Trigger(
            name="words_follow_new",
            level=pgtrigger.Statement,
            when=pgtrigger.After,
            operation=pgtrigger.Insert,
            referencing=pgtrigger.Referencing(new="new_people"),
            func=f"{_WRITE.format(also='')} RETURN NULL;",
        ),
        pgtrigger.Trigger(
            name="words_follow_changed",
            level=pgtrigger.Statement,
            when=pgtrigger.After,
            operation=pgtrigger.Update,
            referencing=pgtrigger.Referencing(old="old_people", new="new_people"),
            declare=[("changed", "bigint[]")],
            func=f"""changed := ARRAY({_CHANGED});
                IF changed = '{{}}' THEN RETURN NULL; END IF;
                DELETE FROM people_personword WHERE person_id = ANY(changed);
                {_WRITE.format(also=" AND n.id = ANY(changed)")}
                RETURN NULL;""",  # noqa: S608 - made of this module's own text
        ),
    ]
