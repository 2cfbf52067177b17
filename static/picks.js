// Shows at once what the team would look like; without scripts a button does the same.
// The form says where with data-live; the answer is the same page, of which one element is taken over.
(() => {
  "use strict";

  const form = document.querySelector("form[data-live]");
  const shown = document.getElementById("chosen-team");
  if (!form || !shown) return;
  let latest = 0;

  form.addEventListener("change", async () => {
    const turn = ++latest;
    const answer = await fetch(`${form.dataset.live}?${new URLSearchParams(new FormData(form))}`, {
      headers: { "X-Requested-With": "fetch" },
      credentials: "same-origin",
    });
    if (!answer.ok) return;
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    const fresh = page.getElementById("chosen-team");
    if (fresh && turn === latest) shown.replaceChildren(...fresh.childNodes);
  });
})();
