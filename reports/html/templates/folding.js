{
  // Storage may be forbidden, for instance in a page that is opened from a mail.
  const stored = (() => {
    try {
      return window.localStorage;
    } catch {
      return null;
    }
  })();
  const prefix = `folded ${location.pathname} `;
  for (const section of document.querySelectorAll(".run > section")) {
    const title = section.querySelector("h2");
    if (title === null || section.firstElementChild !== title) continue;
    const name = title.textContent.trim();
    const button = Object.assign(document.createElement("button"), { type: "button", className: "fold" });
    const link = Object.assign(document.createElement("a"), { href: `#${section.id}`, className: "to-section", textContent: "#" });
    link.setAttribute("aria-label", `Link to ${name}`);
    const fold = (folded) => {
      section.classList.toggle("folded", folded);
      button.textContent = folded ? "▸" : "▾";
      button.setAttribute("aria-expanded", String(!folded));
      button.setAttribute("aria-label", `${folded ? "Show" : "Hide"} ${name}`);
    };
    fold(stored?.getItem(prefix + section.id) === "yes" && location.hash !== `#${section.id}`);
    button.addEventListener("click", () => {
      const folded = !section.classList.contains("folded");
      fold(folded);
      if (folded) stored?.setItem(prefix + section.id, "yes");
      else stored?.removeItem(prefix + section.id);
    });
    section.classList.add("foldable");
    title.before(button);
    title.after(link);
    window.addEventListener("hashchange", () => {
      const target = document.getElementById(location.hash.slice(1));
      if (target !== null && section.contains(target)) fold(false);
    });
    window.addEventListener("beforeprint", () => section.classList.remove("folded"));
  }
}
