// Verifies a draw in the reader's own browser: the same eight checks as verify.py, from the three published files.
// The page gives addresses and texts as data-* attributes of #draw-verifier; nothing is asked of the server but
// the files themselves. Without a page (in Node) only globalThis.InnoskoleVerifier is made.
(() => {
  "use strict";

  const CHECKS = ["digest", "canonical", "quotas", "proof", "seed", "lots", "selection", "reserves"];
  const FIELDS = ["drawn", "format", "lots", "reserves", "seed", "selected", "table"];

  function must(condition) {
    if (!condition) throw new Error("The check does not hold.");
  }

  // --- Text, numbers, hashes ----------------------------------------------------------------------

  const decode = (bytes) => new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
  const encode = (text) => new TextEncoder().encode(text);
  const key = (region, size) => JSON.stringify([region, size]);
  const total = (numbers) => numbers.reduce((sum, number) => sum + number, 0n);

  async function sha256(bytes) {
    const hash = new Uint8Array(await globalThis.crypto.subtle.digest("SHA-256", bytes));
    return Array.from(hash, (byte) => byte.toString(16).padStart(2, "0")).join("");
  }

  // Order of code points, as in the published files; JavaScript's own order is that of UTF-16.
  function byCodePoint(one, other) {
    const left = Array.from(one, (character) => character.codePointAt(0));
    const right = Array.from(other, (character) => character.codePointAt(0));
    const differs = left.findIndex((point, index) => point !== right[index]);
    if (differs < 0) return left.length - right.length;
    return differs < right.length ? left[differs] - right[differs] : 1;
  }

  const isSorted = (texts) => texts.every((text, index) => !index || byCodePoint(texts[index - 1], text) < 0);

  // Fractions are pairs of BigInt, not reduced: [numerator, denominator].
  const plus = ([a, b], [c, d]) => [a * d + c * b, b * d];
  const times = ([a, b], number) => [a * number, b];
  const compare = ([a, b], [c, d]) => (a * d < c * b ? -1 : a * d > c * b ? 1 : 0);

  function fraction(text) {
    must(/^(0|[1-9][0-9]*)\/[1-9][0-9]*$/.test(text));
    const [numerator, denominator] = text.split("/").map(BigInt);
    let [a, b] = [numerator, denominator];
    while (b) [a, b] = [b, a % b];
    must(a === 1n);
    return [numerator, denominator];
  }

  // The canonical form (a subset of RFC 8785): throws for what has none.
  function canonical(value) {
    if (typeof value === "string") {
      must(value === value.normalize("NFC") && !/\p{Cc}|\p{Cs}/u.test(value));
      return JSON.stringify(value);
    }
    if (typeof value === "number") {
      must(Number.isSafeInteger(value));
      return String(value);
    }
    if (Array.isArray(value)) return `[${value.map(canonical).join(",")}]`;
    must(value !== null && typeof value === "object");
    const names = Object.keys(value).sort();
    must(names.every((name) => /^[\x20-\x7e]*$/.test(name)));
    return `{${names.map((name) => `${canonical(name)}:${canonical(value[name])}`).join(",")}}`;
  }

  const same = (one, other) => canonical(one) === canonical(other);

  // --- The three files, taken apart ---------------------------------------------------------------

  async function read(files) {
    const draw = { announced: files.digest, basisText: decode(files.basis), protocolText: decode(files.protocol) };
    draw.lines = decode(files.seed).split("\n");
    draw.basis = JSON.parse(draw.basisText);
    draw.protocol = JSON.parse(draw.protocolText);
    draw.digest = await sha256(files.basis);
    draw.seed = await sha256(files.seed);
    draw.regions = draw.basis.regions.map((group) => group.code);
    draw.sizes = draw.basis.sizes.map((group) => group.code);
    draw.cells = draw.regions.flatMap((region) =>
      draw.sizes.map((size) => ({ region, size, key: key(region, size) })),
    );
    draw.applicants = await Promise.all(
      draw.basis.applicants.map(async ({ id, region, size }) => ({
        id,
        cell: key(region, size),
        lot: await sha256(encode(`${draw.seed}/lot/${id}`)),
      })),
    );
    draw.order = [...draw.applicants].sort((one, other) =>
      one.lot === other.lot ? byCodePoint(one.id, other.id) : one.lot < other.lot ? -1 : 1,
    );
    draw.queues = new Map(
      draw.cells.map(({ key }) => [key, draw.order.filter((each) => each.cell === key).map((each) => each.id)]),
    );
    draw.filled = draw.cells.filter((cell) => draw.queues.get(cell.key).length);
    draw.locked = new Map((draw.basis.locked ?? []).map((each) => [key(each.region, each.size), each.places]));
    draw.weights = draw.basis.ballot.tables.map((table) => BigInt(table.lots));
    draw.tables = draw.basis.ballot.tables.map(({ places }) => {
      must(places.length === draw.regions.length && places.every((row) => row.length === draw.sizes.length));
      const seats = places.flat();
      return new Map(draw.cells.map((cell, index) => [cell.key, seats[index]]));
    });
    return draw;
  }

  // --- The checks: each returns when it holds and throws when it does not ---------------------------

  const checks = {
    digest(draw) {
      must(draw.digest === draw.announced);
    },

    canonical(draw) {
      must(draw.basis.format === "innoskole-draw-basis/1" && draw.protocol.format === "innoskole-draw-protocol/1");
      must(canonical(draw.basis) === draw.basisText && canonical(draw.protocol) === draw.protocolText);
      const ids = draw.applicants.map((each) => each.id);
      must(isSorted(ids) && draw.applicants.every((each) => draw.queues.has(each.cell)));
      must(new Set(draw.regions).size === draw.regions.length && new Set(draw.sizes).size === draw.sizes.length);
      const fields = "trials" in draw.basis ? [...FIELDS, "trials"].sort() : FIELDS;
      must(same(Object.keys(draw.protocol).sort(), fields) && draw.protocol.trials === draw.basis.trials);
    },

    quotas(draw) {
      const { tables, total: written } = draw.basis.ballot;
      must(draw.weights.every((lots, index) => lots > 0n && String(lots) === tables[index].lots));
      must(String(total(draw.weights)) === written && tables.length > 0);
      for (const table of draw.tables) {
        const seats = (within) => draw.cells.filter(within).reduce((sum, { key }) => sum + table.get(key), 0);
        must([...table].every(([key, number]) => number >= 0 && number <= draw.queues.get(key).length));
        must(seats(() => true) === draw.basis.places);
        for (const group of draw.basis.regions) {
          const got = seats((cell) => cell.region === group.code);
          must(group.min <= got && got <= group.max);
        }
        for (const group of draw.basis.sizes) {
          const got = seats((cell) => cell.size === group.code);
          must(group.min <= got && got <= group.max);
        }
        for (const [key, places] of draw.locked) {
          const count = draw.queues.get(key).length;
          must(count && table.get(key) === places && (places === 0 || places === count));
        }
      }
    },

    // A tight cut (lower bounds in = capacity out) forces the cells that enter it to the chance of its step.
    proof(draw) {
      const whole = (number) => [BigInt(number), 1n];
      const seats = new Map([...draw.locked].map(([key, places]) => [key, whole(places)]));
      const count = (cell) => BigInt(draw.queues.get(cell.key).length);
      const nodes = new Set([
        "SOURCE",
        "SINK",
        ...draw.regions.map((code) => `R:${code}`),
        ...draw.sizes.map((code) => `S:${code}`),
      ]);
      let before = whole(0);
      for (const step of draw.basis.proof) {
        const chance = fraction(step.chance);
        must(compare(before, chance) <= 0 && compare(chance, whole(1)) <= 0);
        must(isSorted(step.cut) && step.cut.every((node) => nodes.has(node)));
        const cut = new Set(step.cut);
        let [leaving, entering] = [whole(0), whole(0)];
        const edge = (tail, head, least, most) => {
          if (cut.has(tail) && !cut.has(head)) leaving = plus(leaving, most);
          if (cut.has(head) && !cut.has(tail)) entering = plus(entering, least);
        };
        edge("SINK", "SOURCE", whole(draw.basis.places), whole(draw.basis.places));
        for (const group of draw.basis.regions) edge("SOURCE", `R:${group.code}`, whole(group.min), whole(group.max));
        for (const group of draw.basis.sizes) edge(`S:${group.code}`, "SINK", whole(group.min), whole(group.max));
        for (const cell of draw.filled) {
          const fixed = seats.get(cell.key);
          const least = fixed ?? times(chance, count(cell));
          edge(`R:${cell.region}`, `S:${cell.size}`, least, fixed ?? [count(cell), 1n]);
        }
        must(compare(...(cut.size ? [leaving, entering] : [chance, whole(1)])) === 0);
        const forced = draw.filled.filter(
          ({ region, size, key }) =>
            !seats.has(key) && (!cut.size || (!cut.has(`R:${region}`) && cut.has(`S:${size}`))),
        );
        must(forced.length && same(step.cells, forced.map(({ region, size }) => [region, size])));
        for (const cell of forced) seats.set(cell.key, times(chance, count(cell)));
        before = chance;
      }
      for (const cell of draw.filled) {
        const lots = total(draw.tables.map((table, index) => draw.weights[index] * BigInt(table.get(cell.key))));
        must(compare([lots, total(draw.weights)], seats.get(cell.key)) === 0);
      }
    },

    seed(draw) {
      const { sources } = draw.basis;
      must(draw.lines.length === sources.length + 3 && draw.lines.at(-1) === "");
      must(draw.lines[0] === "innoskole-draw/1" && draw.lines[1] === `basis sha256 ${draw.digest}`);
      for (const [index, source] of sources.entries()) {
        const start = `source ${source.id} `;
        const line = draw.lines[index + 2];
        must(line.startsWith(start) && /^[^ ](.*[^ ])?$/su.test(line.slice(start.length)));
        canonical(line);
      }
      must(draw.protocol.seed === draw.seed);
    },

    lots(draw) {
      must(same(draw.protocol.lots, draw.order.map((each) => [each.id, each.lot])));
    },

    async selection(draw) {
      const sum = total(draw.weights);
      must(sum > 0n);
      const blocks = Math.max(1, Math.ceil((sum.toString(2).length + 64) / 256));
      const limit = (2n ** BigInt(256 * blocks) / sum) * sum;
      let value = limit;
      for (let counter = 0; value >= limit; counter += 1) {
        const parts = Array.from({ length: blocks }, (_, block) => encode(`${draw.seed}/table/${counter}/${block}`));
        value = BigInt(`0x${(await Promise.all(parts.map(sha256))).join("")}`);
      }
      const drawn = value % sum;
      const index = draw.weights.findIndex((_, last) => total(draw.weights.slice(0, last + 1)) > drawn);
      const written = drawn <= BigInt(Number.MAX_SAFE_INTEGER) ? Number(drawn) : String(drawn);
      must(draw.protocol.drawn === written && draw.protocol.table === index);
      const selected = draw.cells.flatMap(({ key }) => draw.queues.get(key).slice(0, draw.tables[index].get(key)));
      must(same(draw.protocol.selected, selected.sort(byCodePoint)));
    },

    reserves(draw) {
      const selected = new Set(draw.protocol.selected);
      const left = draw.cells.map(({ region, size, key }) => [
        region,
        size,
        draw.queues.get(key).filter((id) => !selected.has(id)),
      ]);
      must(same(draw.protocol.reserves, left.filter((row) => row[2].length)));
    },
  };

  // files: basis, seed and protocol as Uint8Array, digest as published. Gives [{name, ok}] in the order of CHECKS;
  // a file that cannot be read fails every check.
  async function verify(files) {
    const results = [];
    for (const name of CHECKS) {
      try {
        await checks[name](await read(files));
        results.push({ name, ok: true });
      } catch {
        results.push({ name, ok: false });
      }
    }
    return results;
  }

  globalThis.InnoskoleVerifier = { CHECKS, verify };

  // --- The page -----------------------------------------------------------------------------------

  const root = globalThis.document?.getElementById("draw-verifier");
  if (!root) return;
  // WebCrypto exists only on https and on the reader's own machine; elsewhere the download remains.
  root.hidden = !globalThis.crypto?.subtle;
  const button = root.querySelector("button");
  const list = root.querySelector("ol");

  function line(className, label, result) {
    const item = document.createElement("li");
    item.className = className;
    for (const [part, text] of [["verify-label", label], ["verify-result", result]]) {
      if (!text) continue;
      const span = document.createElement("span");
      span.className = part;
      span.textContent = text;
      item.append(span, " ");
    }
    return item;
  }

  async function load(address) {
    const response = await fetch(address, { credentials: "same-origin" });
    if (!response.ok) throw new Error(`${address}: ${response.status}`);
    return new Uint8Array(await response.arrayBuffer());
  }

  button.addEventListener("click", async () => {
    const { basisUrl, seedUrl, protocolUrl, digest, textOk, textFail, textRunning } = root.dataset;
    button.disabled = true;
    list.replaceChildren(line("verify-running", textRunning, ""));
    try {
      const [basis, seed, protocol] = await Promise.all([basisUrl, seedUrl, protocolUrl].map(load));
      const results = await verify({ basis, seed, protocol, digest });
      list.replaceChildren(
        ...results.map(({ name, ok }) => {
          const label = root.dataset[`label${name[0].toUpperCase()}${name.slice(1)}`];
          return line(ok ? "verify-ok" : "verify-fail", label, ok ? textOk : textFail);
        }),
      );
    } catch {
      list.replaceChildren(line("verify-fail", "", textFail));
    } finally {
      button.disabled = false;
    }
  });
})();
