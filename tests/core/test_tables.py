"""Lists come as people made them: each oddity is read as its author meant it, or refused with a sentence that helps."""

import codecs
import csv
import io
import random
import time
import zipfile
from collections.abc import Callable
from datetime import date, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from declic.core.tables import (
    Limits,
    Row,
    Table,
    TableError,
    as_date,
    as_phone,
    as_phone_text,
    as_postal_code,
    as_text,
    column_name,
    open_table,
)
from tests.core.workbooks import Fault, Formula, Inline, Number, ods, xlsx, xlsx_parts, zipped

TITLES = ["Nom", "Prénom", "Téléphone"]
DURAND = ["Durand", "Zoé", "06 12 34 56 78"]

type Opener = Callable[..., Table]


@pytest.fixture
def opened(tmp_path: Path) -> Opener:
    """Opens bytes as a file of this name."""

    def open_bytes(content: bytes, filename: str = "liste.xlsx", **options: Any) -> Table:
        path = tmp_path / "received"
        path.write_bytes(content)
        return open_table(path, filename=filename, **options)

    return open_bytes


def refusal(opened: Opener, content: bytes, filename: str = "liste.xlsx", **options: Any) -> str:
    """The sentence with which the file is refused, when it is opened or while it is read."""
    with pytest.raises(TableError) as error:
        list(opened(content, filename, **options).rows())
    return str(error.value)


def cells(table: Table) -> list[list[Any]]:
    return [row.cells for row in table.rows()]


def both(rows: list[list[Any]]) -> list[bytes]:
    return [xlsx(rows), ods(rows)]


# ----------------------------------------------------------------------------------------------------------- workbooks


@pytest.mark.parametrize("content", both([TITLES, DURAND]))
def test_a_workbook_gives_its_titles_and_its_rows(opened: Opener, content: bytes) -> None:
    table = opened(content)
    assert (table.titles, table.header_row, table.sheet, table.sheets) == (TITLES, 1, "Feuille1", ("Feuille1",))
    assert list(table.rows()) == [Row(2, DURAND, "")]
    assert (table.encoding, table.separator) == ("", "")


@pytest.mark.parametrize(
    "content", both([["Repérage 2026"], [None], [None, "édité le 12 mars"], TITLES, [None, " \u00a0\u200b"], DURAND])
)
def test_title_lines_and_blank_lines_are_skipped_and_lines_keep_their_number(opened: Opener, content: bytes) -> None:
    table = opened(content)
    assert (table.header_row, table.titles) == (4, TITLES)
    assert list(table.rows()) == [Row(6, DURAND)]


def test_a_list_without_titles_gives_all_its_lines(opened: Opener) -> None:
    table = opened(xlsx([["Durand", "Zoé", 612345678], ["Petit", "Ali", 612345679]]))
    assert (table.header_row, table.titles, len(cells(table))) == (None, ["", "", ""], 2)
    assert table.column_names() == ["Colonne A", "Colonne B", "Colonne C"]


def test_the_line_of_titles_can_be_chosen(opened: Opener) -> None:
    table = opened(xlsx([["Groupe", "Identité", None], TITLES, DURAND]))
    assert table.header_row == 1
    assert cells(table.with_header(2)) == [DURAND]
    assert table.with_header(2).titles == TITLES
    assert len(cells(table.with_header(None))) == 3
    with pytest.raises(TableError, match="choisissez la ligne des titres"):
        table.with_header(99)


def test_a_job_takes_up_where_it_stopped(opened: Opener) -> None:
    table = opened(xlsx([TITLES, *([f"n{i}", "x", "y"] for i in range(10))]))
    assert [row.number for row in table.rows(after=8)] == [9, 10, 11]


@pytest.mark.parametrize("content", both([["Nom", "Reste", *[None] * 50], ["Durand", 3, *[None] * 50]]))
def test_fifty_empty_columns_are_dropped(opened: Opener, content: bytes) -> None:
    table = opened(content)
    assert (table.titles, cells(table)) == (["Nom", "Reste"], [["Durand", 3]])


def test_a_column_without_title_counts_when_it_is_filled(opened: Opener) -> None:
    table = opened(xlsx([["Nom", "Tél."], ["Durand", "06", "rappeler"]]))
    assert table.column_names() == ["Nom", "Tél.", "Colonne C"]
    assert cells(table) == [["Durand", "06", "rappeler"]]


