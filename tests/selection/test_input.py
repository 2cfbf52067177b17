"""An input that exists is sound; everything else is refused with a sentence that says why."""

import copy
import json

import pytest

from applications.selection import Applicant, Group, Input, InputError, Source, from_canonical, to_canonical
from tests.selection.build import make, vector

SOUND = {
    "round": "høst 2027",
    "places": 1,
    "regions": [{"code": "NN", "name": "Nord-Norge", "min": 0, "max": 1}],
    "sizes": [{"code": "S", "name": "små", "min": 0, "max": 1}],
    "applicants": [
        {"id": "5628", "name": "Båtsfjord", "region": "NN", "size": "S"},
        {"id": "1853", "name": "Evenes", "region": "NN", "size": "S"},
    ],
    "sources": [{"id": "drand-quicknet/657413", "description": "drand quicknet, runde 657413"}],
    "frozen_at": "2027-03-18T20:00:00+01:00",
}


def test_a_sound_input_is_read_and_its_applicants_sorted():
    assert Input.from_json(SOUND) == Input(
        round="høst 2027",
        places=1,
        regions=(Group("NN", "Nord-Norge", 0, 1),),
        sizes=(Group("S", "små", 0, 1),),
        applicants=(Applicant("1853", "Evenes", "NN", "S"), Applicant("5628", "Båtsfjord", "NN", "S")),
        sources=(Source("drand-quicknet/657413", "drand quicknet, runde 657413"),),
        frozen_at="2027-03-18T20:00:00+01:00",
    )


def changed(path: list[str | int], value: object) -> dict[str, object]:
    document = copy.deepcopy(SOUND)
    inner = document
    for step in path[:-1]:
        inner = inner[step]
    if value is ...:
        del inner[path[-1]]
    else:
        inner[path[-1]] = value
    return document


@pytest.mark.parametrize(
    ("path", "value", "sentence"),
    [
        (["places"], ..., "Feltet «places» mangler i filen."),
        (["places"], 0, "Antallet plasser må være minst 1."),
        (["places"], "9", "«places» i filen skal være et helt tall."),
        (["places"], True, "«places» i filen skal være et helt tall."),
        (["places"], 1.5, "«places» i filen skal være et helt tall."),
        (["round"], "", "«round» i runden er tom."),
        (["round"], 7, "«round» i filen skal være tekst."),
        (["round"], "a\tb", "«round» i runden inneholder et kontrolltegn."),
        (["regions"], {}, "«regions» i filen skal være en liste."),
        (["regions"], [], "«regions» må ha minst én gruppe."),
        (["regions"], ["NN"], "«verdien» i regions skal være et objekt."),
        (["regions", 0, "min"], 2, "Nord-Norge har et minstetall (2) over største tall (1)."),
        (["regions", 0, "min"], -1, "«min» i Nord-Norge kan ikke være negativt."),
        (["regions", 0, "colour"], "red", "Feltet «colour» i regions er ukjent."),
        (["sizes"], SOUND["sizes"] * 2, "«S» forekommer to ganger i sizes."),
        (["applicants", 1, "id"], "5628", "«5628» forekommer to ganger i applicants."),
        (["applicants", 0, "region"], "XX", "Søknaden 5628 viser til «XX», som ikke står i regions."),
        (["applicants", 0, "size"], "XX", "Søknaden 5628 viser til «XX», som ikke står i sizes."),
        (["applicants", 0, "name"], ..., "Feltet «name» mangler i applicants."),
        (["sources", 0, "id"], "next round", "«id» i kilden next round kan ikke inneholde mellomrom."),
        (["sources"], SOUND["sources"] * 2, "«drand-quicknet/657413» forekommer to ganger i sources."),
        (["frozen_at"], "2027-03-18T20:00:00", "«frozen_at» skal være et tidspunkt med tidssone"),
        (["frozen_at"], "in the evening", "«frozen_at» skal være et tidspunkt med tidssone"),
        (["frozen_at"], "2027-99-99T99:99:99+99:99", "«frozen_at» skal være et tidspunkt med tidssone"),
        (["frozen_at"], "2027-02-29T20:00:00+01:00", "«frozen_at» skal være et tidspunkt med tidssone"),
        (["frozen_at"], "2027-03-00T20:00:00+01:00", "«frozen_at» skal være et tidspunkt med tidssone"),
        (["frozen_at"], "2027-03-18T24:00:00+01:00", "«frozen_at» skal være et tidspunkt med tidssone"),
        (["frozen_at"], "2027-03-18T20:00:00+24:00", "«frozen_at» skal være et tidspunkt med tidssone"),
        (["trials"], -1, "«trials» i runden kan ikke være negativt."),
        (["comment"], "hello", "Feltet «comment» i filen er ukjent."),
    ],
)
def test_what_is_refused(path, value, sentence):
    with pytest.raises(InputError) as refusal:
        Input.from_json(changed(path, value))
    assert str(refusal.value).startswith(sentence)


