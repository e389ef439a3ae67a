// Shows on a Seedloupe node the report it sent, without becoming part of the workflow.

import { addPanel, after, element, fit } from "./panel.js";

const NODES = new Set([
  "SeedloupeCheckText",
  "SeedloupeGoldenSeed",
  "SeedloupeNoiseFromSeeds",
  "SeedloupeRetry",
  "SeedloupeSaveLens",
  "SeedloupeSaveWithSeeds",
  "SeedloupeSeedOfPicture",
]);
const TALL = new Set([
  "SeedloupeCheckText",
  "SeedloupeGoldenSeed",
  "SeedloupeRetry",
  "SeedloupeSeedOfPicture",
]);
const EMPTY = "Run the workflow to see what came of it.";

export function reportBox(text) {
  return element(
    "pre",
    {
      margin: "0",
      padding: "6px",
      overflow: "auto",
      whiteSpace: "pre-wrap",
      font: "11px/1.4 sans-serif",
      color: "var(--input-text, #ddd)",
      background: "var(--comfy-input-bg, #222)",
      borderRadius: "4px",
      boxSizing: "border-box",
    },
    text
  );
}

export function addReports(nodeType, name) {
  if (!NODES.has(name)) {
    return;
  }
  after(nodeType, "onNodeCreated", function () {
    this.seedloupeReport = reportBox(EMPTY);
    addPanel(this, "report", this.seedloupeReport, { height: TALL.has(name) ? 120 : 44 });
    fit(this);
  });
  after(nodeType, "onExecuted", function (message) {
    if (message?.seedloupe_report && this.seedloupeReport) {
      this.seedloupeReport.textContent = message.seedloupe_report.join("\n\n");
    }
  });
}
