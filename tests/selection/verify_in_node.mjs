// Loads static/verify.js as a page would, and answers each case of the JSON on stdin with [{name, ok}].
import { readFileSync } from "node:fs";
import vm from "node:vm";

vm.runInThisContext(readFileSync(process.argv[2], "utf8"));
const cases = JSON.parse(readFileSync(0, "utf8"));
const answers = [];
for (const { basis, seed, protocol, digest } of cases) {
  const [first, second, third] = [basis, seed, protocol].map((text) => Uint8Array.from(Buffer.from(text, "base64")));
  answers.push(await globalThis.InnoskoleVerifier.verify({ basis: first, seed: second, protocol: third, digest }));
}
console.log(JSON.stringify(answers));
