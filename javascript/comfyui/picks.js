// "Pick Seeds": thumbnails of the picked seeds, the evidence, and how the table fits as one word.

import { addPanel, after, element, fit } from "./panel.js";

const NODE = "SeedloupePickSeeds";
const COLOURS = { good: "#2f7d4f", plain: "#8a6d1f", bad: "#9b2c3a" };
const HEIGHT = 180;

function emptyView() {
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
  root.append(element("div", { opacity: "0.75" }, "Run the workflow to see the picked seeds."));
  return root;
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

function tile(one) {
  const box = element("figure", { margin: "0", textAlign: "center", width: "52px" });
  if (one.picture) {
    const picture = element("img", { width: "48px", height: "48px", objectFit: "contain" });
    picture.src = `data:image/webp;base64,${one.picture}`;
    picture.alt = `seed ${one.seed}`;
    picture.draggable = false;
    box.append(picture);
  }
  const rank = one.rank ? `rank ${one.rank}, ` : "";
  box.title = `seed ${one.seed}: ${rank}position ${one.position}${one.note ? `; ${one.note}` : ""}`;
  box.append(element("figcaption", { userSelect: "text" }, one.seed));
  return box;
}

function draw(root, picked) {
  const head = element("div", { display: "flex", gap: "6px", alignItems: "start" });
  head.append(chip(picked.fit), element("span", {}, picked.evidence));
  const tiles = element("div", { display: "flex", flexWrap: "wrap", gap: "4px" });
  tiles.append(...picked.seeds.map(tile));
  const rest = picked.count - picked.seeds.length;
  const more = rest > 0 ? [element("div", {}, `and ${rest} more, see the report`)] : [];
  const cure = picked.fit.cure && picked.fit.tone !== "good" ? picked.fit.cure : "";
  root.replaceChildren(head, ...(cure ? [element("div", {}, cure)] : []), tiles, ...more);
}

// Each run is to go on where the last one ended: the position goes up by as many seeds as are
// taken, not by one. The page's own control adds what it finds here.
function stepByCount(node) {
  const named = (name) => (node.widgets ?? []).find((widget) => widget.name === name);
  const position = named("position");
  if (!position) {
    return;
  }
  Object.defineProperty(position.options, "step2", {
    configurable: true,
    enumerable: true,
    get: () => Math.max(1, Math.round(Number(named("count")?.value ?? 1))),
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
    this.seedloupePicks = emptyView();
    addPanel(this, "picks", this.seedloupePicks, { height: HEIGHT });
    stepByCount(this);
    fit(this);
  });
  after(nodeType, "onExecuted", function (message) {
    const picked = message?.seedloupe_picks?.[0];
    if (picked && this.seedloupePicks) {
      draw(this.seedloupePicks, picked);
    }
  });
}
