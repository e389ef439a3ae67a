// What the lens nodes' own widgets are built of. Text only ever goes in as text.

import { app } from "../../scripts/app.js";

const PICTURE = /^data:image\/(png|jpeg);base64,[A-Za-z0-9+/=]+$/;

export function part(kind, style = {}, text = "") {
  const element = document.createElement(kind);
  Object.assign(element.style, style);
  if (text) {
    element.textContent = text;
  }
  return element;
}

export function setPicture(image, address) {
  const shown = typeof address === "string" && PICTURE.test(address);
  if (shown) {
    image.src = address;
  } else {
    image.removeAttribute("src");
  }
  image.style.visibility = shown ? "visible" : "hidden";
}

// A widget of a type of its own: the page knows types such as "text" and would draw its own box.
export function addBox(node, type, height) {
  const box = part("div", {
    boxSizing: "border-box",
    width: "100%",
    height: "100%",
    padding: "4px",
    overflow: "auto",
    font: "11px/1.4 sans-serif",
    color: "var(--input-text, #ddd)",
    background: "var(--comfy-input-bg, #222)",
    borderRadius: "4px",
  });
  box.dataset.seedloupe = type;
  const widget = node.addDOMWidget(type, type, box, {
    serialize: false,
    hideOnZoom: false,
    getMinHeight: () => height,
  });
  widget.serialize = false;
  return box;
}

// Ids in events are strings; those of nodes within subgraphs have the way to them, "12:11:5".
export function nodeById(id) {
  let graph = app.rootGraph ?? app.graph;
  let node;
  for (const step of String(id).split(":")) {
    node = graph?.getNodeById?.(step) ?? graph?.getNodeById?.(Number(step));
    graph = node?.subgraph;
  }
  return node;
}

export function widgetOf(node, name) {
  return (node.widgets ?? []).find((widget) => widget.name === name);
}

// Adds a box to each new node of a kind, and hands it what the node's run sends to the page.
export function onNodes(nodeType, build, executed) {
  const created = nodeType.prototype.onNodeCreated;
  nodeType.prototype.onNodeCreated = function (...args) {
    const result = created?.apply(this, args);
    build(this);
    this.setSize?.(this.computeSize());
    return result;
  };
  if (!executed) {
    return;
  }
  const before = nodeType.prototype.onExecuted;
  nodeType.prototype.onExecuted = function (message, ...rest) {
    const result = before?.call(this, message, ...rest);
    executed(this, message ?? {});
    return result;
  };
}
