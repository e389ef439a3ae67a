// What Seedloupe adds to ComfyUI's page; each part has a file of its own.

import { app } from "../../scripts/app.js";
import { addPicks } from "./picks.js";
import { addReports } from "./report.js";
import { addThumbs } from "./thumbs.js";

app.registerExtension({
  name: "seedloupe",

  async beforeRegisterNodeDef(nodeType, nodeData) {
    addReports(nodeType, nodeData.name);
    addPicks(nodeType, nodeData.name);
    addThumbs(nodeType, nodeData.name);
  },
});