@pytest.mark.parametrize(
    "content",
    both(
        [
            ["Nom", "Naissance", "Actif", "Prix", "Total", "Note"],
            ["Durand", date(1980, 3, 12), True, 12.5, Formula("A1&B1", "vu"), Formula("1+1", 2)],
        ]
    ),
)
def test_values_keep_their_kind_and_formulas_give_what_they_last_showed(opened: Opener, content: bytes) -> None:
    assert cells(opened(content)) == [["Durand", date(1980, 3, 12), True, 12.5, "vu", 2]]


@pytest.mark.parametrize("content", both([["Nom", "Tél."], ["Durand", Fault("#N/A")], ["Petit", "06"]]))
def test_a_cell_in_error_is_empty_and_a_problem_of_its_row_alone(opened: Opener, content: bytes) -> None:
    first, second = opened(content).rows()
    assert first.cells == ["Durand", None]
    assert "colonne B" in first.problem
    assert "#N/A" in first.problem
    assert second == Row(3, ["Petit", "06"])


def test_a_formula_never_computed_is_a_problem(opened: Opener) -> None:
    (row,) = opened(xlsx([["Nom", "Tél."], ["Durand", Formula("B9")]])).rows()
    assert "formule sans résultat" in row.problem


def test_a_row_that_holds_only_an_error_is_not_lost(opened: Opener) -> None:
    (row,) = opened(xlsx([["Nom", "Tél."], [Fault("#REF!")]])).rows()
    assert row.cells == [None, None]
    assert "#REF!" in row.problem


@pytest.mark.parametrize("since_1904", [False, True])
def test_days_are_counted_from_1900_or_1904(opened: Opener, since_1904: bool) -> None:
    days = [date(1904, 1, 2), date(1950, 12, 31), date(2000, 2, 29), date(2026, 3, 1)]
    table = opened(xlsx([["Jour", "Nom"], *([day, "x"] for day in days)], since_1904=since_1904))
    assert [row[0] for row in cells(table)] == days
    assert table.since_1904 is since_1904


@pytest.mark.parametrize(
    ("number", "read"),
    [
        (Number("29000", "d mmmm yyyy"), date(1979, 5, 25)),
        (Number("29000.75", 'dd/mm/yyyy\\ "à" hh:mm'), date(1979, 5, 25)),
        (Number("29000", "[$-40C]mmmm"), date(1979, 5, 25)),
        (Number("1", "dd/mm/yy"), date(1900, 1, 1)),
        (Number("59", "dd/mm/yy"), date(1900, 2, 28)),
        (Number("60", "dd/mm/yy"), 60),
        (Number("61", "dd/mm/yy"), date(1900, 3, 1)),
        (Number("-3", "dd/mm/yy"), -3),
        (Number("99999999", "dd/mm/yy"), 99999999),
        (Number("0.604166666666667", "hh:mm"), "14:30"),
        (Number("1.5", "[h]:mm"), "36:00"),
        (Number("29000", '0.00" jours"'), 29000),
        (Number("29000", "General"), 29000),
        (Number("29000", "[Red]0.0"), 29000),
        (Number("0.5", "0%"), 0.5),
        (Number("6.12345678E8"), 612345678),
        (Number("75012.0"), 75012),
        (Number("-1.25"), -1.25),
        (Number("nan"), "nan"),
        (Number("1_000"), "1_000"),
        (Number("9" * 400), "9" * 400),
    ],
)
def test_the_format_of_a_number_says_whether_it_is_a_day(opened: Opener, number: Number, read: object) -> None:
    ((value, _name),) = cells(opened(xlsx([["Valeur", "Nom"], [number, "x"]])))
    assert value == read
    assert type(value) is type(read)


def test_merged_cells_have_their_value_at_the_top_left(opened: Opener) -> None:
    merged = xlsx([TITLES, ["Durand", "Zoé", None], [None, "Ali", None]], merged=["A2:A3", "B2:C2"])
    assert cells(opened(merged)) == [["Durand", "Zoé", None], [None, "Ali", None]]
    covered = ods([TITLES], tail="<table:table-row><table:table-cell table:number-columns-spanned='2'"
                  " office:value-type='string'><text:p>Durand</text:p></table:table-cell><table:covered-table-cell/>"
                  "<table:table-cell office:value-type='string'><text:p>06</text:p></table:table-cell></table:table-row>")  # fmt: skip
    assert cells(opened(covered)) == [["Durand", None, "06"]]


