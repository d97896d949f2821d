// What does a choice lead to? The line that says so is shown beside it.
function follow(field) {
  for (const line of document.querySelectorAll(`[data-when="${CSS.escape(field.name)}"]`)) line.hidden = line.dataset.is !== field.value;
}

document.addEventListener("change", (event) => { if (event.target.matches("select[name]")) follow(event.target); });
