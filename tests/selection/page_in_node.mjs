// A page of the smallest kind around static/verify.js: presses the button and tells what the reader sees.
// stdin: {dataset, files: {address: base64}, secure}. stdout: {hidden, running, disabled, items: [[class, …texts]]}.
import { readFileSync } from "node:fs";
import vm from "node:vm";

const { dataset, files, secure } = JSON.parse(readFileSync(0, "utf8"));

class Element {
  children = [];
  listeners = {};
  dataset = {};
  className = "";
  textContent = "";
  disabled = false;
  hidden = true;

  append(...nodes) {
    this.children.push(...nodes.filter((node) => typeof node !== "string"));
  }
  replaceChildren(...nodes) {
    this.children = nodes;
  }
  addEventListener(name, listener) {
    this.listeners[name] = listener;
  }
}

const [root, button, list] = [new Element(), new Element(), new Element()];
root.dataset = dataset;
root.querySelector = (selector) => ({ button, ol: list })[selector];
globalThis.document = {
  getElementById: (id) => (id === "draw-verifier" ? root : null),
  createElement: () => new Element(),
};
globalThis.fetch = async (address) => {
  const content = Buffer.from(files[address] ?? "", "base64");
  return { ok: address in files, status: address in files ? 200 : 404, arrayBuffer: async () => content };
};
if (!secure) Object.defineProperty(globalThis, "crypto", { value: {} });

const seen = () => list.children.map((item) => [item.className, ...item.children.map((part) => part.textContent)]);
vm.runInThisContext(readFileSync(process.argv[2], "utf8"));
const answer = { hidden: root.hidden };
if (secure) {
  const done = button.listeners.click();
  answer.running = seen();
  answer.disabled = button.disabled;
  await done;
  answer.items = seen();
  answer.enabled = !button.disabled;
}
console.log(JSON.stringify(answer));