@pytest.mark.parametrize(
    "content",
    both([["Nom", "Note"], ["\u200bDu\u00adrand\u00a0", "\u202a06\u202f12\u00a034\u202c"], ["=A1", "-3 +@x"]]),
)
def test_invisible_characters_go_and_text_like_a_formula_stays_text(opened: Opener, content: bytes) -> None:
    assert cells(opened(content)) == [["Durand", "06 12 34"], ["=A1", "-3 +@x"]]


def test_texts_of_cells_are_read_wherever_excel_keeps_them(opened: Opener) -> None:
    parts = xlsx_parts({"F": [["Nom", "Note"], [Inline("en place"), "partagé"]]})
    rich = '<si><r><t>par</t></r><r><t xml:space="preserve">ta_x00E9_</t></r><rPh><t>フ</t></rPh></si>'
    parts["xl/sharedStrings.xml"] = str(parts["xl/sharedStrings.xml"]).replace("<si><t xml:space=\"preserve\">partagé</t></si>", rich)  # fmt: skip
    assert cells(opened(zipped(parts))) == [["en place", "partaé"]]


def test_prefixed_unnumbered_and_lying_sheets_are_read(opened: Opener) -> None:
    rows = [TITLES, DURAND]
    for content in (
        xlsx(rows, prefix="x"),
        xlsx(rows, numbered=False),
        xlsx(rows, dimension="A1:XFD1048576"),
        xlsx(rows, first_row=1_000_000),
        xlsx(rows, extra={"xl/vbaProject.bin": b"\x00macro"}),
    ):
        assert cells(opened(content)) == [DURAND]


def test_the_first_visible_sheet_with_something_in_it_is_chosen(opened: Opener) -> None:
    sheets = {"Vide": [], "Listes": [["a", "b"]], "Repérés": [TITLES, DURAND], "Autres": [["Nom"], ["Petit"]]}
    for content in (xlsx(sheets=sheets, hidden=["Listes"]), ods(sheets=sheets, hidden=["Listes"])):
        table = opened(content)
        assert table.sheet == "Repérés"
        assert table.sheets == tuple(sheets)
        assert cells(table.with_sheet("Autres")) == [["Petit"]]
        with pytest.raises(TableError, match="est vide : choisissez-en une autre"):
            table.with_sheet("Vide")
        with pytest.raises(TableError, match="pas de feuille « Autre »"):
            table.with_sheet("Autre")
    only_hidden = {"Vide": [], "Cachée": [TITLES, DURAND]}
    assert opened(xlsx(sheets=only_hidden, hidden=["Cachée"])).sheet == "Cachée"
    assert opened(ods(sheets=only_hidden, hidden=["Cachée"])).sheet == "Cachée"


def test_repeated_cells_and_rows_of_an_ods_are_repeated_but_emptiness_is_not(opened: Opener) -> None:
    cell = "<table:table-cell office:value-type='string' table:number-columns-repeated='2'><text:p>x</text:p></table:table-cell>"
    tail = (
        "<table:table-row table:number-rows-repeated='3'><table:table-cell/></table:table-row>"
        f"<table:table-row table:number-rows-repeated='2'>{cell}<table:table-cell table:number-columns-repeated='16382'/>"
        "</table:table-row><table:table-row table:number-rows-repeated='1048570'><table:table-cell"
        " table:number-columns-repeated='16384'/></table:table-row>"
    )
    table = opened(ods([TITLES], tail=tail))
    assert list(table.rows()) == [Row(5, ["x", "x", None]), Row(6, ["x", "x", None])]


def test_comments_of_an_ods_are_not_values_and_its_spaces_are(opened: Opener) -> None:
    cell = (
        "<table:table-cell office:value-type='string'><office:annotation><text:p>vérifier</text:p></office:annotation>"
        "<text:p>De<text:s text:c='2'/>la <text:span>Tour</text:span></text:p><text:p>Anne</text:p></table:table-cell>"
    )
    table = opened(ods([["Nom", "Tél."]], tail=f"<table:table-row>{cell}{cell}</table:table-row>"))
    assert cells(table) == [["De  la Tour\nAnne"] * 2]


