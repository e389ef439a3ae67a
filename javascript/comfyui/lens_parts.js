// What the lens nodes' own widgets are built of. Texts only ever go in as texts.

import { addPanel, after, element } from "./panel.js";

const PICTURE = /^data:image\/(png|jpeg);base64,[A-Za-z0-9+/=]+$/;

export function setPicture(image, address) {
  const shown = typeof address === "string" && PICTURE.test(address);
  if (shown) {
    image.src = address;
  } else {
    image.removeAttribute("src");
  }
  image.style.visibility = shown ? "visible" : "hidden";
}

// Adds a box with our colours to a node; it is the same element for as long as the node lives.
export function addBox(node, name, height) {
  const box = element("div", {
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
  box.dataset.seedloupe = `seedloupe_${name}`;
  addPanel(node, name, box, { height });
  return box;
}

export function widgetOf(node, name) {
  return (node.widgets ?? []).find((widget) => widget.name === name);
}

// Adds a box to each new node of a kind, and hands it what the node's run sends to the page.
export function onNodes(nodeType, build, executed) {
  after(nodeType, "onNodeCreated", function () {
    build(this);
    this.setSize?.(this.computeSize());
  });
  if (executed) {
    after(nodeType, "onExecuted", function (message) {
      executed(this, message ?? {});
    });
  }
}
