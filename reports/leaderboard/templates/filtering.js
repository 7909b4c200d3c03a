for (const filters of document.querySelectorAll(".filters")) {
  const table = document.getElementById(filters.dataset.table);
  const inputs = Array.from(filters.querySelectorAll("[data-filter]"));
  const count = filters.querySelector("output");
  const more = filters.querySelector(".more");
  const STEP = 100;
  let limit = STEP;

  const fits = (row) =>
    inputs.every((input) => {
      const wanted = input.value.trim().toLowerCase();
      if (wanted === "") return true;
      if (input.dataset.filter === "text") return row.cells[0].textContent.toLowerCase().includes(wanted);
      return row.dataset[input.dataset.filter].toLowerCase() === wanted;
    });

  const show = () => {
    let found = 0;
    for (const row of table.querySelectorAll("tbody.methods tr")) {
      const chosen = fits(row);
      row.hidden = !chosen || found >= limit;
      found += chosen;
    }
    count.textContent = `${Math.min(found, limit)} of ${found} shown`;
    more.hidden = found <= limit;
  };

  for (const input of inputs)
    input.addEventListener("input", () => {
      limit = STEP;
      show();
    });
  more.addEventListener("click", () => {
    limit += STEP;
    show();
  });
  // After the rows are sorted, which their own listeners do first.
  for (const button of table.querySelectorAll("tr.columns button")) button.addEventListener("click", show);
  show();
}