def test_a_text_too_long_for_any_spreadsheet_is_cut_and_said(opened: Opener) -> None:
    for content in (*both([["Nom", "Note"], ["Durand", "a" * 40_000]]), b"Nom;Note\nDurand;" + b"a" * 40_000 + b"\n"):
        (row,) = opened(content).rows()
        assert len(str(row.cells[1])) == 32_767
        assert "trop long" in row.problem


# ---------------------------------------------------------------------------------------------------------------- text


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "cp1252"])
@pytest.mark.parametrize("separator", [";", ",", "\t", "|"])
@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_encoding_separator_and_line_ends_are_found(opened: Opener, encoding: str, separator: str, end: str) -> None:
    lines = [TITLES, ["D’Œuvre", "Zoé", "06 12"], ["Petit", "Noël", "07"]]
    text = end.join(separator.join(line) for line in lines) + end
    table = opened(text.encode(encoding), "liste.csv")
    assert (table.titles, cells(table)) == (TITLES, lines[1:])
    assert table.separator == separator
    assert table.encoding == {"utf-8-sig": "utf-8", "utf-16": "utf-16-le"}.get(encoding, encoding)


def test_a_stray_windows_byte_does_not_spoil_a_utf8_list(opened: Opener) -> None:
    content = "Nom;Ville\nZoé;Nîmes\nÉva;Sète\n".encode() + "Noël;Uzès\n".encode("cp1252")
    assert cells(opened(content))[2] == ["Noël", "Uzès"]
    cut = "Nom;Ville\nZoé;Nîmes\nÉva;Sèté".encode()[:-1]
    assert cells(opened(cut))[0] == ["Zoé", "Nîmes"]


def test_bytes_that_windows_does_not_know_are_dropped(opened: Opener) -> None:
    assert cells(opened(b"Nom;Ville\nZo\xe9\x81;N\xeemes\x9d\n")) == [["Zoé", "Nîmes"]]


@pytest.mark.parametrize(
    ("text", "read"),
    [
        ('Nom;Note\n"Durand";"ligne 1\nligne 2"\n', [["Durand", "ligne 1\nligne 2"]]),
        ('Nom;Note\n"Durand ""Zozo""";x\n', [['Durand "Zozo"', "x"]]),
        ('Nom;Note\nDurand;12 rue "du" port\n', [["Durand", '12 rue "du" port']]),
        ('Nom;Note\nDurand;"rue "du" port"\n', [["Durand", 'rue "du" port']]),
        ('Nom;Note\nDurand; "a;b" \n', [["Durand", "a;b"]]),
        ("sep=,\nNom,Note\nDurand,x\n", [["Durand", "x"]]),
        ("sep=;\r\nNom;Note\r\nDurand;12,5\r\n", [["Durand", "12,5"]]),
        ("Nom;Note\n\n;;\nDurand;x;;;\n", [["Durand", "x"]]),
        ("Nom;Note\nDurand\n", [["Durand", None]]),
        ("Nom;Note\nDu\x00rand;x\x00\n", [["Durand", "x"]]),
        ("Nom;Adresse\nDurand;3, rue X, Uzès\nPetit;4, rue Y, Sète\n", [["Durand", "3, rue X, Uzès"], ["Petit", "4, rue Y, Sète"]]),
        ("Nom;Prix\nDurand;12,50\nPetit;8,00\n", [["Durand", "12,50"], ["Petit", "8,00"]]),
        ("Nom;Note\n=1+1;+33 6\n@x;-3\n", [["=1+1", "+33 6"], ["@x", "-3"]]),
        ("Nom\nDurand\nPetit\n", [["Durand"], ["Petit"]]),
        ("Nom;a|b;c\nDurand;x|y|z;t\n", [["Durand", "x|y|z", "t"]]),
    ],
)  # fmt: skip
def test_a_csv_is_read_as_its_author_meant(opened: Opener, text: str, read: list[list[str]]) -> None:
    assert cells(opened(text.encode(), "liste.csv")) == read


