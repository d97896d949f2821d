// Rows to choose: all at once by the head; a button in a row means that row alone, a button of a group all of it.
document.addEventListener("change", (event) => {
  if (!event.target.matches("[data-all]")) return;
  for (const box of event.target.form.querySelectorAll("input[name='item']")) box.checked = event.target.checked;
});

document.addEventListener("click", (event) => {
  const button = event.target.closest("[data-only], [data-group]");
  if (!button) return;
  const form = button.form;
  for (const box of form.querySelectorAll("input[name='item']")) box.checked = button.hasAttribute("data-only") && box.closest("tr") === button.closest("tr");
  if (button.dataset.group) {
    const group = document.createElement("input");
    group.type = "hidden"; group.name = "group"; group.value = button.dataset.group;
    form.append(group);
  }
});
