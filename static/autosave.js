// Saves a draft while it is written: two seconds after the last change, and when the writer looks away.
// The form says where with data-autosave-url; texts come from the element with data-autosave-status.
// Plain fetch, because a retry must send what stands in the form then, not what stood there first.
(() => {
  "use strict";

  const WAIT = 2000;
  const LONGEST_WAIT = 60000;

  // On a Norwegian clock, as the server writes it: 14.03, in English 14:03.
  function clock(moment) {
    const time = new Intl.DateTimeFormat("en-GB", { timeStyle: "short", timeZone: "Europe/Oslo" });
    const written = time.format(new Date(moment));
    return document.documentElement.lang === "en" ? written : written.replace(":", ".");
  }

  function autosave(form) {
    const status = form.querySelector("[data-autosave-status]");
    const button = form.querySelector("button[type=submit]")?.textContent.trim() ?? "";
    // A form that came back with errors shows what nobody has saved yet.
    let saved = form.querySelector("[aria-invalid=true]") ? "" : written();
    let wait = WAIT;
    let timer = 0;
    let busy = false;
    let leaving = false;

    // Files are sent with the step itself: a draft is saved often, and they are large.
    function fields() {
      return new URLSearchParams([...new FormData(form)].filter(([, value]) => typeof value === "string"));
    }

    function written() {
      const current = fields();
      current.delete("csrfmiddlewaretoken");
      current.delete("version");
      return current.toString();
    }

    function show(state, label) {
      if (!status) return;
      status.dataset.state = state;
      status.textContent = label;
    }

    // The words of a state, with the name of the button that the writer presses next.
    function text(state) {
      return (status?.dataset[state] ?? "").replace("{button}", button);
    }

    function plan(delay) {
      clearTimeout(timer);
      timer = setTimeout(save, delay);
    }

    async function save() {
      clearTimeout(timer);
      if (busy || leaving || written() === saved) return;
      busy = true;
      const sending = written();
      show("saving", text("textSaving"));
      try {
        const answer = await fetch(form.dataset.autosaveUrl, {
          method: "POST",
          body: fields(),
          headers: {
            Accept: "application/json",
            "X-CSRFToken": form.elements.csrfmiddlewaretoken.value,
            "X-Requested-With": "fetch",
          },
          credentials: "same-origin",
          redirect: "error",
          keepalive: document.visibilityState === "hidden",
        });
        if (answer.status === 401) throw Object.assign(new Error(answer.statusText), { label: text("textLoggedOut"), status: 401 });
        const told = await answer.json();
        if (!answer.ok) throw Object.assign(new Error(answer.statusText), { label: told.label, status: answer.status });
        saved = sending;
        wait = WAIT;
        if (told.version !== undefined && form.elements.version) form.elements.version.value = told.version;
        show("saved", told.label ?? text("textSaved").replace("{time}", clock(told.saved_at)));
        if (written() !== saved) plan(WAIT);
      } catch (error) {
        show("failed", error.label ?? text("textFailed"));
        // A conflict or a lost right will not mend itself: the next change tries again.
        if (!(error.status >= 400 && error.status < 500)) {
          wait = Math.min(wait * 2, LONGEST_WAIT);
          plan(wait);
        }
      } finally {
        busy = false;
      }
    }

    form.addEventListener("input", () => plan(WAIT));
    form.addEventListener("change", () => plan(WAIT));
    form.addEventListener("focusout", () => {
      if (written() !== saved) plan(200);
    });
    document.addEventListener("visibilitychange", () => {
      if (document.visibilityState === "hidden") save();
    });
    window.addEventListener("online", save);
    form.addEventListener("submit", () => {
      leaving = true;
      clearTimeout(timer);
    });
    window.addEventListener("pageshow", () => {
      leaving = false;
    });
    window.addEventListener("beforeunload", (event) => {
      if (!leaving && written() !== saved) event.preventDefault();
    });
  }

  for (const form of document.querySelectorAll("form[data-autosave-url]")) autosave(form);
})();
