// "Pick Seeds": the way to the table's map, thumbnails of the picked seeds, the evidence, and how
// the table fits as one word.

import { addPanel, after, element, fit } from "./panel.js";
import { BY_HAND, seedsIn } from "./seed_list.js";
import { openMap } from "./table_map.js";
import { texts } from "./texts.js";

const NODE = "SeedloupePickSeeds";
const COLOURS = { good: "#2f7d4f", plain: "#8a6d1f", bad: "#9b2c3a" };
const HEIGHT = 210;

function mapButton(node) {
  const button = element("button", {
    flex: "none",
    alignSelf: "stretch",
    padding: "5px 8px",
    font: "inherit",
    color: "inherit",
    background: "var(--comfy-menu-bg, #353535)",
    border: "1px solid var(--border-color, #4e4e4e)",
    borderRadius: "4px",
    cursor: "pointer",
  });
  button.type = "button";
  button.addEventListener("pointerdown", (event) => event.stopPropagation());
  button.addEventListener("click", () => openMap(node));
  texts().then((said) => {
    button.textContent = said.open;
  });
  return button;
}

function emptyView(node) {
  const root = element("div", {
    display: "flex",
    flexDirection: "column",
    gap: "4px",
    padding: "6px",
    overflow: "auto",
    font: "11px/1.35 sans-serif",
    color: "var(--input-text, #ddd)",
    background: "var(--comfy-input-bg, #222)",
    borderRadius: "4px",
    boxSizing: "border-box",
  });
  const view = element("div", { display: "flex", flexDirection: "column", gap: "4px" });
  const hint = element("div", { opacity: "0.75" });
  texts().then((said) => {
    hint.textContent = said.run_picks;
  });
  view.append(hint);
  root.append(mapButton(node), view);
  return { root, view };
}

function chip(fitting) {
  const word = element(
    "span",
    {
      padding: "1px 8px",
      borderRadius: "9px",
      color: "#fff",
      background: COLOURS[fitting.tone] ?? COLOURS.plain,
      whiteSpace: "nowrap",
    },
    fitting.word
  );
  word.title = fitting.cure ?? "";
  return word;
}

function tile(one, said) {
  const box = element("figure", { margin: "0", textAlign: "center", width: "52px" });
  if (one.picture) {
    const picture = element("img", { width: "48px", height: "48px", objectFit: "contain" });
    picture.src = `data:image/webp;base64,${one.picture}`;
    picture.alt = `${said.seed} ${one.seed}`;
    picture.draggable = false;
    box.append(picture);
  }
  const rank = one.rank ? `${said.rank} ${one.rank}, ` : "";
  const place = `${said.seed} ${one.seed}: ${rank}${said.position} ${one.position}`;
  box.title = one.note ? `${place}; ${one.note}` : place;
  box.append(element("figcaption", { userSelect: "text" }, one.seed));
  return box;
}

function draw(view, picked, said) {
  const head = element("div", { display: "flex", gap: "6px", alignItems: "start" });
  head.append(chip(picked.fit), element("span", {}, picked.evidence));
  const tiles = element("div", { display: "flex", flexWrap: "wrap", gap: "4px" });
  tiles.append(...picked.seeds.map((one) => tile(one, said)));
  const rest = picked.count - picked.seeds.length;
  const more = rest > 0 ? said.more.replace("{count}", rest) : "";
  const cure = picked.fit.cure && picked.fit.tone !== "good" ? picked.fit.cure : "";
  const whose = picked.seeds.some((one) => one.picture) ? said.not_yours : "";
  const line = (text, style) => (text ? [element("div", style, text)] : []);
  view.replaceChildren(head, ...line(cure), tiles, ...line(more), ...line(whose, { opacity: "0.75" }));
}

// Each run is to go on where the last one ended: the position goes up by as many seeds as are
// taken, not by one; where all seeds by hand are taken at once, it stays, so that a run with nothing
// changed draws nothing anew. The page's own control adds what it finds here.
function stepByCount(node) {
  const named = (name) => (node.widgets ?? []).find((widget) => widget.name === name);
  const position = named("position");
  if (!position) {
    return;
  }
  Object.defineProperty(position.options, "step2", {
    configurable: true,
    enumerable: true,
    get: () => {
      const count = Math.max(1, Math.round(Number(named("count")?.value ?? 1)));
      const random = position.linkedWidgets?.some(({ value }) => value === "randomize");
      const byHand = named("pick")?.value === BY_HAND && !random;
      return byHand && seedsIn(named("pick.seeds")?.value).length <= count ? 0 : count;
    },
    set: () => {},
  });
  position.callback = function (value) {
    this.value = Math.round(value); // any position may be typed, not only whole steps
  };
}

export function addPicks(nodeType, name) {
  if (name !== NODE) {
    return;
  }
  after(nodeType, "onNodeCreated", function () {
    const { root, view } = emptyView(this);
    this.seedloupePicks = view;
    addPanel(this, "picks", root, { height: HEIGHT });
    stepByCount(this);
    fit(this);
  });
  after(nodeType, "onExecuted", function (message) {
    const picked = message?.seedloupe_picks?.[0];
    if (picked && this.seedloupePicks) {
      this.seedloupePicked = picked;
      texts().then((said) => draw(this.seedloupePicks, picked, said));
    }
  });
}
