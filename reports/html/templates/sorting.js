"use strict";

document.documentElement.classList.add("scripted");

for (const table of document.querySelectorAll("table.sortable")) {
  const headers = Array.from(table.querySelectorAll("tr.columns th"));

  const compare = (index, sign) => (one, other) => {
    const [left, right] = [one, other].map((row) => row.cells[index].dataset.value);
    // Missing values stay last whichever way the column is sorted.
    if (left === "" || right === "") return (left === "") - (right === "");
    return index === 0 ? sign * left.localeCompare(right) : sign * (Number(left) - Number(right));
  };

  headers.forEach((header, index) => {
    const button = header.querySelector("button");
    if (button === null) return;
    button.addEventListener("click", () => {
      const opposite = { ascending: "descending", descending: "ascending" };
      const order = opposite[header.getAttribute("aria-sort")] ?? button.dataset.order;
      for (const other of headers) other.removeAttribute("aria-sort");
      header.setAttribute("aria-sort", order);
      // Each body is sorted by itself, so that controls stay apart.
      for (const body of table.querySelectorAll("tbody.methods, tbody.controls")) {
        const rows = Array.from(body.rows).sort(compare(index, order === "ascending" ? 1 : -1));
        body.append(...rows);
      }
    });
  });
}
