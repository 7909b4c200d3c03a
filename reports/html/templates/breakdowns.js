for (const select of document.querySelectorAll("[data-breakdown]")) {
  const tables = select.closest("section").querySelectorAll("[data-metric]");
  const choose = () => {
    for (const table of tables) {
      table.hidden = table.dataset.metric !== select.value;
      if (!table.hidden) complete(table);
    }
  };
  select.addEventListener("change", choose);
  choose();
}