def test_lines_are_numbered_as_a_spreadsheet_shows_them(opened: Opener) -> None:
    table = opened(b'sep=;\nNom;Note\n"a\nb";c\n\nd;e\n')
    assert [row.number for row in table.rows()] == [2, 4]


def test_a_line_with_too_many_cells_is_reported_but_read(opened: Opener) -> None:
    lines = "".join(f"n{i};x\n" for i in range(60))
    *_others, last = opened(f"Nom;Note\n{lines}Durand;12;rue;X\n".encode()).rows()
    assert last.cells == ["Durand", "12"]
    assert "décalée" in last.problem


def test_a_quote_never_closed_spoils_one_line_only(opened: Opener) -> None:
    lines = "".join(f"n{i};x\n" for i in range(100))
    rows = list(opened(f'Nom;Note\nDurand;"12 rue X\n{lines}'.encode()).rows())
    assert rows[0].cells == ["Durand", "12 rue X"]
    assert "guillemet" in rows[0].problem
    assert [row.cells for row in rows[1:]] == [[f"n{i}", "x"] for i in range(100)]


def test_encoding_and_separator_can_be_given(opened: Opener) -> None:
    table = opened("Nom,x;Note\nÃ©,y;z\n".encode("cp1252"), "liste.csv", encoding="cp1252", separator=",")
    assert cells(table) == [["Ã©", "y;z"]]


LETTERS = st.text(st.sampled_from('abcdefgzABZ éèàçœŒ’€"«;,|\t\n0123456789-=+@'), max_size=12)


@given(
    rows=st.lists(st.lists(LETTERS, min_size=3, max_size=3), min_size=1, max_size=20),
    encoding=st.sampled_from(["utf-8", "utf-8-sig", "utf-16", "cp1252"]),
    separator=st.sampled_from([";", ",", "\t", "|"]),
    quoting=st.sampled_from([csv.QUOTE_ALL, csv.QUOTE_MINIMAL]),
)
def test_any_table_of_texts_comes_back_from_any_csv(
    tmp_path_factory: pytest.TempPathFactory, rows: list[list[str]], encoding: str, separator: str, quoting: Any
) -> None:
    buffer = io.StringIO()
    csv.writer(buffer, delimiter=separator, quoting=quoting).writerows([["Nom", "Prénom", "Œuvre"], *rows])
    path = tmp_path_factory.getbasetemp() / "round.csv"
    path.write_bytes(buffer.getvalue().encode(encoding))
    guessed = quoting == csv.QUOTE_ALL
    table = open_table(path, filename="x.csv", separator="" if guessed else separator)
    if guessed and table.separator != separator:
        # Cells full of another separator may look better cut by it: then nothing but the titles tells.
        assert any(other in cell for row in rows for cell in row for other in ";,|\t")
        return
    expected = [[kept(cell) for cell in row] for row in rows]
    assert cells(table.with_header(1)) == [row for row in expected if any(row)]


def kept(cell: Any) -> Any:
    """What a reader keeps of a text: a tab is a space, and what stands around does not count."""
    return (cell.replace("\t", " ").strip() or None) if isinstance(cell, str) else cell


CELLS = st.none() | LETTERS | st.integers(-(10**14), 10**14) | st.booleans()


@given(rows=st.lists(st.lists(CELLS, min_size=4, max_size=4)))
def test_any_table_comes_back_from_a_workbook(tmp_path_factory: pytest.TempPathFactory, rows: list[list[Any]]) -> None:
    path = tmp_path_factory.getbasetemp() / "round.xlsx"
    # OpenDocument writes spaces in a row and line breaks as elements, which the builder does not.
    plain = [[" ".join(cell.split()) if isinstance(cell, str) else cell for cell in row] for row in rows]
    for written, make in ((rows, xlsx), (plain, ods)):
        path.write_bytes(make([["Un", "Deux", "Trois", "Quatre"], *written]))
        expected = [[kept(cell) for cell in row] for row in written]
        table = open_table(path, filename="x").with_header(1)
        assert cells(table) == [row for row in expected if any(cell is not None for cell in row)]


# ------------------------------------------------------------------------------------------------------------ refusals

