// Copies what stands in a field, and says so: <button data-copy="field" data-done="status" data-says="…" hidden>.
(() => {
  "use strict";

  if (!navigator.clipboard) return; // only where the page is safe; the field can be marked by hand

  for (const button of document.querySelectorAll("[data-copy]")) {
    button.hidden = false;
    button.addEventListener("click", async () => {
      const field = document.getElementById(button.dataset.copy);
      field.select();
      await navigator.clipboard.writeText(field.value);
      document.getElementById(button.dataset.done).textContent = button.dataset.says;
    });
  }
})();
