// What every page does by itself: forms that follow a choice, and the keyboard.
"use strict";

document.addEventListener("change", (event) => {
  if (event.target.matches("[data-submit]")) event.target.form.requestSubmit();
});

// what is empty stays out of addresses
document.addEventListener("formdata", (event) => {
  if (!event.target.matches("[data-lean]")) return;
  for (const [name, value] of [...event.formData]) if (value === "" && !name.startsWith("is.")) event.formData.delete(name);
});

document.addEventListener("submit", (event) => {
  const question = event.target.dataset.confirm;
  if (question && !window.confirm(question)) event.preventDefault();
});

document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey) return;
  const typing = event.target.closest("input, select, textarea, [contenteditable]");
  if (event.key === "Escape" && typing) return typing.blur();
  if (typing) return;
  if (event.key === "/") {
    const search = document.querySelector("[data-search]");
    if (search) {
      event.preventDefault();
      search.focus();
      search.select();
    }
  }
  const leads = { ArrowLeft: "prev", ArrowRight: "next" }[event.key];
  const link = leads && !event.target.closest(".scroll, .plot") && document.querySelector(`a[rel~="${leads}"]`);
  if (link) link.click();
  if (event.key === "ArrowDown" || event.key === "ArrowUp") {
    const rows = [...document.querySelectorAll("table.list tbody tr")].map((row) => row.querySelector("a")).filter(Boolean);
    const here = rows.findIndex((link) => link.closest("tr").contains(document.activeElement));
    const next = rows[here + (event.key === "ArrowDown" ? 1 : -1)];
    if (next && (here >= 0 || event.target === document.body || event.target.id === "main")) {
      event.preventDefault();
      next.focus();
    }
  }
});

// one of the drawers of a form at a time
document.addEventListener("click", (event) => {
  for (const drawer of document.querySelectorAll("details.choose[open]"))
    if (!drawer.contains(event.target)) drawer.open = false;
});
