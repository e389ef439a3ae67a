// Elements of ours on nodes, in both renderers.

import { app } from "../../scripts/app.js";

const PREFIX = "seedloupe_";

// Adds an element to a node and returns its widget; the workflow does not keep it.
//
// The widget's type is a name of our own: Nodes 2.0 shows a widget of its own in place of the
// element where it knows the type. The element is kept by reference, since either renderer moves it.
export function addPanel(node, name, element, { height = 120 } = {}) {
  const type = PREFIX + name;
  const present = (node.widgets ?? []).find((widget) => widget.name === type);
  if (present) {
    return present;
  }
  const widget = node.addDOMWidget(type, type, element, {
    serialize: false,
    hideOnZoom: false,
    getMinHeight: () => (typeof height === "function" ? height() : height),
  });
  widget.serialize = false;
  return widget;
}

// Takes a panel away again.
export function removePanel(node, name) {
  const type = PREFIX + name;
  const widget = (node.widgets ?? []).find((one) => one.name === type);
  if (widget && node.removeWidget) {
    node.removeWidget(widget);
  } else if (widget) {
    node.widgets.splice(node.widgets.indexOf(widget), 1);
  }
}

// Makes a node as tall as its widgets need, and never smaller than its user made it.
export function fit(node) {
  const [width, height] = node.computeSize();
  node.setSize([Math.max(width, node.size[0]), Math.max(height, node.size[1])]);
  node.graph?.setDirtyCanvas?.(true, true);
}

// Finds a node by the id events carry: a text, "11:5" for node 5 in subgraph node 11.
export function nodeOf(id) {
  let graph = app.rootGraph ?? app.graph;
  let node = null;
  for (const part of String(id).split(":")) {
    node = graph?.getNodeById?.(part) ?? graph?.getNodeById?.(Number(part)) ?? null;
    graph = node?.subgraph;
  }
  return node;
}

// Makes an element with a style and a text; texts never become markup.
export function element(tag, style = {}, text = "") {
  const made = document.createElement(tag);
  Object.assign(made.style, style);
  made.textContent = text;
  return made;
}

// Calls ours after a method of a node's class, whoever else did so before.
export function after(nodeType, name, ours) {
  const before = nodeType.prototype[name];
  nodeType.prototype[name] = function (...args) {
    const result = before?.apply(this, args);
    ours.apply(this, args);
    return result;
  };
}

export function isOurs(name) {
  return String(name).startsWith("Seedloupe");
}
