"""Kontrollerer en loddtrekning: python -I verify.py basis.json seed.txt protocol.json [kunngjort SHA-256]
Trenger bare Python 3.10. Skriver en setning for hver kontroll; avslutter med 0 når alt stemmer, ellers 1."""

import json
import sys
from fractions import Fraction
from hashlib import sha256
from pathlib import Path
from unicodedata import category, is_normalized


def must(condition: object, otherwise: str) -> None:
    if not condition:
        raise AssertionError(otherwise)


def plain(value: object) -> bool:  # NFC text without control characters, whole numbers, lists, objects
    if type(value) is str:
        return is_normalized("NFC", value) and all(category(character) != "Cc" for character in value)
    if type(value) is dict:
        return all(key.isascii() and plain(key) and plain(inner) for key, inner in value.items())
    return all(map(plain, value)) if type(value) is list else type(value) is int and abs(value) < 2**53


class Draw:
    def __init__(self, basis: bytes, seed: bytes, protocol: bytes, announced: str | None) -> None:
        self.files, self.lines, self.announced = (basis, protocol), seed.decode().split("\n"), announced
        self.basis, self.protocol = (json.loads(content.decode()) for content in self.files)
        self.sha256, self.hex = sha256(basis).hexdigest(), sha256(seed).hexdigest()
        self.regions = {"R:" + group["code"]: group for group in self.basis["regions"]}
        self.sizes = {"S:" + group["code"]: group for group in self.basis["sizes"]}
        self.cells = [(region, size) for region in self.regions for size in self.sizes]
        self.cell = {a["id"]: ("R:" + a["region"], "S:" + a["size"]) for a in self.basis["applicants"]}
        self.order = sorted((sha256(f"{self.hex}/lot/{a}".encode()).hexdigest(), a) for a in self.cell)
        self.queues = {cell: [a for _, a in self.order if self.cell[a] == cell] for cell in self.cells}
        self.count = {cell: len(queue) for cell, queue in self.queues.items() if queue}
        self.fix = {("R:" + x["region"], "S:" + x["size"]): x["places"] for x in self.basis.get("locked", [])}
        self.places, self.ballot = self.basis["places"], self.basis["ballot"]["tables"]
        self.weights = [int(table["lots"]) for table in self.ballot]
        seats = [[n for row in t["places"] if len(row) == len(self.sizes) for n in row] for t in self.ballot]
        self.tables = [dict(zip(self.cells, numbers, strict=True)) for numbers in seats]

    def digest(self) -> str:
        must(self.announced in (None, self.sha256), f"Grunnlaget er ikke det kunngjorte: {self.sha256}.")
        return f"Grunnlaget har SHA-256 {self.sha256}{', som kunngjort' if self.announced else ''}."

    def canonical(self) -> str:
        for index, (name, file) in enumerate((("basis", self.basis), ("protocol", self.protocol))):
            must(file["format"] == f"innoskole-draw-{name}/1", f"{name}.json gjelder ikke en ekte trekning.")
            form = json.dumps(file, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()
            must(plain(file) and form == self.files[index], f"{name}.json har ikke den kanoniske formen.")
        once = [len(self.cell), len(self.regions), len(self.sizes)]
        must(once == [len(self.basis[k]) for k in ("applicants", "regions", "sizes")], "Noe står to ganger.")
        must([*self.cell] == sorted(self.cell) and {*self.cell.values()} <= {*self.cells}, "Feil i søknader.")
        fields = {"drawn", "format", "lots", "reserves", "seed", "selected", "table"}
        must({*self.protocol} == fields | {*self.basis} & {"trials"}, "Protokollen har feil felter.")
        must(self.protocol.get("trials") == self.basis.get("trials"), "Prøvetrekningene er talt feil.")
        return "Grunnlaget og protokollen har den kanoniske formen."

    def quotas(self) -> str:
        lots = [str(n) for n in self.weights if n > 0], str(sum(self.weights))
        must(lots == ([t["lots"] for t in self.ballot], self.basis["ballot"]["total"]), "Feil antall lodd.")
        for i, table in enumerate(self.tables):
            must(sum(table.values()) == self.places, f"Fordeling {i} fyller ikke plassene nøyaktig.")
            must(all(0 <= table[c] <= self.count.get(c, 0) for c in table), f"Fordeling {i} mangler søkere.")
            must(all(table[c] == n in (0, self.count[c]) for c, n in self.fix.items()), "En lås er brutt.")
            for node, group in (self.regions | self.sizes).items():
                kept = group["min"] <= sum(n for cell, n in table.items() if node in cell) <= group["max"]
                must(kept, f"Fordeling {i} bryter kvoten for {group['name']}.")
        return f"Alle {len(self.tables)} fordelinger holder alle kvotene."

    def proof(self) -> str:  # a tight cut (capacity out = lower bounds in) forces the cells that enter it
        seats, before = {cell: Fraction(n) for cell, n in self.fix.items()}, Fraction(0)
        quotas = [("SINK", "SOURCE", self.places, self.places)]
        quotas += [("SOURCE", node, group["min"], group["max"]) for node, group in self.regions.items()]
        quotas += [(node, "SINK", group["min"], group["max"]) for node, group in self.sizes.items()]
        for i, step in enumerate(self.basis["proof"]):
            chance, cut = Fraction(step["chance"]), {*step["cut"]}
            rises = before <= chance <= 1 and f"{chance.numerator}/{chance.denominator}" == step["chance"]
            must(rises, f"Sjansen i trinn {i} er ikke en forkortet brøk fra den forrige til 1.")
            edges = quotas + [(*c, seats.get(c, chance * n), seats.get(c, n)) for c, n in self.count.items()]
            must(step["cut"] == sorted(cut & {n for e in edges for n in e[:2]}), f"Snitt {i} er ugyldig.")
            slack = sum(most if t in cut else -least for t, h, least, most in edges if len({t, h} & cut) == 1)
            must(slack == 0 if cut else chance == 1, f"Snittet i trinn {i} er ikke stramt.")
            tied = [c for c in self.count if c not in seats and c[0] not in cut and (c[1] in cut or not cut)]
            must(tied and step["cells"] == [[r[2:], s[2:]] for r, s in tied], f"Trinn {i} er feil.")
            seats, before = seats | {cell: chance * self.count[cell] for cell in tied}, chance
        won = {c: sum(map(int.__mul__, self.weights, [t[c] for t in self.tables])) for c in self.count}
        must(won == {c: seats.get(c, -1) * sum(self.weights) for c in won}, "Lodd og bevis gir ulik sjanse.")
        return "Ingen kan få bedre sjanse uten at noen dårligere stilte taper; loddene gir disse sjansene."

    def seed(self) -> str:
        starts = [f"source {source['id']} " for source in self.basis["sources"]]
        values = [line[len(start) :] for start, line in zip(starts, self.lines[2:-1], strict=True)]
        lines = ["innoskole-draw/1", f"basis sha256 {self.sha256}", *map(str.__add__, starts, values), ""]
        must(self.lines == lines, "Frøteksten er ikke laget av grunnlaget og de kunngjorte kildene.")
        must(all(v and v == v.strip(" ") and plain(v) for v in values), "En kilde har ingen gyldig verdi.")
        must(self.protocol["seed"] == self.hex, f"Frøet er {self.hex}, ikke det som står i protokollen.")
        return f"Frøet {self.hex} følger av grunnlaget og kildene."

    def lots(self) -> str:
        must(self.protocol["lots"] == [[a, lot] for lot, a in self.order], "Loddnumrene følger ikke frøet.")
        return f"Alle {len(self.order)} loddnumre følger av frøet."

    def selection(self) -> str:
        total, counter, value = sum(self.weights), 0, -1
        blocks = max(1, -(-(total.bit_length() + 64) // 256))
        while not 0 <= value < 2 ** (256 * blocks) // total * total:
            parts = [sha256(f"{self.hex}/table/{counter}/{b}".encode()).digest() for b in range(blocks)]
            value, counter = int.from_bytes(b"".join(parts), "big"), counter + 1
        drawn = value % total
        table = [sum(self.weights[: i + 1]) > drawn for i in range(len(self.weights))].index(True)
        written = [drawn if drawn < 2**53 else str(drawn), table]
        must([self.protocol["drawn"], self.protocol["table"]] == written, f"Frøet gir lodd {drawn}.")
        selected = sorted(a for cell, n in self.tables[table].items() for a in self.queues[cell][:n])
        must(self.protocol["selected"] == selected, "De uttrukne er ikke de laveste loddene i gruppene.")
        return f"Lodd {drawn} av {total} gir fordeling {table}; {len(selected)} har de laveste loddnumrene."

    def reserves(self) -> str:
        chosen, queues = {*self.protocol["selected"]}, self.queues.items()
        left = [[r[2:], s[2:], [a for a in q if a not in chosen]] for (r, s), q in queues if {*q} - chosen]
        must(self.protocol["reserves"] == left, "Ventelisten følger ikke av loddnumrene.")
        return "Ventelisten står i loddrekkefølge i hver gruppe."


def verify(basis: bytes, seed: bytes, protocol: bytes, announced: str | None) -> list[tuple[str, bool, str]]:
    """(name of the check, whether it holds, sentence) for every check, whatever the files contain."""
    results = []
    for name in ("digest", "canonical", "quotas", "proof", "seed", "lots", "selection", "reserves"):
        try:
            results.append((name, True, getattr(Draw(basis, seed, protocol, announced), name)()))
        except AssertionError as error:
            results.append((name, False, str(error)))
        except (ArithmeticError, AttributeError, LookupError, RecursionError, TypeError, ValueError) as e:
            at = f" (linje {e.lineno}, tegn {e.colno})" if isinstance(e, json.JSONDecodeError) else ""
            results.append((name, False, f"Filene har ikke formen de skal ha, eller er byttet om{at}."))
    return results


if __name__ == "__main__":
    if len(sys.argv) not in (4, 5):
        sys.exit(__doc__)
    try:
        files = [Path(path).read_bytes() for path in sys.argv[1:4]]
    except OSError as error:
        sys.exit(f"Kan ikke lese {error.filename}: finnes filen, og har du tilgang til den?")
    results = verify(files[0], files[1], files[2], sys.argv[4].strip().lower() if sys.argv[4:] else None)
    print("\n".join(dict.fromkeys(("OK    " if ok else "FEIL  ") + sentence for _, ok, sentence in results)))
    sys.exit(not all(ok for _, ok, _ in results))