PDF = b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n1 0 obj\n"
OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\x00" * 600


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "est vide"),
        (b"\n\n;;;\n", "aucune ligne remplie"),
        (xlsx([]), "aucune ligne remplie"),
        (ods([]), "aucune ligne remplie"),
        (PDF, "est un PDF"),
        (b"\x89PNG\r\n\x1a\n\x00\x00", "pas une liste"),
        (b"\xff\xd8\xff\xe0\x00\x10JFIF", "pas une liste"),
        (bytes(range(256)) * 40, "pas une liste"),
        (b"<html><body><table><tr><td>Nom</td></tr></table>", "page web"),
        (codecs.BOM_UTF16_LE + "<html>".encode("utf-16-le"), "page web"),
        (b'\xef\xbb\xbf  <?xml version="1.0"?><Workbook/>', "page web"),
        (OLE, "Enregistrer sous"),
        (OLE + "EncryptedPackage".encode("utf-16-le"), "mot de passe"),
        (ods([TITLES], extra={"META-INF/manifest.xml": "<m><encryption-data/></m>"}), "mot de passe"),
        (zipped({"xl/workbook.bin": b"x"}), "Enregistrer sous"),
        (zipped({"photo.jpg": b"x"}), "dossier compressé"),
        (zipped({"word/document.xml": "<d/>", "_rels/.rels": "<r/>"}), "un document"),
        (xlsx([TITLES, DURAND])[:-40], "abîmé"),
        (xlsx([TITLES, DURAND])[:900], "abîmé"),
        (b"PK\x03\x04" + b"\x00" * 200, "abîmé"),
        (b"x" * 3_000_000, "pas une liste"),
    ],
)
def test_what_is_no_list_is_refused_with_what_to_do(opened: Opener, content: bytes, words: str) -> None:
    assert words in refusal(opened, content, "repérés.csv")


def test_a_workbook_is_known_by_its_content_whatever_its_name(opened: Opener) -> None:
    assert cells(opened(xlsx([TITLES, DURAND]), "liste.csv")) == [DURAND]
    assert cells(opened(b"Nom;Tel\nDurand;06 12\n", "liste.xlsx")) == [["Durand", "06 12"]]


def test_limits_of_bytes_rows_and_columns_are_said(opened: Opener) -> None:
    small = Limits(max_bytes=50_000, max_rows=3, max_columns=4)
    assert "pèse plus de" in refusal(opened, b"a;b\n" * 20_000, limits=small)
    long, wide = [["a", "b"]] * 4, [["a"] * 5]
    narrow_but_empty = [["Nom", "Note", None, None, None, None], ["x", "y", None, None, None, " "]]
    for make in (xlsx, ods, lambda rows: "\n".join(";".join(c or "" for c in row) for row in rows).encode()):
        assert "plus de 3 lignes" in refusal(opened, make(long), limits=small)
        assert "plus de 4 colonnes" in refusal(opened, make(wide), limits=small)
        assert cells(opened(make(narrow_but_empty), limits=small)) == [["x", "y"]]


def sheet_xml(body: str) -> bytes:
    parts = xlsx_parts({"F": []})
    sheet = str(parts["xl/worksheets/sheet1.xml"]).replace("<sheetData></sheetData>", f"<sheetData>{body}</sheetData>")
    return zipped({**parts, "xl/worksheets/sheet1.xml": sheet})


def test_a_zip_bomb_is_refused_before_it_grows(opened: Opener) -> None:
    assert "trop gros" in refusal(opened, sheet_xml("<row><c><v>1</v></c></row>" + " " * 60_000_000))
    assert "trop gros" in refusal(opened, xlsx([TITLES] * 500), limits=Limits(max_unpacked=20_000))


def test_a_directory_of_many_members_is_refused_before_it_is_read(opened: Opener) -> None:
    many = {f"{i:06}/{'x' * 200}": b"" for i in range(5_000)}
    assert "trop gros" in refusal(opened, zipped({**xlsx_parts({"F": [TITLES]}), **many}))


