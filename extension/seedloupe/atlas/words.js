// What is said about seeds: the card at the pointer, the strip of chosen seeds, the list.

const PAGE = 25;
const MOST_IN_STRIP = 60;

function make(tag, text, attributes) {
  const element = document.createElement(tag);
  if (text) element.textContent = text; // never markup: tables come from anywhere
  for (const [name, value] of Object.entries(attributes || {})) element.setAttribute(name, value);
  return element;
}

const counted = new Intl.NumberFormat("en");
function written(value) {
  const text = Math.abs(value) >= 1000 ? value.toExponential(2) : value.toFixed(3);
  return text.replace(/-/g, "−");
}

function seedsInWords(count) {
  return count === 1 ? "1 seed" : `${counted.format(count)} seeds`;
}

/** One column's value for one seed, in words. */
function valueWords(ground, column, row) {
  const value = column.values[row];
  if (!Number.isFinite(value)) return "not measured";
  if (column.kind === "rank") return `${counted.format(value)} of ${counted.format(column.among)}`;
  if (column.kind === "rate") {
    const count = column.counts ? column.counts[row] : 0;
    return count ? `${Math.round(value * count)} of ${counted.format(count)}` : `${Math.round(100 * value)} %`;
  }
  const low = column.low ? column.low[row] : NaN;
  const range = Number.isFinite(low) ? ` (${written(low)} to ${written(column.high[row])})` : "";
  return written(value) + range;
}

function columnTitle(column) {
  if (column.kind === "rate") return column.counts ? `${column.title}, pictures` : column.title;
  if (column.kind !== "score") return column.title;
  return `${column.title} ${column.better > 0 ? "↑" : "↓"}`;
}

function sayOf(atlas, row) {
  const {ground, column, chosen} = atlas;
  const parts = [`Seed ${ground.seeds[row]}`];
  for (const known of new Set([ground.rank, column])) {
    if (known) parts.push(`${known.title} ${valueWords(ground, known, row)}`);
  }
  if (chosen.has(row)) parts.push("chosen");
  return parts.join(", ");
}

function tileOf(ground, sheet, row, side) {
  if (!sheet) return null;
  const [width, height] = ground.tile;
  const fit = side / Math.max(width, height);
  const canvas = make("canvas", "", {"aria-hidden": "true"});
  canvas.width = Math.round(width * fit * 2);
  canvas.height = Math.round(height * fit * 2);
  canvas.style.width = `${width * fit}px`;
  canvas.style.height = `${height * fit}px`;
  const pen = canvas.getContext("2d");
  pen.imageSmoothingQuality = "high";
  drawTile(pen, ground, sheet, row, 0, 0, canvas.width, canvas.height);
  return canvas;
}

function showCard(atlas, row) {
  const {card, ground, sheet, stage, camera, map} = atlas;
  card.hidden = row === NOTHING;
  if (row === NOTHING) return;
  const tile = tileOf(ground, sheet, row, 88);
  const facts = make("dl");
  for (const column of ground.columns) {
    if (column.kind === "rank" || (column.aside && !Number.isFinite(column.values[row]))) continue;
    facts.append(make("dt", columnTitle(column)), make("dd", valueWords(ground, column, row)));
  }
  const head = make("p", "", {class: "sl-atlas-name"});
  head.append(make("b", `Seed ${ground.seeds[row]}`));
  if (ground.rank) head.append(make("span", `rank ${valueWords(ground, ground.rank, row)}`));
  const words = make("div");
  words.append(head, facts);
  if (ground.columns.some(column => column.low)) words.append(make("small", "(…) 95 % interval"));
  card.replaceChildren(...(tile ? [tile] : []), words);
  const x = seenX(camera, stage, map.xs[row]);
  const y = seenY(camera, stage, map.ys[row]);
  const docked = stage.width < 560;
  card.classList.toggle("sl-docked", docked);
  card.classList.toggle("sl-above", docked && y > stage.height / 2);
  if (docked) {
    card.style.left = card.style.top = "";
    return;
  }
  const gap = atlas.radius + 16 + atlas.thumbSize / 2;
  const {offsetWidth: width, offsetHeight: height} = card;
  const left = x + gap + width < stage.width ? x + gap : x - gap - width;
  card.style.left = `${Math.max(8, left)}px`;
  card.style.top = `${Math.min(stage.height - height - 8, Math.max(8, y - height / 2))}px`;
}

