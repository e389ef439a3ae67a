// Writes on a node why it cannot run and what to do: the page itself hides the text two clicks away.

import { app } from "../../scripts/app.js";
import { api } from "../../scripts/api.js";
import { addPanel, element, fit, isOurs, nodeOf, removePanel } from "./panel.js";

const NAME = "refusal";
const OUR_ERROR = /^seedloupe\.errors\./;
const shown = new Set();

function say(node, text) {
  const box = element(
    "div",
    {
      margin: "0",
      padding: "6px",
      overflow: "auto",
      whiteSpace: "pre-wrap",
      font: "12px/1.4 sans-serif",
      color: "#fff",
      background: "#7a2330",
      borderRadius: "4px",
      boxSizing: "border-box",
    },
    text
  );
  box.setAttribute("role", "alert");
  removePanel(node, NAME);
  addPanel(node, NAME, box, { height: 100 });
  shown.add(node);
  fit(node);
}

function clear(node) {
  if (shown.delete(node)) {
    removePanel(node, NAME);
    fit(node);
  }
}

// The host names a refusal once for every input; the text is what follows " - ".
function reasonsOf(errors) {
  const found = errors
    .filter((error) => error.type === "custom_validation_failed")
    .map((error) => String(error.details ?? "").replace(/^[^\s]+ - /, ""));
  return [...new Set(found)].join("\n");
}

function showRefused(nodeErrors) {
  for (const [id, entry] of Object.entries(nodeErrors ?? {})) {
    const text = isOurs(entry.class_type) ? reasonsOf(entry.errors ?? []) : "";
    const node = text && nodeOf(id);
    if (node) {
      say(node, text);
    }
  }
}

function showFailed(detail) {
  if (!OUR_ERROR.test(detail?.exception_type ?? "")) {
    return;
  }
  const text = String(detail.exception_message ?? "").trim();
  const node = nodeOf(detail.node_id);
  if (node) {
    say(node, text);
  }
}

export function watchRefusals() {
  const queue = api.queuePrompt;
  api.queuePrompt = async function (...args) {
    [...shown].forEach(clear);
    try {
      const answer = await queue.apply(this, args);
      showRefused(answer?.node_errors);
      return answer;
    } catch (error) {
      showRefused(error?.response?.node_errors);
      throw error;
    }
  };
  api.addEventListener("execution_error", ({ detail }) => showFailed(detail));
}

app.registerExtension({
  name: "seedloupe.refusal",
  setup: watchRefusals,
});
