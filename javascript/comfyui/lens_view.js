// Lets people look into a lens on the node: layers, steps, a click for a spot, a word for its map.

import { app } from "../../scripts/app.js";
import { api } from "../../scripts/api.js";
import { addBox, onNodes, setPicture, widgetOf } from "./lens_parts.js";
import { element } from "./panel.js";

const ASKED = ["view", "layer", "step", "word", "x", "y", "image", "prompt"];
const views = new WeakMap();

class View {
  constructor(node) {
    this.node = node;
    this.run = "";
    this.asked = 0;
    this.box = addBox(node, "lens_view", 420);
    this.stage = element("div", {
      position: "relative",
      width: "100%",
      aspectRatio: "1",
      cursor: "crosshair",
      background: "#0003",
    });
    const whole = { position: "absolute", inset: "0", width: "100%", height: "100%" };
    this.under = element("img", { ...whole, visibility: "hidden" });
    this.over = element("img", { ...whole, visibility: "hidden", imageRendering: "pixelated" });
    this.under.alt = "the picture";
    this.over.alt = "what was looked at";
    this.under.draggable = this.over.draggable = false;
    this.spot = element("div", {
      position: "absolute",
      width: "10px",
      height: "10px",
      margin: "-6px",
      border: "1px solid #000",
      outline: "1px solid #fff",
      borderRadius: "50%",
      pointerEvents: "none",
      visibility: "hidden",
    });
    this.stage.append(this.under, this.over, this.spot);
    this.layer = element("select", { flex: "1", minWidth: "0" });
    this.step = element("input", { flex: "1", minWidth: "0" });
    this.cover = element("input", { width: "60px" });
    this.step.type = this.cover.type = "range";
    Object.assign(this.cover, { min: "0", max: "1", step: "0.05", value: "1" });
    this.layer.title = "layer";
    this.step.title = "step";
    this.cover.title = "how much of the picture is covered";
    const row = element("div", { display: "flex", gap: "4px", margin: "4px 0" });
    row.append(this.layer, this.step, this.cover);
    this.kinds = element("div", { display: "flex", gap: "4px", flexWrap: "wrap" });
    for (const kind of ["colours", "groups"]) {
      this.kinds.append(this.button(kind, () => this.set({ view: kind })));
    }
    this.words = element("div", { display: "flex", gap: "3px", flexWrap: "wrap", margin: "4px 0" });
    const start = "Run the workflow; then click into the picture, or click a word.";
    this.said = element("div", { whiteSpace: "pre-wrap" }, start);
    this.notes = element("div", { whiteSpace: "pre-wrap", color: "var(--warning-text, #e8b339)" });
    this.box.append(this.stage, row, this.kinds, this.words, this.said, this.notes);
    this.listen();
  }

  listen() {
    this.stage.addEventListener("pointerdown", (event) => event.stopPropagation());
    this.stage.addEventListener("click", (event) => {
      const box = this.stage.getBoundingClientRect();
      const share = (value) => Math.round(Math.min(Math.max(value, 0), 1) * 1000) / 1000;
      const x = share((event.clientX - box.left) / box.width);
      this.set({ view: "spot", x, y: share((event.clientY - box.top) / box.height) });
    });
    this.layer.addEventListener("change", () => this.set({ layer: this.layer.value }));
    this.step.addEventListener("input", () => {
      this.set({ step: this.steps?.[Number(this.step.value)] ?? -1 });
    });
    this.cover.addEventListener("input", () => {
      this.over.style.opacity = this.cover.value;
    });
    for (const widget of (this.node.widgets ?? []).filter(({ name }) => ASKED.includes(name))) {
      const before = widget.callback;
      widget.callback = (...args) => {
        const result = before?.apply(widget, args);
        if (!this.setting) {
          this.ask();
        }
        return result;
      };
    }
  }

  button(text, act) {
    const button = element("button", { cursor: "pointer", font: "inherit" }, text);
    button.type = "button";
    button.addEventListener("click", act);
    return button;
  }

  // Widgets keep what was asked, so that a run of the workflow puts out the same view.
  set(values) {
    this.setting = true;
    for (const [name, value] of Object.entries(values)) {
      const widget = widgetOf(this.node, name);
      if (widget) {
        widget.value = value;
        widget.callback?.(value);
      }
    }
    this.setting = false;
    this.node.graph?.setDirtyCanvas?.(true, false);
    this.ask();
  }

  async ask() {
    if (!this.run) {
      return;
    }
    const number = ++this.asked;
    const question = { run: this.run };
    for (const name of ASKED) {
      question[name] = widgetOf(this.node, name)?.value;
    }
    let answer;
    try {
      const response = await api.fetchApi("/seedloupe/lens/view", {
        method: "POST",
        headers: { "Content-Type": "application/json" },
        body: JSON.stringify(question),
      });
      answer = await response.json();
    } catch (error) {
      answer = { error: `The server did not answer: ${error}` };
    }
    if (number === this.asked) {
      this.show(answer);
    }
  }

  show(answer) {
    if (answer.error) {
      this.said.textContent = answer.error;
      return;
    }
    setPicture(this.over, answer.picture);
    this.said.textContent = answer.sentence ?? "";
    const [x, y] = answer.spot ?? [0, 0];
    this.spot.style.visibility = answer.view === "spot" ? "visible" : "hidden";
    this.spot.style.left = `${100 * Number(x)}%`;
    this.spot.style.top = `${100 * Number(y)}%`;
  }

  begin(run) {
    this.run = run.run ?? "";
    this.asked += 1;
    this.steps = run.steps ?? [];
    Object.assign(this.step, { min: "0", max: String(Math.max(0, this.steps.length - 1)) });
    const at = this.steps.indexOf(run.step);
    this.step.value = String(at < 0 ? this.steps.length - 1 : at);
    this.layer.replaceChildren(
      ...(run.layers ?? []).map((name) => {
        const option = element("option", {}, name);
        option.value = name;
        return option;
      }),
    );
    if ((run.layers ?? []).includes(run.layer)) {
      this.layer.value = run.layer;
    }
    this.words.replaceChildren(
      ...(run.words ?? []).map((word) => this.button(word, () => this.set({ view: "word", word }))),
    );
    setPicture(this.under, run.under);
    const size = run.size ?? [1, 1];
    this.stage.style.aspectRatio = `${Number(size[0])} / ${Number(size[1])}`;
    this.cover.value = run.under ? "0.75" : "1";
    this.over.style.opacity = this.cover.value;
    this.notes.textContent = (run.notes ?? []).join("\n");
    this.show(run);
  }
}

app.registerExtension({
  name: "seedloupe.lens.view",

  async beforeRegisterNodeDef(nodeType, nodeData) {
    if (nodeData.name !== "SeedloupeLensView") {
      return;
    }
    onNodes(
      nodeType,
      (node) => views.set(node, new View(node)),
      (node, message) => {
        const run = message.seedloupe_view?.[0];
        if (run) {
          views.get(node)?.begin(run);
        }
      },
    );
  },
});
