// Thumbs up and down below the pictures that "Save with Seeds" wrote; Pick Seeds has a rule for them.

import { api } from "../../scripts/api.js";
import { addPanel, after, element, fit } from "./panel.js";
import { texts } from "./texts.js";

const NODE = "SeedloupeSaveWithSeeds";
const ADDRESS = "/seedloupe/thumbs";
const COLOURS = { true: "#2f7d4f", false: "#9b2c3a" };
const HEIGHT = 84;

async function ask(picture, liked) {
  const { filename, subfolder } = picture;
  const answer =
    liked === undefined
      ? await api.fetchApi(`${ADDRESS}?${new URLSearchParams({ filename, subfolder })}`)
      : await api.fetchApi(ADDRESS, {
          method: "POST",
          headers: { "Content-Type": "application/json" },
          body: JSON.stringify({ filename, subfolder, liked }),
        });
  const said = await answer.json();
  return answer.ok ? said : { can: false, liked: null, why: said.error };
}

function button(word, up, row) {
  const made = element(
    "button",
    {
      padding: "1px 8px",
      font: "inherit",
      color: "inherit",
      background: "var(--comfy-menu-bg, #353535)",
      border: "1px solid var(--border-color, #4e4e4e)",
      borderRadius: "9px",
      cursor: "pointer",
    },
    word
  );
  made.type = "button";
  made.addEventListener("pointerdown", (event) => event.stopPropagation());
  made.addEventListener("click", async () => {
    const liked = row.state.liked === up ? null : up; // a second press takes it back
    row.show(await ask(row.picture, liked));
  });
  return made;
}

// One line: which picture, the two buttons, and why there are none where there are none.
function rowOf(picture, place, said) {
  const root = element("div", { display: "flex", gap: "6px", alignItems: "center" });
  const row = { picture, root, state: { can: false, liked: null } };
  const buttons = [
    [true, button(said.like, true, row)],
    [false, button(said.dislike, false, row)],
  ];
  const why = element("span", { opacity: "0.75" });
  root.append(element("span", { minWidth: "2em" }, `${place + 1}`), ...buttons.map(([, made]) => made), why);
  row.show = (state) => {
    row.state = state;
    why.textContent = state.can ? "" : said.no_thumb;
    why.title = state.why ?? "";
    for (const [up, made] of buttons) {
      const pressed = state.can && state.liked === up;
      made.style.display = state.can ? "" : "none";
      made.style.background = pressed ? COLOURS[up] : "var(--comfy-menu-bg, #353535)";
      made.style.color = pressed ? "#fff" : "inherit";
      made.setAttribute("aria-pressed", String(pressed));
    }
  };
  return row;
}

async function draw(view, pictures) {
  const said = await texts();
  const rows = pictures.map((picture, place) => rowOf(picture, place, said));
  view.replaceChildren(...rows.map(({ root }) => root));
  for (const row of rows) {
    row.show(await ask(row.picture));
  }
}

export function addThumbs(nodeType, name) {
  if (name !== NODE) {
    return;
  }
  after(nodeType, "onNodeCreated", function () {
    this.seedloupeThumbs = element("div", {
      display: "flex",
      flexWrap: "wrap",
      gap: "4px 14px",
      alignContent: "start",
      padding: "6px",
      overflow: "auto",
      font: "11px/1.5 sans-serif",
      color: "var(--input-text, #ddd)",
      background: "var(--comfy-input-bg, #222)",
      borderRadius: "4px",
      boxSizing: "border-box",
    });
    texts().then((said) => {
      if (!this.seedloupeThumbs.childElementCount) {
        this.seedloupeThumbs.textContent = said.run_thumbs;
      }
    });
    addPanel(this, "thumbs", this.seedloupeThumbs, { height: HEIGHT });
    fit(this);
  });
  after(nodeType, "onExecuted", function (message) {
    if (message?.images && this.seedloupeThumbs) {
      draw(this.seedloupeThumbs, message.images);
    }
  });
}
