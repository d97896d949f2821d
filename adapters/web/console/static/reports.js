// Which fields of the form count? Dates only where one chooses them, a value only where there is something to narrow down by.
const form = document.querySelector("form.filters");

function show() {
  for (const label of form.querySelectorAll("[data-own]")) label.hidden = form.elements.over.value !== "";
  form.querySelector("[data-value]").hidden = form.elements.only.value === "";
}

if (form) { form.addEventListener("change", show); show(); }
document.addEventListener("click", (event) => { if (event.target.closest("[data-prints]")) print(); });