@pytest.mark.parametrize(
    "sheet",
    [
        '<!DOCTYPE w [<!ENTITY a "aa"><!ENTITY b "&a;&a;">]><worksheet/>',
        "<worksheet>" + "<c>" * 5_000,
        "<worksheet><row r='1'><c r='ZZZZ1'><v>1</v></c></row></worksheet>",
        "<worksheet><row r='99999999'><c><v>1</v></c></row></worksheet>",
        "<worksheet><row><c t='s'><v>12</v></c></row></worksheet>",
        "<worksheet><row><c t='s'><v>-1</v></c></row></worksheet>",
        "<worksheet><row><c><v>1</v></row></worksheet>",
        '<worksheet a="' + "x" * 6_000_000,
        "",
    ],
)
def test_a_forged_sheet_is_refused(opened: Opener, sheet: str) -> None:
    content = zipped({**xlsx_parts({"F": []}), "xl/worksheets/sheet1.xml": sheet})
    assert "abîmé" in refusal(opened, content)


def test_entities_in_an_ods_are_refused(opened: Opener) -> None:
    assert "abîmé" in refusal(opened, ods(content='<!DOCTYPE a [<!ENTITY a "b">]><a>&a;</a>'))


def test_a_far_away_filled_cell_costs_nothing_and_is_refused(opened: Opener) -> None:
    far = '<row r="1"><c r="A1"><v>1</v></c></row><row r="1048576"><c r="XFD1048576"><v>2</v></c></row>'
    assert "plus de 200 colonnes" in refusal(opened, sheet_xml(far))
    assert cells(opened(sheet_xml(far.replace("<v>2</v>", ""))).with_header(None)) == [[1]]


def sentence_of(path: Path) -> str:
    """With what a file is refused, empty when all its rows can be read."""
    try:
        table = open_table(path, filename="x", limits=Limits(max_unpacked=5_000_000))
        assert all(len(row.cells) == len(table.titles) for row in table.rows())
    except TableError as error:
        return error.message
    return ""


SAMPLES = {
    "xlsx": xlsx([TITLES, DURAND, ["é", date(2020, 1, 1), 3.5], [Fault(), Formula("1", 2), True]]),
    "ods": ods([TITLES, DURAND, ["é", date(2020, 1, 1), 3.5], [Fault(), Formula("1", 2), True]]),
    "csv": 'sep=;\nNom;Prénom;Note\n"Durand";"a\nb";3\nPetit;"x";"y\n'.encode(),
    "utf-16": "Nom\tPrénom\nDurand\tZoé\n".encode("utf-16"),
    "stored": zipped(xlsx_parts({"F": [TITLES, DURAND, [1, 2.5, date(2020, 1, 1)]]}), method=0),
    "stored ods": zipped({"content.xml": zipfile.ZipFile(io.BytesIO(ods([TITLES, DURAND]))).read("content.xml")}, method=0),
}  # fmt: skip


@pytest.mark.parametrize("kind", SAMPLES)
def test_a_damaged_file_is_read_or_refused_but_never_breaks(tmp_path: Path, kind: str) -> None:
    draw = random.Random(f"damage {kind}")
    path = tmp_path / "damaged"
    refused = 0
    for _round in range(400):
        data = bytearray(SAMPLES[kind])
        for _change in range(draw.choice([1, 1, 2, 8])):
            at = draw.randrange(len(data))
            match draw.randrange(4):
                case 0:
                    data[at] = draw.randrange(256)
                case 1:
                    del data[at : at + draw.randrange(1, 30)]
                case 2:
                    data[at:at] = draw.choice(
                        [draw.randbytes(5), b"<", b'"', b"\x00", b"9999999999", b"</row>", b"&a;"]
                    )
                case _:
                    del data[max(at, 4) :]
            if not data:
                data = bytearray(b"x")
        path.write_bytes(bytes(data))
        sentence = sentence_of(path)
        assert not sentence or sentence.endswith(".")
        refused += bool(sentence)
    assert refused < 400
    assert refused or kind in ("csv", "utf-16")


@given(st.binary(max_size=400))
def test_any_bytes_are_read_or_refused(tmp_path_factory: pytest.TempPathFactory, data: bytes) -> None:
    path = tmp_path_factory.getbasetemp() / "any"
    for content in (data, b"PK\x03\x04" + data):
        path.write_bytes(content)
        sentence = sentence_of(path)
        assert not sentence or sentence.endswith(".")


# --------------------------------------------------------------------------------------------------------------- cells


