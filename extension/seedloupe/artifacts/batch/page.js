"use strict";
(() => {
  const report = JSON.parse(document.getElementById("values").textContent);
  const at = (id) => document.getElementById(id);
  const CHUNK = 60;
  const VERDICTS = { flagged: "flagged", clean: "no text found", not_checked: "not checked" };
  const RANK = { flagged: 0, not_checked: 1, clean: 2 };
  const SVG = "http://www.w3.org/2000/svg";
  const state = { verdict: "", by: "verdict", find: "" };
  let rows = [];
  let shown = 0;

  const make = (tag, properties, ...children) => {
    const element = Object.assign(document.createElement(tag), properties);
    element.append(...children);
    return element;
  };
  const draw = (tag, attributes) => {
    const element = document.createElementNS(SVG, tag);
    for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
    return element;
  };
  const share = (value) => `${(100 * value).toFixed(value < 0.1 ? 1 : 0)} %`;
  const leaf = (file) => file.split(/[\\/]/).pop() || file;

  // Seeds are texts, as numbers beyond 2**53 would be rounded: shorter is smaller.
  const bySeed = (a, b) =>
    !a.seed - !b.seed || a.seed.length - b.seed.length || (a.seed < b.seed ? -1 : a.seed > b.seed ? 1 : 0);
  const byFile = (a, b) => a.file.localeCompare(b.file, undefined, { numeric: true });
  const byText = (a, b) => (b.new_text ?? -1) - (a.new_text ?? -1);
  const ORDERS = {
    verdict: (a, b) => RANK[a.verdict] - RANK[b.verdict] || byText(a, b) || byFile(a, b),
    new_text: (a, b) => byText(a, b) || byFile(a, b),
    file: byFile,
    seed: (a, b) => bySeed(a, b) || byFile(a, b),
  };

  // Text that was found and excused is no "no text found".
  const label = (row) =>
    row.verdict === "clean" && row.marks.length ? "text excused" : VERDICTS[row.verdict];
  const words = (row) =>
    [row.file, row.seed, row.model, ...row.marks.map((mark) => mark.text)].join("\n").toLowerCase();
  const passes = (row) =>
    (!state.verdict || row.verdict === state.verdict) && (!state.find || words(row).includes(state.find));

  const frames = (row) => {
    const picture = draw("svg", {
      viewBox: `0 0 ${row.size[0]} ${row.size[1]}`, preserveAspectRatio: "none", "aria-hidden": "true",
    });
    for (const mark of [...row.marks].reverse()) {
      const points = mark.quad.join(" ");
      picture.append(draw("polygon", { points, class: "halo" }));
      picture.append(draw("polygon", { points, class: mark.flagged ? "bad" : "fine" }));
    }
    return picture;
  };

  const thumb = (row) => {
    const link = make("a", { className: "shown", target: "_blank", rel: "noreferrer" });
    if (row.link) link.href = row.link;
    if (!row.small || !row.size) {
      link.classList.add("bare");
      link.append(make("span", { textContent: row.size ? "no small picture" : "no picture" }));
      return link;
    }
    const image = make("img", { src: row.small, alt: `${leaf(row.file)}, ${label(row)}`, loading: "lazy" });
    link.append(make("div", {}, image, frames(row)));
    return link;
  };

  const MOST = 4;
  const found = (row) => {
    const items = row.marks.slice(0, MOST).map((mark) =>
      make("li", { className: mark.flagged ? "bad" : "fine" },
        mark.text ? `“${mark.text}” ` : "letter shapes ",
        make("small", { textContent: mark.reason })));
    if (row.marks.length > MOST) items.push(make("li", { textContent: `and ${row.marks.length - MOST} more` }));
    return make("ul", {}, ...items);
  };

  const details = (row) => {
    const size = (pair) => (pair ? pair.join("×") : "");
    const facts = {
      File: row.file, Prompt: row.prompt, Model: row.model, Task: row.task, Sampler: row.sampler,
      Noise: row.noise, Size: size(row.size), Mask: row.mask || (row.size ? "the whole picture" : ""),
      Source: row.before, "New text": row.new_text === null ? "" : share(row.new_text),
      "All text": row.text_in_mask === null ? "" : share(row.text_in_mask), Note: row.note,
    };
    const list = make("dl", {});
    for (const [name, value] of Object.entries(facts)) {
      if (value) list.append(make("dt", { textContent: name }), make("dd", { textContent: value }));
    }
    return make("details", {}, make("summary", { textContent: "more" }), list);
  };

  const card = (row) => {
    const said = make("div", { className: "said" });
    said.append(make("p", { className: "name" },
      make("b", { textContent: leaf(row.file), title: row.file }),
      make("span", { className: `badge ${row.verdict}`, textContent: label(row) })));
    if (row.seed) said.append(make("p", { className: "aside", textContent: `seed ${row.seed}` }));
    if (row.marks.length) said.append(found(row));
    if (row.verdict === "not_checked") said.append(make("p", { className: "aside", textContent: row.message }));
    said.append(details(row));
    return make("article", { className: "picture" }, thumb(row), said);
  };

  const more = () => {
    const end = Math.min(shown + CHUNK, rows.length);
    at("grid").append(...rows.slice(shown, end).map(card));
    shown = end;
    at("more").hidden = shown >= rows.length;
  };

  const show = () => {
    rows = report.rows.filter(passes).sort(ORDERS[state.by]);
    shown = 0;
    at("grid").replaceChildren();
    at("none").hidden = rows.length > 0;
    at("count").textContent = rows.length === report.rows.length
      ? `${rows.length.toLocaleString("en")}` : `${rows.length.toLocaleString("en")} of ${report.rows.length.toLocaleString("en")}`;
    more();
  };

  at("tools").hidden = false;
  at("tools").addEventListener("submit", (event) => event.preventDefault());
  at("verdicts").addEventListener("change", (event) => { state.verdict = event.target.value; show(); });
  at("sort").addEventListener("change", (event) => { state.by = event.target.value; show(); });
  at("find").addEventListener("input", (event) => { state.find = event.target.value.trim().toLowerCase(); show(); });
  at("frames").addEventListener("change", (event) => at("grid").classList.toggle("noframes", !event.target.checked));
  at("clear").addEventListener("click", () => {
    at("tools").reset();
    at("grid").classList.remove("noframes");
    Object.assign(state, { verdict: "", by: "verdict", find: "" });
    show();
  });
  at("more").addEventListener("click", more);
  new IntersectionObserver((entries) => {
    if (entries.some((entry) => entry.isIntersecting) && shown < rows.length) more();
  }, { rootMargin: "600px" }).observe(at("more"));
  show();
})();
