// The map of a seed table over the page: to choose a node's seeds on, and to draw its layout's box.
//
// Map and box are the ones of the other hosts; the server hands them out once, with their style.

import { api } from "../../scripts/api.js";
import { element, fit } from "./panel.js";
import { widgetOf } from "./lens_parts.js";
import { BY_HAND, seedsIn } from "./seed_list.js";
import { texts } from "./texts.js";

const OF_THE_MODEL = "(the model's)";
const BOX = ["left", "top", "width", "height"];
const MOST_SEEDS = 1024;
// Keys and clicks on the map are none for the graph behind it.
const OURS = ["keydown", "keyup", "copy", "cut", "paste", "wheel", "pointerdown", "mousedown"];
let parts = null;
let shown = null;

function addressOf(question) {
  return api.apiURL(`/seedloupe/atlas?${new URLSearchParams(question)}`);
}

async function ask(question) {
  const response = await fetch(addressOf(question));
  const answer = await response.json();
  if (!response.ok) {
    throw new Error(answer.error ?? `the server said ${response.status}`);
  }
  return answer;
}

function fetchParts() {
  parts ??= Promise.all([ask({ part: "page" }), import(addressOf({ part: "script" }))]);
  parts.catch(() => {
    parts = null; // somebody may try again
  });
  return parts;
}

// What a part of the map hears from us, also when it begins to listen later.
function link(send) {
  let listener = null;
  let last = {};
  return {
    send,
    hear(one) {
      listener = one;
      one(last);
    },
    tell(message) {
      last = message;
      listener?.(message);
    },
  };
}

// The markup comes with the pack; nothing of a table is in it.
function fromMarkup(markup, box) {
  const page = new DOMParser().parseFromString(markup, "text/html");
  box.replaceChildren(...page.body.childNodes);
  return box;
}

function setWidget(node, name, value) {
  const widget = widgetOf(node, name);
  if (widget) {
    widget.value = value;
    widget.callback?.(value);
  }
}

class TableMap {
  constructor(node, said) {
    this.node = node;
    this.said = said;
    this.news = {};
    this.turn = 0;
    this.asked = 0;
    this.box = null;
    this.chosenTable = false;
    this.map = link((message) => this.heardMap(message));
    this.frame = link(({ boxes }) => this.heardFrame(boxes));
    this.build();
  }

  build() {
    const dark = document.querySelector(".dark-theme") !== null;
    this.dialog = element("dialog", {
      width: "min(1400px, 94vw)",
      height: "94vh",
      maxWidth: "none",
      maxHeight: "none",
      margin: "auto",
      padding: "14px 18px",
      overflow: "auto",
      boxSizing: "border-box",
      border: "1px solid var(--border-color, #555)",
      borderRadius: "8px",
      color: "var(--sl-ink)",
      background: "var(--sl-paper)",
      font: "14px/1.45 sans-serif",
    });
    this.dialog.className = dark ? "seedloupe-map dark" : "seedloupe-map";
    this.dialog.setAttribute("aria-label", this.said.title);
    const colours = dark ? DARK : LIGHT;
    for (const [name, value] of Object.entries(colours)) {
      this.dialog.style.setProperty(`--${name}`, value);
    }
    this.style = element("style");
    this.tables = element("select", {
      maxWidth: "60%",
      padding: "6px 8px",
      font: "inherit",
      color: "inherit",
      background: "var(--sl-card)",
      border: "1px solid var(--sl-line)",
      borderRadius: "4px",
    });
    this.tables.append(...this.names().map((name) => this.option(name)));
    this.tables.addEventListener("change", () => {
      this.chosenTable = true;
      this.show();
    });
    const label = element("label", { display: "flex", gap: "8px", alignItems: "center", flex: "1" });
    label.append(element("span", {}, this.said.table), this.tables);
    const head = element("div", { display: "flex", gap: "12px", marginBottom: "10px" });
    head.append(label, this.button(this.said.close, () => this.dialog.close()));
    this.line = element("p", { margin: "0 0 8px", whiteSpace: "pre-wrap" }, this.said.loading);
    this.line.setAttribute("role", "status");
    this.drawing = element("div", { flex: "0 0 226px" });
    this.noBox = element("p", { margin: "0" }, this.said.no_box);
    this.withBox = element("div");
    this.frameBox = element("div");
    this.useBox = this.button(this.said.use_box, () => this.takeBox());
    this.withBox.append(element("p", { margin: "0 0 6px" }, this.said.box), this.frameBox, this.useBox);
    this.drawing.append(this.withBox, this.noBox);
    this.mapBox = element("div", { flex: "1 1 480px", minWidth: "0" });
    this.whole = element("div", { display: "flex", flexWrap: "wrap", gap: "18px" });
    this.whole.append(this.drawing, this.mapBox);
    this.whole.hidden = true;
    this.whole.style.display = "none";
    this.dialog.append(this.style, head, this.line, this.whole);
    for (const kind of OURS) {
      this.dialog.addEventListener(kind, (event) => event.stopPropagation());
    }
    this.dialog.addEventListener("close", () => this.end());
  }

