// Suggestions for the municipality field. The server checks what is sent; this only saves typing.
(() => {
  "use strict";
  const PAUSE = 150; // milliseconds between two key strokes of one word
  const AFTER_COMPONENT = 50; // milliseconds: it tidies up in a time-out of its own

  // Runs once for each field's script element, and so must find each field once.
  for (const field of document.querySelectorAll("ds-suggestion[data-url]:not([data-ready])")) {
    field.dataset.ready = "yes";
    loadComponents(field.dataset.components);
    suggest(field, field.querySelector("input"));
  }

  function loadComponents(source) {
    if (document.querySelector(`script[src="${source}"]`)) return;
    const script = document.createElement("script");
    script.src = source;
    document.head.append(script);
  }

  function suggest(field, input) {
    const list = document.createElement("u-datalist");
    list.dataset.nofilter = ""; // the server knows Sami and Kven names that the labels do not show
    field.append(list);
    keepText(field, input);
    input.addEventListener("blur", () => setTimeout(leave, AFTER_COMPONENT, input));
    let timer;
    let request;
    input.addEventListener("input", () => {
      keepText(field, input);
      clearTimeout(timer);
      timer = setTimeout(async () => {
        request?.abort();
        request = new AbortController();
        try {
          list.replaceChildren(...(await options(field, input.value.trim(), request.signal)));
        } catch (error) {
          if (error.name === "AbortError") return;
          list.replaceChildren(); // off line: the field is a plain text field again
        }
      }, PAUSE);
    });
  }

  async function options(field, text, signal) {
    if (!text) return [];
    const url = new URL(field.dataset.url, location.href);
    url.searchParams.set("q", text);
    const response = await fetch(url, { signal });
    if (!response.ok) return [];
    const { suggestions } = await response.json();
    return suggestions.map(({ value, county }) => {
      const option = document.createElement("u-option");
      option.value = value;
      option.label = value;
      option.textContent = value.endsWith(`(${county})`) ? value : `${value} (${county})`;
      return option;
    });
  }

  // The component leaves its role behind, which an input with a list may not have until it is in use.
  function leave(input) {
    if (input === document.activeElement) return;
    for (const name of ["role", "aria-autocomplete", "aria-controls", "aria-expanded"]) input.removeAttribute(name);
  }

  // The component empties the input of a text that is not among its options. A <data> of the same text
  // tells it that the text is chosen, so that the server can judge it.
  function keepText(field, input) {
    let chosen = field.querySelector("data");
    if (!input.value) {
      chosen?.remove();
      return;
    }
    if (!chosen) {
      chosen = document.createElement("data");
      input.before(chosen);
    }
    if (chosen.textContent !== input.value) {
      chosen.value = input.value;
      chosen.textContent = input.value;
    }
  }
})();
