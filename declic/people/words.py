"""The vocabulary of names from night to night: counted, tidied, and rid of words that nobody bears any more."""

from collections.abc import Iterable

from django.db import connection, transaction

# In one statement each: a name given meanwhile is either seen or added by its own transaction.
_MISSING = """
    INSERT INTO people_nameword (word, keys, bearers)
    SELECT b.word, people_name_keys(b.word), b.bearers
      FROM (SELECT word, count(*) AS bearers FROM people_personword WHERE word NOT LIKE '@%%' GROUP BY word) b
     WHERE NOT EXISTS (SELECT FROM people_nameword v WHERE v.word = b.word)"""
_COUNTED = """
    UPDATE people_nameword v SET bearers = b.bearers
      FROM (SELECT word, count(*) AS bearers FROM people_personword WHERE word NOT LIKE '@%%' GROUP BY word) b
     WHERE b.word = v.word AND v.bearers <> b.bearers"""
_TWICE = """
    DELETE FROM people_nameword v USING people_nameword other WHERE other.word = v.word AND other.id < v.id"""
_BORNE_BY_NOBODY = """
    DELETE FROM people_nameword v WHERE NOT EXISTS (SELECT FROM people_personword w WHERE w.word = v.word){only}"""
_WORDS_OF_ALL = """
    INSERT INTO people_personword (operator_id, person_id, word, sort_key)
    SELECT p.operator_id, p.id, w.word, p.sort_key FROM people_person p
     CROSS JOIN LATERAL people_words_of(p.first_name, p.last_name, p.birth_name, p.called, p.email) AS w(word)
     WHERE p.merged_into_id IS NULL AND p.anonymised_on IS NULL"""


@transaction.atomic
def forget_words(words: Iterable[str] | None = None) -> int:
    """Remove from the vocabulary the words that no file bears any more (of `words`, folded, if given); how many.

    For whoever erases names: call it after, outside any request, since a request sees its own operators only and would
    take the others' names for nobody's.
    """
    with connection.cursor() as cursor:
        if words is None:
            cursor.execute(_BORNE_BY_NOBODY.format(only=""))
        else:
            cursor.execute(_BORNE_BY_NOBODY.format(only=" AND v.word = ANY(%s)"), [list(words)])
        return int(cursor.rowcount)


@transaction.atomic
def tend_words() -> int:
    """For the nightly job: count the bearers of each word, add those that are missing, remove doubles and empty words.

    How many words were added or removed; run twice, nothing.
    """
    changed = 0
    with connection.cursor() as cursor:
        for statement in (_TWICE, _MISSING, _BORNE_BY_NOBODY.format(only="")):
            cursor.execute(statement, [])
            changed += cursor.rowcount
        cursor.execute(_COUNTED, [])
    return changed


def write_all_words() -> None:
    """Write the words of every file anew: for whoever has filled the table of persons with its triggers at rest."""
    with transaction.atomic(), connection.cursor() as cursor:
        # Words with checks still owed at commit may not be emptied: they are made now.
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("TRUNCATE people_personword, people_nameword")
        cursor.execute(_WORDS_OF_ALL)
        cursor.execute(_MISSING, [])
