// What our scripts say, in the language of the page where locales/*/main.json has it.

import { app } from "../../scripts/app.js";
import { api } from "../../scripts/api.js";

const ENGLISH = {
  open: "Open the map",
  title: "Map of the seed table",
  table: "Table",
  box: "Draw where a thing should stand",
  use_box: "Use this box",
  no_box: "This table does not know where things stand, so there is no box to draw.",
  close: "Close",
  loading: "Fetching the map …",
  no_table: "There is no seed table. Put one into models/seed_tables and refresh the page (R).",
  failed: "The map could not be had:",
  run_picks: "Run the workflow to see the picked seeds.",
  run_report: "Run the workflow to see what came of it.",
  not_yours: "Pictures of the table, not of your prompt.",
  more: "and {count} more, see the report",
  seed: "seed",
  rank: "rank",
  position: "position",
  run_thumbs: "Run the workflow, then say which pictures you like.",
  like: "Like",
  dislike: "Dislike",
  no_thumb: "its seed's own noise is not known",
};
let asked = null;

async function translated() {
  const language = app.extensionManager?.setting?.get?.("Comfy.Locale") ?? "en";
  if (language === "en" || !api.getCustomNodesI18n) {
    return ENGLISH;
  }
  const known = await api.getCustomNodesI18n();
  return { ...ENGLISH, ...known?.[language]?.seedloupe };
}

// Returns all texts; English where a language lacks one, or cannot be had.
export function texts() {
  asked ??= translated().catch(() => ENGLISH);
  return asked;
}
