// Shows on a Lens Tap what its layers see while a sampler runs.

import { app } from "../../scripts/app.js";
import { api } from "../../scripts/api.js";
import { addBox, onNodes, setPicture } from "./lens_parts.js";
import { element, nodeOf } from "./panel.js";

const boxes = new WeakMap();

function build(node) {
  const box = addBox(node, "lens_live", 220);
  const line = element("div", { marginBottom: "4px" }, "Layers show here while a sampler runs.");
  const tiles = element("div", {
    display: "grid",
    gridTemplateColumns: "repeat(auto-fill, minmax(88px, 1fr))",
    gap: "4px",
  });
  const notes = element("div", { whiteSpace: "pre-wrap", color: "var(--warning-text, #e8b339)" });
  box.append(line, tiles, notes);
  boxes.set(node, { line, tiles, notes, byName: new Map() });
}

function tileOf(box, layer) {
  let tile = box.byName.get(layer.name);
  if (!tile) {
    const figure = element("figure", { margin: "0", minWidth: "0" });
    const image = element("img", { width: "100%", imageRendering: "pixelated", display: "block" });
    const name = element("figcaption", {
      overflow: "hidden",
      textOverflow: "ellipsis",
      whiteSpace: "nowrap",
    });
    name.textContent = name.title = image.alt = layer.name;
    const legend = element("div", {});
    figure.append(image, name, legend);
    box.tiles.append(figure);
    tile = { figure, image, legend };
    box.byName.set(layer.name, tile);
  }
  return tile;
}

// What the colours of concepts mean: a small square and a word each.
function setLegend(legend, said) {
  legend.replaceChildren(
    ...(said ?? []).map(([colour, word]) => {
      const line = element("div", { display: "flex", alignItems: "center", gap: "4px" });
      const square = element("span", { width: "8px", height: "8px", flex: "none" });
      square.style.background = String(colour);
      line.append(square, element("span", {}, String(word)));
      return line;
    }),
  );
}

function show(box, said) {
  if (said.layers) {
    if (said.step === 0 || box.over) {
      box.notes.textContent = "";
      box.tiles.replaceChildren();
      box.byName.clear();
      box.over = false;
    }
    box.line.textContent = `Step ${said.step + 1} of ${said.steps}`;
    for (const layer of said.layers) {
      const { image, legend } = tileOf(box, layer);
      image.style.aspectRatio = `${Number(layer.width)} / ${Number(layer.height)}`;
      setPicture(image, layer.picture);
      setLegend(legend, layer.legend);
    }
  }
  if (said.over) {
    box.over = true;
    box.notes.textContent = (said.notes ?? []).join("\n");
  }
}

app.registerExtension({
  name: "seedloupe.lens.tap",

  setup() {
    api.addEventListener("seedloupe.lens", ({ detail }) => {
      const node = nodeOf(detail?.node);
      const box = node && boxes.get(node);
      if (box) {
        show(box, detail);
      }
    });
  },

  async beforeRegisterNodeDef(nodeType, nodeData) {
    if (nodeData.name === "SeedloupeLensTap") {
      onNodes(nodeType, build);
    }
  },
});
