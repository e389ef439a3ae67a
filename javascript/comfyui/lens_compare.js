// Shows on a Lens Compare where two runs part.

import { app } from "../../scripts/app.js";
import { addBox, onNodes, setPicture } from "./lens_parts.js";
import { element } from "./panel.js";

const boxes = new WeakMap();

function build(node) {
  const box = addBox(node, "lens_compare", 180);
  const image = element("img", { width: "100%", visibility: "hidden", display: "block" });
  image.alt = "layers by steps, black where both runs are equal";
  const said = element("div", { whiteSpace: "pre-wrap" }, "Run the workflow to see where they part.");
  box.append(image, said);
  boxes.set(node, { image, said });
}

app.registerExtension({
  name: "seedloupe.lens.compare",

  async beforeRegisterNodeDef(nodeType, nodeData) {
    if (nodeData.name !== "SeedloupeLensCompare") {
      return;
    }
    onNodes(nodeType, build, (node, message) => {
      const shown = message.seedloupe_compare?.[0];
      const box = boxes.get(node);
      if (shown && box) {
        setPicture(box.image, shown.picture);
        box.said.textContent = shown.sentence ?? "";
      }
    });
  },
});
