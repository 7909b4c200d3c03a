for (const gallery of document.querySelectorAll("section.gallery:has(.case)")) {
  const PAGE = 20;
  const cases = Array.from(gallery.querySelectorAll(".case"));
  const selects = Array.from(gallery.querySelectorAll("select[data-filter]"));
  const byScore = gallery.querySelector("select[data-extremes]");
  const extremes = gallery.querySelector(".extremes");
  const pages = gallery.querySelector(".pages");
  const number = (text) => (text === "–" ? NaN : Number(text.replace("−", "-").replaceAll(",", "")));
  let page = 0;

  const chosen = (name) => selects.find((select) => select.dataset.filter === name)?.value ?? "";
  const fits = (each) =>
    selects.every(({ value, dataset: { filter } }) =>
      value === "" || filter === "method" || each.dataset[filter].split(" ").includes(value));
  const ofMethod = (tile) => chosen("method") === "" || !tile.dataset.method || tile.dataset.method === chosen("method");

  const figureOf = (words, tile) => {
    const copy = tile.cloneNode(true);
    const title = tile.closest(".case").querySelector("h3").cloneNode(true);
    for (const hidden of title.querySelectorAll(".hidden-text")) hidden.remove();
    const caption = copy.querySelector(".caption");
    caption.replaceChildren(
      Object.assign(document.createElement("span"), { className: "heading", textContent: words }),
      Object.assign(document.createElement("span"), { className: "quiet", textContent: title.textContent.trim() }),
    );
    // The copy opens what it is a copy of, so that the viewer walks through the whole case.
    copy.querySelector("button").addEventListener("click", () => tile.querySelector("button").click());
    return copy;
  };

  const showExtremes = (shown) => {
    const metric = Number(byScore.value);
    const lower = gallery.querySelectorAll(".metric-names li")[metric].classList.contains("lower");
    const tiles = shown
      .flatMap((each) => Array.from(complete(each).querySelectorAll(".tile-method:has(button)")))
      .filter(ofMethod);
    const scored = tiles
      .map((tile) => ({ tile, text: tile.dataset.scores.split(" ")[metric] }))
      .filter(({ text }) => !Number.isNaN(number(text)))
      .sort((one, other) => (number(one.text) - number(other.text)) * (lower ? 1 : -1));
    const rows = Map.groupBy(scored, ({ tile }) => tile.dataset.method);
    extremes.replaceChildren(...Array.from(rows.values(), (row) => {
      const section = document.createElement("section");
      const heading = Object.assign(document.createElement("h3"), { textContent: row[0].tile.querySelector(".heading").textContent });
      const list = Object.assign(document.createElement("ul"), { className: "tiles" });
      const places = [["best", 0], ["median", Math.floor((row.length - 1) / 2)], ["worst", row.length - 1]];
      list.append(...places.map(([words, place]) => figureOf(`${words}: ${row[place].text}`, row[place].tile)));
      section.append(heading, list);
      return section;
    }));
  };

  const show = () => {
    const shown = cases.filter(fits);
    const last = Math.max(Math.ceil(shown.length / PAGE) - 1, 0);
    page = Math.min(Math.max(page, 0), last);
    const visible = new Set(shown.slice(page * PAGE, (page + 1) * PAGE));
    for (const each of cases) each.hidden = !visible.has(each);
    for (const each of visible) {
      for (const tile of complete(each).querySelectorAll(".tile[data-method]")) tile.hidden = !ofMethod(tile);
    }
    const ranked = Boolean(byScore?.value);
    gallery.querySelector(".cases").hidden = ranked;
    extremes.hidden = !ranked;
    if (ranked) showExtremes(shown);
    gallery.querySelector(".shown-count").textContent = `${shown.length} of ${cases.length} cases`;
    pages.hidden = ranked || last === 0;
    pages.querySelector(".page-number").textContent = `${page + 1} of ${last + 1}`;
    pages.querySelector(".previous-page").disabled = page === 0;
    pages.querySelector(".next-page").disabled = page === last;
  };

  const turn = (step) => () => {
    page += step;
    show();
    gallery.scrollIntoView();
  };
  pages.querySelector(".previous-page").addEventListener("click", turn(-1));
  pages.querySelector(".next-page").addEventListener("click", turn(1));
  for (const select of [...selects, byScore]) {
    select?.addEventListener("change", () => {
      page = 0;
      show();
    });
  }
  show();
}