  names() {
    const values = widgetOf(this.node, "table")?.options?.values ?? [];
    const all = typeof values === "function" ? values() : values;
    return [...all].filter((name) => name !== OF_THE_MODEL);
  }

  option(name) {
    const option = element("option", {}, name);
    option.value = name;
    return option;
  }

  button(text, act) {
    const button = element(
      "button",
      {
        font: "inherit",
        color: "inherit",
        padding: "6px 12px",
        background: "transparent",
        border: "1px solid var(--sl-line)",
        borderRadius: "4px",
        cursor: "pointer",
      },
      text,
    );
    button.type = "button";
    button.addEventListener("click", act);
    return button;
  }

  // The node's own table; where it stands for the model's, the one of its last run.
  firstTable() {
    const names = this.names();
    const wanted = [widgetOf(this.node, "table")?.value, this.node.seedloupePicked?.table];
    return wanted.find((name) => names.includes(name)) ?? names[0];
  }

  async open() {
    document.body.append(this.dialog);
    this.dialog.showModal();
    const first = this.firstTable();
    if (first === undefined) {
      this.line.textContent = this.said.no_table;
      return;
    }
    this.tables.value = first;
    try {
      const [page, script] = await fetchParts();
      if (shown !== this) {
        return;
      }
      this.style.textContent = page.css;
      this.whole.hidden = false;
      this.whole.style.display = "flex";
      this.stop = script.openAtlas(fromMarkup(page.map, this.mapBox), this.map);
      script.openFrame(fromMarkup(page.frame, this.frameBox), this.frame);
      await this.show();
    } catch (error) {
      this.line.textContent = `${this.said.failed} ${error.message ?? error}`;
    }
  }

  async show() {
    const table = this.tables.value;
    const number = ++this.asked;
    this.line.textContent = this.said.loading;
    let told;
    try {
      told = await ask({ part: "table", table });
    } catch (error) {
      if (number === this.asked) {
        this.line.textContent = `${this.said.failed} ${error.message ?? error}`;
        this.map.tell({ empty: this.line.textContent });
      }
      return;
    }
    if (number !== this.asked) {
      return;
    }
    this.line.textContent = "";
    this.withBox.style.display = told.layout ? "" : "none";
    this.noBox.style.display = told.layout ? "none" : "";
    const mark = { table, stamp: told.stamp };
    this.news = {
      file: addressOf({ part: "seeds", ...mark }),
      sheet: told.sheet ? addressOf({ part: "sheet", ...mark }) : "",
      aspect: told.aspect,
      chosen: this.chosenBefore(table),
      turn: ++this.turn,
    };
    this.box ??= this.boxBefore();
    this.tellBox();
  }

