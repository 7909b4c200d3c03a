"use strict";
(() => {
  const data = JSON.parse(document.getElementById("data").textContent);
  const key = `style-transfer-study:${data.study}`;
  const part = name => document.getElementById(name);
  const sections = ["start", "trial", "end"];
  const random = new Uint32Array(4);
  let state = null;
  let shownAt = null;
  let sending = false;
  let retryAfter = 1000;
  let kept = true;

  // What is kept. A browser that keeps nothing still lets people answer, and save.

  function read() {
    if (!kept) return state;
    try {
      const value = JSON.parse(localStorage.getItem(key));
      return value && value.study === data.study && Array.isArray(value.answers) ? value : null;
    } catch {
      return null;
    }
  }

  function keep() {
    try {
      localStorage.setItem(key, JSON.stringify(state));
    } catch {
      kept = false;
      part("not-kept").hidden = false;
    }
  }

  // Whether deleting loses answers that nobody else has.
  function isOnlyHere() {
    if (!state || !state.answers.length) return false;
    const arrived = data.collected && state.sent >= state.answers.length && !state.refused;
    return !arrived && (state.saved || 0) < state.answers.length;
  }

  function forget() {
    if (isOnlyHere() && !confirm("Some of your answers were neither saved nor sent. Delete them for good?")) return;
    try { localStorage.removeItem(key); } catch { /* Nothing was kept. */ }
    state = null;
    begin();
  }

  // What is in the way now; notices that last are elements of their own.
  function complain(text) {
    part("problem").textContent = text;
    part("problem").hidden = !text;
  }

  // Which form a participant gets: the one that the address names (#form=3), that the server gives, or any.

  function formOfAddress() {
    const found = /^#form=(\d+)$/.exec(location.hash);
    const number = found ? Number(found[1]) : 0;
    return number >= 1 && number <= data.forms.length ? number - 1 : null;
  }

  async function enrol() {
    crypto.getRandomValues(random);
    const participant = Array.from(random, number => number.toString(16).padStart(8, "0")).join("");
    let form = formOfAddress();
    if (data.collected) {
      const reply = await post("participants", { study: data.study, participant });
      if (!reply.ok) throw new Error((await reply.json().catch(() => ({}))).error || "The server does not answer.");
      form = (await reply.json()).form;
    } else if (form === null) {
      crypto.getRandomValues(random);
      form = random[0] % data.forms.length;
    }
    state = { study: data.study, participant, form, started: new Date().toISOString(), sent: 0, refused: 0, saved: 0, answers: [] };
    keep();
  }

  function post(path, value) {
    return fetch(path, {
      method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify(value),
      credentials: "omit", keepalive: true,
    });
  }

  // Sections.

  function show(name) {
    for (const section of sections) part(section).hidden = section !== name;
    const heading = part(name).querySelector("h1");
    heading.focus({ preventScroll: true });
    scrollTo(0, 0);
  }

  function begin() {
    const earlier = state && state.answers.length;
    part("begin").textContent = earlier ? "Go on where I stopped" : "I agree, begin";
    part("discard").hidden = !earlier;
    show("start");
  }

  function picture(number) {
    return `${data.folder}/${data.pictures[number]}.png`;
  }

  function reference(number, words) {
    const figure = document.createElement("figure");
    const image = document.createElement("img");
    const caption = document.createElement("figcaption");
    image.src = picture(number);
    image.alt = words;
    caption.textContent = words;
    figure.append(image, caption);
    return figure;
  }

  async function next() {
    const form = data.forms[state.form];
    const place = state.answers.length;
    shownAt = null;
    if (place >= form.length) return finish();
    const [questionNumber, caseNumber, left, right] = form[place];
    const question = data.questions[questionNumber];
    const shown = data.cases[caseNumber];
    part("place").textContent = `Pair ${place + 1} of ${form.length}`;
    part("progress").max = form.length;
    part("progress").value = place;
    part("question").textContent = question.sentence;
    part("hint").textContent = question.hint;
    part("prompt").textContent = `“${shown.prompt}”`;
    part("prompt").hidden = !question.prompt;
    const styles = question.style ? shown.styles : [];
    part("references").replaceChildren(
      ...(question.content ? [reference(shown.content, "Photograph")] : []),
      ...styles.map((number, index) => reference(number, styles.length > 1 ? `Style ${index + 1}` : "Style")),
    );
    const images = [part("picture-left"), part("picture-right")];
    for (const button of part("trial").querySelectorAll("[data-choice]")) button.setAttribute("aria-disabled", "true");
    images[0].src = picture(left);
    images[1].src = picture(right);
    show("trial");
    const all = [...images, ...part("references").querySelectorAll("img")];
    try {
      await Promise.all(all.map(image => image.decode()));
    } catch {
      if (state && state.answers.length === place) complain("A picture cannot be loaded. Reload the page to try again.");
      return;
    }
    if (!state || state.answers.length !== place) return;
    complain("");
    for (const button of part("trial").querySelectorAll("[data-choice]")) button.removeAttribute("aria-disabled");
    part("announcement").textContent = `Pair ${place + 1} of ${form.length}. ${question.sentence}`;
    shownAt = performance.now();
  }

  function choose(choice) {
    if (shownAt === null || part("trial").hidden || part("viewer").open) return;
    // Another window may have gone on with the same participant, or deleted the answers.
    const stored = read();
    if (kept && (!stored || stored.participant !== state.participant || stored.answers.length !== state.answers.length)) {
      state = stored;
      part("continued").hidden = false;
      return state ? void next() : begin();
    }
    // The clock of performance.now() cannot be set, and never runs backwards.
    const milliseconds = Math.min(Math.max(Math.round(performance.now() - shownAt), 0), 86400000);
    part("continued").hidden = true;
    state.answers.push({ place: state.answers.length, choice, milliseconds });
    keep();
    void send();
    void next();
  }

  // Collected answers: one after the other, again and again until each is acknowledged.

  async function send() {
    if (!data.collected || sending || !state) return;
    sending = true;
    try {
      while (state && state.sent < state.answers.length) {
        const mine = state;
        const reply = await post("answers", {
          study: mine.study, participant: mine.participant, ...mine.answers[mine.sent],
        });
        // Also what a web server before this one says while it is being set up, or asks for a password.
        if ([401, 403, 404, 408, 429].includes(reply.status) || reply.status >= 500) throw new Error("later");
        if (!reply.ok) mine.refused = (mine.refused || 0) + 1;
        mine.sent += 1;
        retryAfter = 1000;
        if (mine === state) keep();
      }
    } catch {
      retryAfter = Math.min(retryAfter * 2, 30000);
      setTimeout(() => void send(), retryAfter * (0.5 + Math.random()));
    } finally {
      sending = false;
      if (!part("end").hidden) summarize();
    }
  }

  function finish() {
    complain("");
    part("participant").textContent = state.participant;
    part("resume").hidden = state.answers.length >= data.forms[state.form].length;
    summarize();
    show("end");
    void send();
  }

  function summarize() {
    if (!state) return;
    const count = state.answers.length;
    const left = count - state.sent;
    const refused = state.refused || 0;
    const sentences = [`You have answered ${count} of ${data.forms[state.form].length} pairs.`];
    if (data.collected && left) {
      sentences.push(`${left} of them ${left === 1 ? "is" : "are"} still being sent: please wait, or save your answers as a file.`);
    }
    if (data.collected && refused) {
      sentences.push(`${refused} ${refused === 1 ? "was" : "were"} refused: save your answers as a file, and give it to those who asked you.`);
    }
    if (data.collected && !left && !refused) sentences.push("All of them have arrived.");
    part("summary").textContent = sentences.join(" ");
  }

  // The file of one person.

  function checksum(text) {
    let crc = 0xffffffff;
    for (const byte of new TextEncoder().encode(text)) {
      crc ^= byte;
      for (let bit = 0; bit < 8; bit += 1) crc = crc & 1 ? (crc >>> 1) ^ 0xedb88320 : crc >>> 1;
    }
    return ((crc ^ 0xffffffff) >>> 0).toString(16).padStart(8, "0");
  }

  function save() {
    const saved = new Date().toISOString();
    const answers = state.answers.map(({ place, choice, milliseconds }) => ({ place, choice, milliseconds }));
    const lines = answers.map(answer => `${answer.place} ${answer.choice} ${answer.milliseconds}`);
    const file = {
      kind: "style transfer study answers", schema_version: 1, study: state.study, participant: state.participant,
      form: state.form, started: state.started, saved, answers,
      checksum: checksum([state.study, state.participant, state.form, state.started, saved, ...lines].join("\n")),
    };
    const link = document.createElement("a");
    link.href = URL.createObjectURL(new Blob([`${JSON.stringify(file, null, 1)}\n`], { type: "application/json" }));
    link.download = `answers-${state.participant.slice(0, 12)}.json`;
    document.body.append(link);
    link.click();
    link.remove();
    setTimeout(() => URL.revokeObjectURL(link.href), 10000);
    state.saved = answers.length;
    keep();
  }

  // Larger pictures.

  function enlarge(side) {
    part("viewer-picture").src = part(`picture-${side}`).src;
    part("viewer-picture").alt = `${side === "left" ? "Left" : "Right"} picture, larger`;
    part("viewer").showModal();
  }

  for (const side of ["left", "right"]) part(`enlarge-${side}`).addEventListener("click", () => enlarge(side));
  part("viewer-close").addEventListener("click", () => part("viewer").close());
  for (const button of document.querySelectorAll("[data-choice]")) {
    button.addEventListener("click", () => choose(button.dataset.choice));
  }
  document.addEventListener("keydown", event => {
    const choices = { ArrowLeft: "left", ArrowRight: "right", ArrowDown: data.ties ? "tie" : null };
    const choice = choices[event.key];
    if (!choice || event.repeat || event.ctrlKey || event.altKey || event.metaKey || event.shiftKey) return;
    if (part("trial").hidden || part("viewer").open) return;
    event.preventDefault();
    choose(choice);
  });
  part("begin").addEventListener("click", async () => {
    try {
      if (!state) await enrol();
      complain("");
    } catch (error) {
      complain(`The study cannot be started: ${error.message}`);
      return;
    }
    void next();
    void send();
  });
  part("discard").addEventListener("click", forget);
  part("forget").addEventListener("click", forget);
  part("stop").addEventListener("click", finish);
  part("resume").addEventListener("click", () => void next());
  part("save").addEventListener("click", save);
  addEventListener("storage", event => {
    if (event.key !== key || part("start").hidden === false) return;
    const stored = read();
    if (stored && state && stored.participant === state.participant && stored.answers.length <= state.answers.length) return;
    state = stored;
    if (state) void next(); else begin();
  });

  state = read();
  begin();
})();
