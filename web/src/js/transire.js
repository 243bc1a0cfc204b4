// What scripts add to pages that work without them. Nothing here carries a rule; the server decides everything.
(() => {
  "use strict";

  // A swapped part may hold what the person was just told: move the focus there, so that a screen reader says it.
  document.addEventListener("htmx:afterSettle", (event) => {
    const told = event.target.querySelector?.("[data-focus]");
    if (told) {
      told.focus({ preventScroll: false });
    }
  });

  // A form that signs or files goes once: a second click while the first is on its way does nothing.
  document.addEventListener("submit", (event) => {
    const form = event.target;
    if (!(form instanceof HTMLFormElement) || form.hasAttribute("hx-post")) {
      return;
    }
    if (form.dataset.sent === "yes") {
      event.preventDefault();
      return;
    }
    form.dataset.sent = "yes";
    form.setAttribute("aria-busy", "true");
  });
  addEventListener("pageshow", () => {
    for (const form of document.querySelectorAll("form[data-sent]")) {
      delete form.dataset.sent;
      form.removeAttribute("aria-busy");
    }
  });

  document.addEventListener("click", (event) => {
    const button = event.target.closest?.("button[data-copy]");
    if (!button || !navigator.clipboard) {
      return;
    }
    navigator.clipboard.writeText(button.dataset.copy).then(() => {
      button.textContent = button.dataset.copied;
    });
  });
  if (navigator.clipboard) {
    document.documentElement.classList.add("tr-can-copy");
  }
})();
