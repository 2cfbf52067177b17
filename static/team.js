// Counts the sectors anew when that of the person being entered is chosen; without scripts the page says what is saved.
(() => {
  "use strict";

  const counter = document.querySelector("[data-sectors]");
  const chosen = document.getElementById("id_sector");
  if (!counter || !chosen) return;
  const others = counter.dataset.sectors.split(" ");

  chosen.addEventListener("change", () => {
    const sectors = new Set([...others, chosen.value].filter(Boolean));
    counter.textContent = counter.dataset.text.replace("{sectors}", sectors.size);
  });
})();