  // What the node says now, else what its last run took from this table.
  chosenBefore(table) {
    if (widgetOf(this.node, "pick")?.value === BY_HAND) {
      return seedsIn(widgetOf(this.node, "pick.seeds")?.value);
    }
    const picked = this.node.seedloupePicked;
    return picked?.table === table ? picked.seeds.map(({ seed }) => String(seed)) : [];
  }

  boxBefore() {
    const values = BOX.map((name) => Number(widgetOf(this.node, `pick.${name}`)?.value));
    if (!values.every(Number.isFinite)) {
      return null;
    }
    const [left, top, width, height] = values.map((value) => value / 100);
    return [left, top, Math.min(1, left + width), Math.min(1, top + height)];
  }

  heardFrame(boxes) {
    this.box = boxes.at(-1) ?? null;
    this.tellBox();
  }

  tellBox() {
    const boxes = this.box ? [this.box] : [];
    this.useBox.disabled = !this.box;
    this.useBox.style.opacity = this.box ? "1" : "0.5";
    this.frame.tell({ aspect: this.news.aspect, boxes: [...boxes], most: 1 });
    this.news = { ...this.news, boxes };
    this.map.tell(this.news);
  }

  heardMap(message) {
    if (message.type === "use" && message.seeds.length) {
      const seeds = message.seeds.slice(0, MOST_SEEDS);
      this.takeTable(this.node.seedloupePicked?.table);
      setWidget(this.node, "pick", BY_HAND);
      setWidget(this.node, "pick.seeds", seeds.join(", "));
      setWidget(this.node, "count", seeds.length);
      setWidget(this.node, "position", 0);
      this.taken();
    }
  }

  takeBox() {
    const [left, top, right, bottom] = this.box.map((side) => Math.round(100 * side));
    const sizes = { left, top, width: Math.max(1, right - left), height: Math.max(1, bottom - top) };
    if (this.chosenTable) {
      this.takeTable();
    }
    if (widgetOf(this.node, "pick")?.value !== "layout") {
      setWidget(this.node, "pick", "layout");
    }
    for (const name of BOX) {
      setWidget(this.node, `pick.${name}`, sizes[name]);
    }
    this.taken();
  }

  // Seeds are of the table that was shown; the model's own may stay called so where it is the same.
  takeTable(ofTheModel) {
    const table = this.tables.value;
    const now = widgetOf(this.node, "table")?.value;
    if (now !== table && !(now === OF_THE_MODEL && ofTheModel === table)) {
      setWidget(this.node, "table", table);
    }
  }

  taken() {
    fit(this.node);
    this.dialog.close();
  }

  end() {
    this.stop?.();
    this.dialog.remove();
    if (shown === this) {
      shown = null;
    }
  }
}

const LIGHT = {
  "sl-paper": "#faf8f4",
  "sl-card": "#fffefb",
  "sl-ink": "#231d14",
  "sl-soft": "#5d5546",
  "sl-faint": "#7a7161",
  "sl-line": "#d9d1c1",
  "sl-wash": "#efe8da",
  "sl-brass": "#9a6a1c",
  "sl-plate": "#e4dccb",
  "sl-serif": "serif",
  font: "sans-serif",
  "font-mono": "monospace",
};
const DARK = {
  ...LIGHT,
  "sl-paper": "#1d1c1a",
  "sl-card": "#262522",
  "sl-ink": "#ece6da",
  "sl-soft": "#b9b1a2",
  "sl-faint": "#948c7e",
  "sl-line": "#46423b",
  "sl-wash": "#35322c",
  "sl-brass": "#d8ab58",
  "sl-plate": "#3a362f",
};

// Shows the map for a node; there is one at a time.
export async function openMap(node) {
  const said = await texts();
  if (shown) {
    return;
  }
  shown = new TableMap(node, said);
  await shown.open();
}
