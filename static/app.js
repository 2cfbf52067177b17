// Small comforts; every page works without them.
(() => {
  "use strict";

  // The server checks every form and explains all faults at once, in the reader's language.
  for (const form of document.querySelectorAll("form")) {
    form.noValidate = true;
  }

  document.querySelector("[data-focus]")?.focus();

  // A double click sends once. The button stays enabled, so that nobody is stuck after going back.
  document.addEventListener("submit", (event) => {
    const form = event.target;
    if (event.defaultPrevented || form.method !== "post") return;
    if (form.dataset.sent) {
      event.preventDefault();
    } else {
      form.dataset.sent = "yes";
      setTimeout(() => delete form.dataset.sent, 5000); // a form that downloads a file stays on the page
    }
  });
  window.addEventListener("pageshow", () => {
    for (const form of document.querySelectorAll("form[data-sent]")) delete form.dataset.sent;
  });

  for (const button of document.querySelectorAll("[data-print]")) {
    button.hidden = false;
    button.addEventListener("click", () => window.print());
  }
})();
