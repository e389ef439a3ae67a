// Shows on a Seedloupe node the report it sent, without becoming part of the workflow.

import { app } from "../../scripts/app.js";

const NODES = new Set(["SeedloupeGoldenSeed"]);
const WIDGET = "seedloupe_report";

function addReport(node) {
  const box = document.createElement("pre");
  Object.assign(box.style, {
    margin: "0",
    padding: "6px",
    overflow: "auto",
    whiteSpace: "pre-wrap",
    font: "11px/1.4 sans-serif",
    color: "var(--input-text, #ddd)",
    background: "var(--comfy-input-bg, #222)",
    borderRadius: "4px",
  });
  box.textContent = "Run the workflow to see which seeds were picked, and why.";
  const widget = node.addDOMWidget(WIDGET, "text", box, {
    serialize: false,
    getMinHeight: () => 120,
  });
  widget.serialize = false;
  return box;
}

app.registerExtension({
  name: "seedloupe.report",

  async beforeRegisterNodeDef(nodeType, nodeData) {
    if (!NODES.has(nodeData.name)) {
      return;
    }
    const created = nodeType.prototype.onNodeCreated;
    nodeType.prototype.onNodeCreated = function (...args) {
      const result = created?.apply(this, args);
      this.seedloupeReport = addReport(this);
      this.setSize(this.computeSize());
      return result;
    };
    const executed = nodeType.prototype.onExecuted;
    nodeType.prototype.onExecuted = function (message, ...rest) {
      const result = executed?.call(this, message, ...rest);
      if (message?.seedloupe_report) {
        this.seedloupeReport.textContent = message.seedloupe_report.join("\n\n");
      }
      return result;
    };
  },
});
