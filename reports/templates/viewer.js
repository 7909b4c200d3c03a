{
  const viewer = document.getElementById("viewer");
  const find = (selector) => viewer.querySelector(selector);
  const comparison = find(".comparison");
  const slider = find("input");
  const openers = Array.from(document.querySelectorAll("button.open"));
  let current = 0;

  const split = (percent) => {
    slider.value = percent;
    comparison.style.setProperty("--split", `${percent}%`);
  };

  const show = (index) => {
    current = (index + openers.length) % openers.length;
    const opener = openers[current];
    const tile = opener.closest(".tile");
    const row = opener.closest(".case");
    const picture = opener.querySelector("img");
    const content = row.querySelector(".tile-content img");
    const compared = content !== null && ["method", "control"].includes(tile.dataset.role);

    find("h2").textContent = tile.querySelector(".heading").textContent;
    const title = row.querySelector("h3").cloneNode(true);
    for (const hidden of title.querySelectorAll(".hidden-text")) hidden.remove();
    const lines = [title.textContent.replace(/\s+/g, " ").trim(), row.querySelector(".prompt q")?.textContent ?? ""];
    find(".subject").textContent = lines.join("\n");
    find(".after").src = picture.src;
    find(".after").alt = picture.alt;
    find(".before").src = compared ? content.src : picture.src;
    find(".before").alt = compared ? content.alt : "";
    comparison.classList.toggle("alone", !compared);
    split(0);

    const scores = tile.querySelector(".unit-scores");
    find(".unit-scores").replaceChildren(...(scores ? scores.cloneNode(true).children : []));
  };

  openers.forEach((opener, index) =>
    opener.addEventListener("click", () => {
      show(index);
      viewer.showModal();
    }),
  );
  slider.addEventListener("input", () => split(slider.value));
  comparison.addEventListener("pointermove", (event) => {
    if (comparison.classList.contains("alone") || (event.pointerType === "mouse" && event.buttons === 0)) return;
    const box = comparison.getBoundingClientRect();
    split(Math.round(Math.min(Math.max((event.clientX - box.left) / box.width, 0), 1) * 100));
  });
  find(".close").addEventListener("click", () => viewer.close());
  find(".previous").addEventListener("click", () => show(current - 1));
  find(".next").addEventListener("click", () => show(current + 1));
  viewer.addEventListener("close", () => openers[current]?.focus());
  viewer.addEventListener("click", (event) => {
    if (event.target === viewer) viewer.close();
  });
  viewer.addEventListener("keydown", (event) => {
    if (event.target === slider) return;
    if (event.key === "ArrowLeft") show(current - 1);
    if (event.key === "ArrowRight") show(current + 1);
  });
}