@pytest.mark.parametrize(
    ("path", "value"),
    [
        (["criteria"], [{"code": "A", "name": "A", "min": 1, "max": 2}]),
        (["sectors"], {"code": "A"}),
        (["applicants", 0, "sector"], "A"),
    ],
)
def test_a_third_criterion_is_refused_with_the_reason(path, value):
    with pytest.raises(InputError) as refusal:
        Input.from_json(changed(path, value))
    assert refusal.value.kind == "third_criterion"
    assert refusal.value.parameters["field"] == path[-1]
    assert "kan ikke alltid holdes av hvert eneste lodd" in refusal.value.sentence()


@pytest.mark.parametrize("document", [None, [], "text", 3])
def test_something_else_than_an_object_is_refused(document):
    with pytest.raises(InputError, match="skal være et objekt"):
        Input.from_json(document)


def test_text_is_brought_to_its_normal_form():
    assert (
        Input.from_json(changed(["applicants", 0, "name"], "Ba\u030atsfjord")).applicants[1].name
        == "Båtsfjord"
    )
    with pytest.raises(InputError, match="er ikke i normalformen NFC"):
        make([[2]], 1, round="ho\u0301st")


def test_a_basis_is_an_input_too_unless_cells_are_locked():
    basis = json.loads(vector("basis.json"))
    fields = ("round", "places", "regions", "sizes", "applicants", "sources", "frozen_at")
    assert Input.from_json(basis) == Input.from_json({field: basis[field] for field in fields})
    with pytest.raises(InputError, match="har låste grupper"):
        Input.from_json(basis | {"locked": [{"region": "SL", "size": "L", "places": 1}]})


@pytest.mark.parametrize(
    "moment", ["2028-02-29T23:59Z", "2027-12-31T00:00:00.5-09:30", "0000-01-01T00:00+00:00"]
)
def test_a_moment_is_kept_as_it_is_written(moment):
    assert Input.from_json(changed(["frozen_at"], moment)).frozen_at == moment


def test_before_the_freeze_neither_sources_nor_moment_are_needed():
    given = Input.from_json({key: SOUND[key] for key in SOUND if key not in ("sources", "frozen_at")})
    assert (given.sources, given.frozen_at) == ((), "")


# --- The canonical form ---------------------------------------------------------------------------


def test_the_canonical_form():
    document = {"b": ['æ\\"', 0, -7, {"z": "", "a": []}], "a": "\u2028"}
    content = '{"a":"\u2028","b":["æ\\\\\\"",0,-7,{"a":[],"z":""}]}'.encode()
    assert to_canonical(document) == content
    assert from_canonical(content, "fil") == document


@pytest.mark.parametrize(
    "content",
    [
        b'{"a": 1}',
        b'{"b":1,"a":1}',
        b'{"a":1}\n',
        b'\xef\xbb\xbf{"a":1}',
        b'{"a":1,"a":1}',
        b'{"a":1.0}',
        b'{"a":1e2}',
        b'{"a":-0}',
        b'{"a":true}',
        b'{"a":null}',
        b'{"a":NaN}',
        b'{"a":"\\u00e6"}',
        b'{"a":"\\n"}',
        b'{"a":"\\ud800"}',
        b'{"a":"\xff"}',
        '{"a":"a\u030a"}'.encode(),
        b'{"a":"\x7f"}',
        '{"æ":1}'.encode(),
        b'{"a":9007199254740992}',
        b"[1]",
        b"",
        b"[" * 100_000,
    ],
)
def test_what_is_not_canonical(content):
    with pytest.raises(InputError):
        from_canonical(content, "fil")