/** The chosen seeds in their order, each with a button that lets it go. */
function showChosen(atlas) {
  const {ground, sheet, chosen, part} = atlas;
  const count = chosen.size;
  part("yours").classList.toggle("sl-none", !count);
  part("count").textContent = count ? seedsInWords(count) : "";
  for (const name of ["use", "copy", "clear"]) part(name).disabled = !count;
  part("copied").textContent = "";
  part("gone").hidden = !atlas.cleared;
  part("hint").hidden = Boolean(count || atlas.cleared);
  if (atlas.cleared) part("gone-words").textContent = `${seedsInWords(atlas.cleared.length)} let go.`;
  const figures = [...chosen].slice(0, MOST_IN_STRIP).map((row, at) => {
    const seed = ground.seeds[row];
    const figure = make("li", "");
    const tile = tileOf(ground, sheet, row, 64);
    const drop = make("button", "×", {type: "button", "aria-label": `Let go of seed ${seed}`});
    drop.addEventListener("click", () => {
      atlas.toggle(row);
      const next = part("strip").querySelectorAll("button");
      (next[Math.min(at, next.length - 1)] || atlas.canvas).focus();
    });
    const look = make("button", "", {type: "button", "aria-label": `Show seed ${seed} on the map`});
    look.className = "sl-atlas-look";
    look.append(tile || make("span", "", {class: "sl-atlas-blank"}), make("b", seed));
    look.addEventListener("click", () => atlas.goTo(row));
    figure.append(look, drop);
    return figure;
  });
  const more = count - figures.length;
  if (more > 0) figures.push(make("li", `and ${counted.format(more)} more`, {class: "sl-atlas-more"}));
  part("strip").replaceChildren(...figures);
}

/** The table for those who cannot see the map, or would rather read. */
function showList(atlas) {
  const {ground, kept, column, chosen, part} = atlas;
  if (!part("list").open || !ground) return;
  const rows = Array.from(column ? byColumn(column) : ground.best).filter(row => !kept || kept[row]);
  const pages = Math.max(1, Math.ceil(rows.length / PAGE));
  atlas.page = Math.min(atlas.page, pages - 1);
  const head = make("tr");
  for (const title of ["Choose", "Seed", ...ground.columns.map(columnTitle)]) {
    head.append(make("th", title, {scope: "col"}));
  }
  const lines = rows.slice(atlas.page * PAGE, (atlas.page + 1) * PAGE).map(row => {
    const line = make("tr");
    const tick = make("input", "", {type: "checkbox", "aria-label": `Choose seed ${ground.seeds[row]}`});
    tick.checked = chosen.has(row);
    tick.addEventListener("change", () => atlas.toggle(row));
    const cell = make("td");
    cell.append(tick);
    line.append(cell, make("th", ground.seeds[row], {scope: "row"}));
    for (const known of ground.columns) line.append(make("td", valueWords(ground, known, row)));
    return line;
  });
  const table = part("rows");
  table.tHead.replaceChildren(head);
  table.tBodies[0].replaceChildren(...lines);
  const sorted = column ? `, sorted by ${column.title}` : "";
  table.caption.textContent = `${seedsInWords(rows.length)}${sorted}`;
  part("page").textContent = `${atlas.page + 1} of ${pages}`;
  part("back").disabled = atlas.page === 0;
  part("on").disabled = atlas.page >= pages - 1;
}

function showLegend(atlas) {
  const {column, colours, part, range, ground} = atlas;
  const legend = part("legend");
  legend.hidden = !column || !range;
  if (legend.hidden) return;
  const ramp = column.kind === "rate" ? colours.rate : colours.score;
  const ends = column.kind === "rate"
    ? ["never", `${Math.round(100 * range.high)} % of pictures`]
    : [range.low, range.high].map(column.kind === "rank" ? value => counted.format(value) : written);
  if (column.better < 0) ends.reverse();
  if (column.better) ends[1] += column.kind === "rank" ? ", the best" : ", better";
  const bar = make("i", "", {"aria-hidden": "true"});
  bar.style.background = `linear-gradient(90deg, ${ramp.join(",")})`;
  legend.replaceChildren(make("b", column.title), make("span", ends[0]), bar, make("span", ends[1]));
  if (column.values.some(value => !Number.isFinite(value))) {
    legend.append(make("span", "○ not measured"));
  }
  legend.title = column.kind === "score" && ground.seeds.length > 50
    ? "Two seeds in a hundred at each end lie beyond the ends of this scale." : "";
}
