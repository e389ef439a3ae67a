"use strict";
(() => {
  const table = JSON.parse(document.getElementById("values").textContent);
  const at = (id) => document.getElementById(id);
  const CHUNK = 96;
  const scores = table.columns.filter((column) => column.kind === "score");
  const rates = table.columns.filter((column) => column.kind === "rate");
  const SEED = { name: "seed", kind: "seed", up: false, values: table.seeds };
  const sortable = [...scores, ...rates, SEED];
  const state = { by: scores[0] || SEED, best: true, filters: new Map(), find: "", view: "grid" };
  let rows = [];
  let shown = 0;

  const make = (tag, properties, ...children) => {
    const element = Object.assign(document.createElement(tag), properties);
    element.append(...children);
    return element;
  };
  const number = (value) =>
    value === null ? "–" : String(Number(value.toPrecision(4))).replace("-", "−");
  const share = (value) => (value === null ? "–" : `${Math.round(value * 100)} %`);
  const cell = (column, row) =>
    column.kind === "rate" ? share(column.values[row]) : number(column.values[row]);

  // Seeds are texts, as numbers beyond 2**53 would be rounded: shorter is smaller.
  const bySeed = (a, b) => {
    const [x, y] = [table.seeds[a], table.seeds[b]];
    return x.length - y.length || (x < y ? -1 : x > y ? 1 : 0);
  };

  const compare = (a, b) => {
    if (state.by === SEED) return state.best ? bySeed(a, b) : bySeed(b, a);
    const [x, y] = [state.by.values[a], state.by.values[b]];
    if (x === null || y === null) return (x === null) - (y === null) || bySeed(a, b);
    const rising = state.by.up ? y - x : x - y;
    return (state.best ? rising : -rising) || bySeed(a, b);
  };

  const PASSES = {
    never: (rate) => rate === 0,
    some: (rate) => rate > 0,
    mostly: (rate) => rate >= 0.5,
  };
  const passes = (row) =>
    (!state.find || table.seeds[row].includes(state.find)) &&
    [...state.filters].every(([column, rule]) => PASSES[rule](column.values[row]));

  const say = (text) => {
    const toast = at("toast");
    toast.textContent = text;
    toast.classList.add("on");
    clearTimeout(say.timer);
    say.timer = setTimeout(() => toast.classList.remove("on"), 1800);
  };

  const copy = async (text, words) => {
    try {
      await navigator.clipboard.writeText(text);
    } catch {
      // Pages opened from a file may not use the clipboard's own interface everywhere.
      const field = make("textarea", { value: text, readOnly: true });
      document.body.append(field);
      field.select();
      const done = document.execCommand("copy");
      field.remove();
      if (!done) return say(`Could not copy: ${text}`);
    }
    say(words);
  };

  const tile = (row) => {
    const picture = make("span", { className: "tile" });
    picture.setAttribute("aria-hidden", "true");
    picture.style.setProperty("--x", row % table.across);
    picture.style.setProperty("--y", Math.floor(row / table.across));
    return picture;
  };

  const describe = (row) =>
    table.columns.map((column) => `${column.name} ${cell(column, row)}`).join(", ");

  const card = (row, place) => {
    const seed = table.seeds[row];
    const button = make("button", { type: "button", className: "seed", title: describe(row) });
    button.dataset.seed = seed;
    button.tabIndex = place ? -1 : 0;
    if (table.across) button.append(tile(row));
    button.append(make("b", { textContent: seed }));
    if (state.by !== SEED) {
      const rank = make("span", { className: "rank", textContent: `#${place + 1} ` });
      button.append(make("small", {}, rank, cell(state.by, row)));
    }
    const tags = rates.filter((rate) => rate.values[row] > 0);
    if (tags.length) {
      const badges = tags.map((tag) => make("i", { textContent: `${tag.name} ${cell(tag, row)}` }));
      button.append(make("span", { className: "tagged" }, ...badges));
    }
    return button;
  };

  const line = (row, place) => {
    const button = make("button", { type: "button", className: "copy" });
    button.tabIndex = place ? -1 : 0;
    button.dataset.seed = table.seeds[row];
    if (table.across) button.append(tile(row));
    button.append(make("b", { textContent: table.seeds[row] }));
    const cells = table.columns.map((column) => make("td", { textContent: cell(column, row) }));
    return make("tr", {}, make("th", { scope: "row" }, button), ...cells);
  };

  const more = () => {
    const end = Math.min(shown + CHUNK, rows.length);
    const pieces = [];
    for (let place = shown; place < end; place += 1) {
      pieces.push(state.view === "grid" ? card(rows[place], place) : line(rows[place], place));
    }
    at(state.view === "grid" ? "grid" : "body").append(...pieces);
    shown = end;
    at("more").hidden = shown >= rows.length;
  };

  const headings = () => {
    const cells = [SEED, ...table.columns].map((column) => {
      const button = make("button", { type: "button", textContent: column.name });
      button.dataset.column = column.name;
      const heading = make("th", { scope: "col" }, button);
      if (column === state.by) {
        const rising = column === SEED ? state.best : column.up !== state.best;
        heading.setAttribute("aria-sort", rising ? "ascending" : "descending");
      }
      return heading;
    });
    at("head").replaceChildren(make("tr", {}, ...cells));
  };

  // The score decides here, as it was measured; golden picks go by what can be expected elsewhere.
  const explain = () => {
    const { name, kind, up, means } = state.by;
    const way = `${up ? "higher" : "lower"} is better`;
    const score =
      `In the order of the measured score ${name}${means ? `: ${means}` : ""}; ${way}. ` +
      "Golden seeds are picked by what can be expected on other prompts, so their order differs.";
    const rate = `In the order of the share of pictures with ${name}.`;
    at("by").textContent = kind === "score" ? score : rate;
    at("by").hidden = kind === "seed" || !rows.length;
  };

  const sideways = () => {
    const box = at("scroller");
    const more = box.scrollWidth - box.clientWidth - box.scrollLeft > 1;
    box.classList.toggle("wider", more);
    at("sideways").hidden = box.hidden || box.scrollWidth <= box.clientWidth;
  };

  const draw = () => {
    rows = table.seeds.map((_, row) => row).filter(passes).sort(compare);
    shown = 0;
    at("grid").replaceChildren();
    at("body").replaceChildren();
    at("grid").hidden = state.view !== "grid" || !rows.length;
    at("scroller").hidden = state.view !== "table" || !rows.length;
    at("scroller").scrollTop = 0;
    at("none").hidden = rows.length > 0;
    at("hint").hidden = at("copy").hidden = !rows.length;
    headings();
    more();
    const all = table.seeds.length.toLocaleString("en");
    const some = rows.length.toLocaleString("en");
    at("count").textContent = some === all ? `${all} in all` : `${some} of ${all}`;
    at("sort").value = state.by.name;
    at("order").value = state.best ? "best" : "worst";
    at("copy").textContent = `Copy the first ${Math.min(10, rows.length)}`;
    explain();
    sideways();
  };

  const sortBy = (name) => {
    const column = sortable.find((one) => one.name === name);
    state.best = column === state.by ? !state.best : true;
    state.by = column;
    draw();
    const heading = [...at("head").querySelectorAll("button")].find((one) => one.dataset.column === name);
    if (heading && state.view === "table") heading.focus();
  };

  const tools = () => {
    for (const column of sortable) {
      const words = column.kind === "rate" ? `${column.name}, least` : column.name;
      at("sort").append(make("option", { value: column.name, textContent: words }));
    }
    for (const tag of rates) {
      const choice = make("select", {});
      for (const [value, words] of [["", "any"], ["never", "never"], ["some", "some"], ["mostly", "half or more"]]) {
        choice.append(make("option", { value, textContent: words }));
      }
      choice.addEventListener("change", () => {
        if (choice.value) state.filters.set(tag, choice.value);
        else state.filters.delete(tag);
        draw();
      });
      at("tags").append(make("label", {}, tag.name, choice));
    }
    at("tags").hidden = !rates.length;
    at("tools").hidden = false;
  };

  at("tools").addEventListener("submit", (event) => event.preventDefault());
  at("sort").addEventListener("change", () => {
    state.by = sortable.find((one) => one.name === at("sort").value);
    draw();
  });
  at("order").addEventListener("change", () => {
    state.best = at("order").value === "best";
    draw();
  });
  at("find").addEventListener("input", () => {
    state.find = at("find").value.trim();
    draw();
  });
  at("clear").addEventListener("click", () => {
    for (const choice of at("tags").querySelectorAll("select")) choice.value = "";
    state.filters.clear();
    at("find").value = state.find = "";
    draw();
    at("find").focus();
  });
  at("views").addEventListener("change", (event) => {
    state.view = event.target.value;
    draw();
  });
  at("head").addEventListener("click", (event) => {
    const button = event.target.closest("button");
    if (button) sortBy(button.dataset.column);
  });
  at("copy").addEventListener("click", () => {
    const seeds = rows.slice(0, 10).map((row) => table.seeds[row]);
    copy(seeds.join(","), `${seeds.length} seeds copied`);
  });
  for (const id of ["grid", "body"]) {
    at(id).addEventListener("click", (event) => {
      const button = event.target.closest("[data-seed]");
      if (button) copy(button.dataset.seed, `Seed ${button.dataset.seed} copied`);
    });
  }
  at("more").addEventListener("click", more);

  // One stop for the tabulator, arrows within: a thousand stops would trap whoever has no mouse.
  for (const id of ["grid", "body"]) {
    const across = (seeds) =>
      id === "grid" ? seeds.filter((one) => one.offsetTop === seeds[0].offsetTop).length : 1;
    at(id).addEventListener("focusin", (event) => {
      for (const seed of at(id).querySelectorAll("[tabindex='0']")) seed.tabIndex = -1;
      event.target.tabIndex = 0;
    });
    at(id).addEventListener("keydown", (event) => {
      const seeds = [...at(id).querySelectorAll("[data-seed]")];
      const here = seeds.indexOf(document.activeElement);
      if (here < 0) return;
      const down = across(seeds);
      const beside = id === "grid" ? { ArrowRight: 1, ArrowLeft: -1 } : {};
      const step = { ...beside, ArrowDown: down, ArrowUp: -down }[event.key];
      const to = { Home: 0, End: seeds.length - 1 }[event.key] ?? here + step;
      if (!Number.isInteger(to) || !seeds[to]) return;
      event.preventDefault();
      seeds[to].focus();
    });
  }

  at("scroller").addEventListener("scroll", () => {
    const { scrollTop, scrollHeight, clientHeight } = at("scroller");
    if (scrollHeight - clientHeight - scrollTop < 600 && shown < rows.length) more();
    sideways();
  });
  window.addEventListener("resize", sideways);

  new IntersectionObserver((entries) => {
    if (entries.some((entry) => entry.isIntersecting) && shown < rows.length) more();
  }, { rootMargin: "600px" }).observe(at("more"));

  tools();
  draw();
})();
