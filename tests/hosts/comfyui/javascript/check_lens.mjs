// What the lens nodes' boxes show and ask; run beside page.js.

import "./scripts/app.js";
import assert from "node:assert";
await import("./extensions/seedloupe/lens_tap.js");
await import("./extensions/seedloupe/lens_view.js");
await import("./extensions/seedloupe/lens_compare.js");
const { extensions, listeners, nodes, asked } = page;
for (const one of Object.values(extensions)) one.setup?.();

async function create(type, widgets) {
  class Node {
    setSize() {}
    computeSize() { return [1, 1]; }
    addDOMWidget(name, type, element, options) {
      assert(type.startsWith("seedloupe_") && options.hideOnZoom === false && options.serialize === false);
      const widget = { name, element };
      (this.widgets ??= []).push(widget);
      return widget;
    }
  }
  for (const one of Object.values(extensions)) await one.beforeRegisterNodeDef(Node, { name: type });
  const node = new Node();
  node.widgets = widgets;
  node.onNodeCreated();
  return node;
}
const texts = (element) => [element.textContent ?? "", ...element.children.flatMap(texts)];
const images = (element) => [...(element.tag === "img" ? [element] : []), ...element.children.flatMap(images)];
const boxOf = (node) => node.widgets.at(-1).element;
const PNG = "data:image/png;base64,AAAA", BAD = "<img src=x onerror=alert(1)>";

const tap = await create("SeedloupeLensTap", undefined);
nodes.set("11", { subgraph: { getNodeById: (id) => (String(id) === "5" ? tap : null) } });
const send = (detail) => listeners["seedloupe.lens"]({ detail });
send({ node: "11:5", step: 0, steps: 3, layers: [{ name: BAD, width: 4, height: 2, picture: PNG }] });
assert.deepEqual(images(boxOf(tap)).map((one) => one.src), [PNG]);
assert(texts(boxOf(tap)).includes(BAD) && texts(boxOf(tap)).includes("Step 1 of 3"));
send({ node: "11:5", step: 1, steps: 3, layers: [{ name: BAD, width: 4, height: 2, picture: "javascript:1" }] });
assert.deepEqual(images(boxOf(tap)).map((one) => one.src), [undefined]);
send({ node: "11:5", step: 2, steps: 3, layers: [{ name: "concepts", width: 4, height: 2, picture: PNG, legend: [["#0072b2", BAD]] }] });
assert(texts(boxOf(tap)).filter((one) => one === BAD).length === 2);
send({ node: "11:5", over: true, notes: ["not watched"] });
assert(texts(boxOf(tap)).includes("not watched"));
for (const detail of [undefined, {}, { node: "99" }, { node: "11:6" }]) send(detail);

const called = [];
const widgets = ["view", "layer", "step", "word", "x", "y"].map((name) => ({ name, value: 0, callback: (v) => called.push([name, v]) }));
const view = await create("SeedloupeLensView", widgets);
view.onExecuted(undefined);
view.onExecuted({ seedloupe_view: [{ run: "r1", layers: ["a", "b"], steps: [0, 2], words: ["cat"], picture: PNG, under: PNG, sentence: BAD, size: [2, 1], view: "colours", spot: [0, 0], step: -1, layer: "auto" }] });
assert(texts(boxOf(view)).includes(BAD));
const [stage] = boxOf(view).children;
page.answer = { picture: PNG, sentence: "said", view: "spot", spot: [0.5, 0.25] };
stage.listeners.click({ clientX: 200, clientY: 75 });
await new Promise((done) => setTimeout(done, 5));
assert.equal(asked.length, 1);
assert.deepEqual([asked[0][0], asked[0][1].run, asked[0][1].view, asked[0][1].x, asked[0][1].y], ["/seedloupe/lens/view", "r1", "spot", 0.5, 0.25]);
assert.equal(widgets.find(({ name }) => name === "x").value, 0.5);
assert(called.some(([name, value]) => name === "view" && value === "spot"));
assert(texts(boxOf(view)).includes("said"));
const button = page.made.find((one) => one.tag === "button" && one.textContent === "cat");
page.answer = { error: "this word is not there" };
button.listeners.click();
await new Promise((done) => setTimeout(done, 5));
assert.deepEqual([asked[1][1].view, asked[1][1].word], ["word", "cat"]);
assert(texts(boxOf(view)).includes("this word is not there"));
widgets.find(({ name }) => name === "step").callback(2);  // a user turned the node's own widget
assert.equal(asked.length, 3);

const compare = await create("SeedloupeLensCompare", undefined);
compare.onExecuted({ seedloupe_compare: [{ picture: PNG, sentence: BAD }] });
assert(texts(boxOf(compare)).includes(BAD));
