{
  const specs = JSON.parse(document.getElementById("figures").textContent);
  const tip = document.getElementById("tip");

  // Of the picture of a method, the first case of the gallery that shows one stands for all.
  const pictureOf = (prefix, method) => {
    const tiles = document.querySelectorAll(`#${prefix}gallery .tile[data-method]`);
    const tile = Array.from(tiles).find((each) => each.dataset.method === method && each.querySelector("img"));
    return tile?.querySelector("img");
  };

  const place = (event) => {
    const { innerWidth, innerHeight } = window;
    const box = tip.getBoundingClientRect();
    const left = event.clientX + 16 + box.width > innerWidth ? event.clientX - box.width - 12 : event.clientX + 16;
    const top = Math.min(Math.max(event.clientY - box.height / 2, 8), innerHeight - box.height - 8);
    tip.style.left = `${Math.max(left, 8)}px`;
    tip.style.top = `${top}px`;
  };

  const tooltip = (prefix) => (_, event, item, value) => {
    if (!value?.title) {
      tip.hidden = true;
      return;
    }
    const element = (name, text) => Object.assign(document.createElement(name), { textContent: text });
    tip.replaceChildren(element("strong", value.title), element("span", value.note));
    const picture = pictureOf(prefix, value.method);
    if (picture) {
      const shown = Object.assign(document.createElement("img"), { src: picture.src, alt: picture.alt });
      shown.width = picture.width;
      shown.height = picture.height;
      tip.append(shown);
    }
    tip.hidden = false;
    place(event);
  };

  const draw = async (figure) => {
    const { run, figure: name } = figure.dataset;
    const canvas = figure.querySelector(".canvas");
    const target = document.createElement("div");
    // Its text stands at the canvas, its numbers in the tables.
    target.setAttribute("aria-hidden", "true");
    const spec = structuredClone(specs[run][name]);
    const width = spec.usermeta?.narrow_width;
    if (width && matchMedia("(max-width: 48rem)").matches) {
      for (const part of spec.hconcat ?? [spec.spec ?? spec]) part.width = width;
      if (spec.columns) spec.columns = 1;
      for (const parameter of spec.params ?? []) if (parameter.name === "narrow") parameter.value = true;
    }
    // The chart is interpreted, not compiled: a strict policy forbids scripts that are made of text.
    const { view } = await vegaEmbed(target, spec, {
      actions: false,
      ast: true,
      defaultStyle: false,
      renderer: "svg",
      tooltip: tooltip(run),
    });
    canvas.replaceChildren(target);
    figure.classList.add("drawn");
    for (const select of figure.querySelectorAll("select")) {
      const choose = () => view.signal(select.dataset.parameter, select.value).runAsync();
      select.addEventListener("change", choose);
      await choose();
    }
  };

  const observer = new IntersectionObserver((entries) => {
    for (const entry of entries.filter((each) => each.isIntersecting)) {
      observer.unobserve(entry.target);
      draw(entry.target);
    }
  }, { rootMargin: "300px" });
  for (const figure of document.querySelectorAll("figure[data-figure]")) observer.observe(figure);
  addEventListener("scroll", () => { tip.hidden = true; }, { passive: true });
}