def test_columns_have_letters() -> None:
    assert [column_name(rank) for rank in (0, 25, 26, 701, 702)] == ["A", "Z", "AA", "ZZ", "AAA"]


def test_a_cell_is_read_as_text() -> None:
    read = [as_text(cell) for cell in (None, "x", 75012, 75012.0, 12.5, True, False, date(2022, 3, 1))]
    assert read == ["", "x", "75012", "75012", "12,5", "oui", "non", "01/03/2022"]
    assert [as_postal_code(cell) for cell in (1000, "01000", "75 012", 75012.0, "Uzès")] == ["01000", "01000", "75 012", "75012", "Uzès"]  # fmt: skip


def test_a_telephone_gets_its_zero_back() -> None:
    assert as_phone_text(612345678) == as_phone_text(612345678.0) == "0612345678"
    assert as_phone_text("6 12 34 56 78") == "06 12 34 56 78"
    assert as_phone_text(33612345678) == "+33612345678"
    assert as_phone_text("06.12.34.56.78") == "06.12.34.56.78"
    assert as_phone_text("aucun") == "aucun"
    for cell in (612345678, "0612345678", "+33 6 12 34 56 78", 33612345678, "6.12.34.56.78"):
        assert as_phone(cell) == "+33612345678"
    assert as_phone(None) == as_phone(" ") == ""
    for wrong in ("06 12", 12, True, "aucun"):
        with pytest.raises(ValueError, match="Écrivez-le ainsi"):
            as_phone(wrong)


ON = date(2026, 3, 12)


@pytest.mark.parametrize(
    ("cell", "day"),
    [
        (None, None),
        ("  ", None),
        (date(1980, 3, 12), date(1980, 3, 12)),
        ("12/03/1980", date(1980, 3, 12)),
        ("12 mars 1980", date(1980, 3, 12)),
        ("12/03/1980 00:00:00", date(1980, 3, 12)),
        ("1980-03-12T00:00:00Z", date(1980, 3, 12)),
        ("12/03/80", date(1980, 3, 12)),
        ("12/03/26", date(2026, 3, 12)),
        ("13/03/26", date(1926, 3, 13)),
        ("29.02.24", date(2024, 2, 29)),
        (29292, date(1980, 3, 12)),
        (29292.5, date(1980, 3, 12)),
        (12031980, date(1980, 3, 12)),
        (1031980, date(1980, 3, 1)),
    ],
)
def test_a_day_is_read_however_it_is_written(cell: Any, day: date | None) -> None:
    assert as_date(cell, on=ON) == day


@pytest.mark.parametrize("cell", ["31/02/1980", "31/02/80", "bientôt", 1980, 0, -4, True, 10**12, "29/02/26", 31021980])
def test_what_is_no_day_is_said(cell: Any) -> None:
    with pytest.raises(ValueError, match=r"Écrivez la date|n’existe pas|Vérifiez"):
        as_date(cell, on=ON)


def test_an_endless_cell_takes_no_time(opened: Opener) -> None:
    for endless in ("1" * 30_000 + "x", "T" * 30_000, "1 " * 15_000 + "é"):
        with pytest.raises(ValueError, match="Écrivez la date"):
            as_date(endless, on=ON)
        with pytest.raises(ValueError, match="Écrivez-le ainsi"):
            as_phone(endless)
        begun = time.process_time()
        assert cells(opened(xlsx([["Nom", endless], ["Durand", "x"]]))) == [["Durand", "x"]]
        assert time.process_time() - begun < 2


def test_a_year_of_two_digits_needs_a_day_to_be_read_from() -> None:
    with pytest.raises(ValueError, match="quatre chiffres"):
        as_date("12/03/80")


@given(st.dates(date(1904, 1, 1), date(2199, 12, 31)))
def test_serial_numbers_and_days_agree(day: date) -> None:
    # Numbers of days that are also years of our time are taken for a year, and refused.
    number = (day - date(1899, 12, 30)).days
    if not 1900 <= number <= 2100:
        assert as_date(number) == day
    from_1904 = (day - date(1904, 1, 1)).days
    if not 1900 <= from_1904 <= 2100:
        assert as_date(from_1904, since_1904=True) == day
    assert datetime(1899, 12, 30).toordinal() + number == day.toordinal()
