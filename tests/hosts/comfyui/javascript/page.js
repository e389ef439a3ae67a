// A page of a few lines, in place of ComfyUI's.

const made = [];
class Element {
  constructor(tag) { Object.assign(this, { tag, style: {}, dataset: {}, children: [], listeners: {} }); made.push(this); }
  append(...more) { this.children.push(...more); }
  replaceChildren(...more) { this.children = more; }
  addEventListener(name, act) { this.listeners[name] = act; }
  removeAttribute(name) { delete this[name]; }
  getBoundingClientRect() { return { left: 100, top: 50, width: 200, height: 100 }; }
  set innerHTML(text) { throw new Error("markup"); }
}
globalThis.document = { createElement: (tag) => new Element(tag) };
const asked = [], listeners = {}, extensions = {};
globalThis.page = { made, asked, listeners, extensions, nodes: new Map(), answer: {} };
const find = (id) => page.nodes.get(String(id));
export const app = {
  rootGraph: { getNodeById: find },
  registerExtension(one) {
    if (extensions[one.name]) throw new Error("twice");
    extensions[one.name] = one;
  },
};
export const api = {
  addEventListener: (name, act) => { listeners[name] = act; },
  fetchApi: async (address, options) => {
    asked.push([address, JSON.parse(options.body)]);
    return { json: async () => page.answer };
  },
};
