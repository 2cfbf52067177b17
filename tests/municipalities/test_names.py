import pytest

from innoskole.municipalities.names import (
    Names,
    Vocabulary,
    casefold,
    fold,
    sami_language,
    search_text,
    sort_key,
    without_county,
)

VOCABULARY = Vocabulary(["Gáivuotna", "Porsáŋgu", "Aarborte"], ["Kaivuono", "Porsanki", ""])


@pytest.mark.parametrize(
    ("written", "folded"),
    [
        ("Kárášjohka", "karasjohka"),
        ("Ålesund", "alesund"),
        ("Ørland", "orland"),
        ("Bærum", "baerum"),
        ("Porsáŋgu", "porsangu"),
        ("Stïentje", "stientje"),
        ("Yykeä", "yykeae"),
        ("Nåavmesjenjaelmie", "naavmesjenjaelmie"),
        ("  Nordre   LAND ", "nordre land"),
    ],
)
def test_fold(written, folded):
    assert fold(written) == folded


def test_casefold_composes():
    assert casefold("A\u030alesund") == "ålesund"


def test_order_is_the_norwegian_alphabet():
    expected = [
        "Alta",
        "Álttá",  # Sami letters stand with their base letter …
        "Alver",
        "Nes",
        "Nes (Akershus)",
        "Nesbyen",
        "Nesna",
        "Nord-Aurdal",
        "Nord-Odal",
        "Nordre Land",
        "Šibbolet",
        "Ski",
        "Zetavik",
        "Ærfugl",
        "Øksnes",
        "Øyer",
        "Åfjord",
        "Åsnes",
    ]
    alphabetical = sorted(expected)
    assert alphabetical != expected
    assert sorted(alphabetical, key=sort_key) == expected


def test_sort_key_is_digits_only():
    assert sort_key("Nord-Á (Ø)") == "3334372301" + "2001" + "47"
    assert sort_key("Nord-Á (Ø)").isdigit()


def test_search_text_has_each_name_whole_and_folded():
    assert search_text(["Ås", "", "Oslo"]) == "\nas\noslo\nås\n"


@pytest.mark.parametrize(
    ("official", "names"),
    [
        ("Bjugn", Names("Bjugn", "Bjugn")),
        ("Sande (Vestfold)", Names("Sande", "Sande")),
        (
            "Gáivuotna - Kåfjord - Kaivuono",
            Names("Gáivuotna - Kåfjord - Kaivuono", "Kåfjord", "Gáivuotna", "Kaivuono"),
        ),
        # Statistics Norway writes the name without ŋ.
        (
            "Porsanger - Porsángu - Porsanki",
            Names("Porsanger - Porsáŋgu - Porsanki", "Porsanger", "Porsáŋgu", "Porsanki"),
        ),
        ("Aarborte - Ukjent", Names("Aarborte - Ukjent", "Ukjent", "Aarborte")),
        ("Nord - Sør", Names("Nord - Sør", "Nord - Sør")),
    ],
)
def test_parse_official_names(official, names):
    assert VOCABULARY.parse(official) == names


def test_without_county():
    assert without_county("Herøy (Møre og Romsdal)") == "Herøy"


@pytest.mark.parametrize(("name", "language"), [("Hábmer", "smj"), ("Tråante", "sma"), ("Unjárga", "se")])
def test_sami_language(name, language):
    assert sami_language(name) == language
