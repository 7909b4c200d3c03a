{
  const viewer = document.getElementById("viewer");
  const find = (selector) => viewer.querySelector(selector);
  const comparison = find(".comparison");
  const slider = find("input");
  const other = find(".other");
  const arrangement = find(".arrangement");
  let current = null;
  let glimpse = null;

  const isShown = (opener) => !opener.closest(".case").hidden && !opener.closest(".tile").hidden;
  const openersOf = (part) => Array.from(part.querySelectorAll("button.open"));
  const nameOf = (opener) => opener.closest(".tile").querySelector(".heading").textContent;
  const setText = (selector, text) => {
    for (const element of viewer.querySelectorAll(selector)) element.textContent = text;
  };

  const split = (percent) => {
    slider.value = percent;
    comparison.style.setProperty("--split", `${percent}%`);
  };

  const scoresOf = (opener) => opener.closest(".tile").dataset.scores?.split(" ");

  const showOther = () => {
    const opener = other.value === "" ? undefined : openersOf(current.closest(".case"))[Number(other.value)];
    const alone = opener === undefined || opener === current;
    const before = alone ? current : opener;
    find(".before").src = before.querySelector("img").src;
    find(".before").alt = alone ? "" : before.querySelector("img").alt;
    comparison.classList.toggle("alone", alone);
    arrangement.hidden = alone;
    setText(".after-name", nameOf(current));
    setText(".before-name", alone ? "" : nameOf(before));
    split(0);

    const names = current.closest(".gallery").querySelectorAll(".metric-names li");
    const [mine, theirs] = [scoresOf(current), alone ? undefined : scoresOf(before)];
    const rows = mine || theirs ? Array.from(names, (name, index) => {
      const row = document.createElement("tr");
      row.append(Object.assign(document.createElement("th"), { scope: "row", textContent: name.textContent }));
      for (const scores of [mine, theirs]) row.insertCell().textContent = scores?.[index] ?? "";
      return row;
    }) : [];
    find("tbody").replaceChildren(...rows);
    find(".unit-scores").hidden = rows.length === 0;
  };

  const show = (opener) => {
    const kept = current?.closest(".case") === opener.closest(".case") ? other.value : "content";
    current = opener;
    const row = opener.closest(".case");
    const role = opener.closest(".tile").dataset.role;
    const all = openersOf(row);
    other.replaceChildren(...all.map((each, index) => new Option(nameOf(each), index)), new Option("nothing", ""));
    const content = all.findIndex((each) => each.closest(".tile").dataset.role === "content");
    const isResult = role === "method" || role === "control";
    other.value = !isResult ? "" : kept === "content" || kept === "" ? String(Math.max(content, 0)) : kept;

    find("h2").textContent = nameOf(opener);
    const title = row.querySelector("h3").cloneNode(true);
    for (const hidden of title.querySelectorAll(".hidden-text")) hidden.remove();
    const lines = [title.textContent.replace(/\s+/g, " ").trim(), row.querySelector(".prompt q")?.textContent ?? ""];
    find(".subject").textContent = lines.join("\n");
    const picture = opener.querySelector("img");
    find(".after").src = picture.src;
    find(".after").alt = picture.alt;
    showOther();
  };

  const step = (by) => {
    const all = openersOf(document).filter(isShown);
    show(all[(all.indexOf(current) + by + all.length) % all.length]);
  };

  const stepCase = (by) => {
    const rows = Array.from(document.querySelectorAll(".case")).filter((each) => !each.hidden);
    const row = rows[(rows.indexOf(current.closest(".case")) + by + rows.length) % rows.length];
    const { role, method } = current.closest(".tile").dataset;
    const all = openersOf(row).filter(isShown);
    const alike = all.find(({ parentElement }) => {
      const { dataset } = parentElement.closest(".tile");
      return dataset.role === role && dataset.method === method;
    });
    if (alike ?? all[0]) show(alike ?? all[0]);
  };

  const arrange = () => {
    const beside = comparison.classList.toggle("beside");
    arrangement.setAttribute("aria-pressed", beside);
  };

  document.addEventListener("click", ({ target }) => {
    const opener = target.closest(".case button.open");
    if (opener === null) return;
    show(opener);
    viewer.showModal();
  });
  // A picture of the overview opens the gallery's, of the same case and method.
  for (const button of document.querySelectorAll("button.glimpse")) {
    button.addEventListener("click", () => {
      const { case: id, role, method } = button.dataset;
      const row = button.closest(".run").querySelector(`.case[data-case="${CSS.escape(id)}"]`);
      const opener = openersOf(complete(row)).find((each) => {
        const tile = each.closest(".tile").dataset;
        return tile.role === role && (tile.method ?? "") === method;
      });
      if (opener === undefined) return;
      glimpse = button;
      show(opener);
      viewer.showModal();
    });
  }
  other.addEventListener("change", showOther);
  arrangement.addEventListener("click", arrange);
  slider.addEventListener("input", () => split(slider.value));
  comparison.addEventListener("pointermove", (event) => {
    const fixed = comparison.classList.contains("alone") || comparison.classList.contains("beside");
    if (fixed || (event.pointerType === "mouse" && event.buttons === 0)) return;
    const box = comparison.getBoundingClientRect();
    split(Math.round(Math.min(Math.max((event.clientX - box.left) / box.width, 0), 1) * 100));
  });
  find(".close").addEventListener("click", () => viewer.close());
  find(".previous").addEventListener("click", () => step(-1));
  find(".next").addEventListener("click", () => step(1));
  viewer.addEventListener("close", () => {
    (glimpse ?? current)?.focus();
    glimpse = null;
  });
  viewer.addEventListener("click", (event) => {
    if (event.target === viewer) viewer.close();
  });
  const keys = {
    ArrowLeft: () => step(-1),
    ArrowRight: () => step(1),
    ArrowUp: () => stepCase(-1),
    ArrowDown: () => stepCase(1),
    s: arrange,
  };
  viewer.addEventListener("keydown", (event) => {
    if (event.target === slider || event.target === other || !(event.key in keys)) return;
    event.preventDefault();
    keys[event.key]();
  });
}
