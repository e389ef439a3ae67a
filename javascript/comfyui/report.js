// Shows on a Seedloupe node the report it sent, without becoming part of the workflow.

import { addPanel, after, element, fit } from "./panel.js";
import { texts } from "./texts.js";

const NODES = new Set([
  "SeedloupeCheckText",
  "SeedloupeGoldenSeed",
  "SeedloupeMine",
  "SeedloupeNoiseFromSeeds",
  "SeedloupeRetry",
  "SeedloupeSaveLens",
  "SeedloupeSaveWithSeeds",
  "SeedloupeSeedOfPicture",
  "SeedloupeVariance",
]);
const TALL = new Set([
  "SeedloupeCheckText",
  "SeedloupeGoldenSeed",
  "SeedloupeMine",
  "SeedloupeRetry",
  "SeedloupeSeedOfPicture",
  "SeedloupeVariance",
]);

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
    const box = reportBox("");
    texts().then((said) => {
      box.textContent ||= said.run_report; // unless a run was quicker
    });
    this.seedloupeReport = box;
    addPanel(this, "report", this.seedloupeReport, { height: TALL.has(name) ? 120 : 44 });
    fit(this);
  });
  after(nodeType, "onExecuted", function (message) {
    if (message?.seedloupe_report && this.seedloupeReport) {
      this.seedloupeReport.textContent = message.seedloupe_report.join("\n\n");
    }
  });
}
