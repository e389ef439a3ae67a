// Putting the map on the canvas: the picture frame, every seed, thumbnails, what is chosen.

const THUMBS_FROM = 17;
const MOST_THUMBS = 400;
const SHEET_FROM = 15; // pixels below which a picture of a sheet says less than a point
const FRAMED_FROM = 30;

/** Colours come from the page's style sheet, so that both schemes need no second list here. */
function coloursOf(element) {
  const style = getComputedStyle(element);
  const read = name => style.getPropertyValue(name).trim();
  const ramp = name => shadesBetween(read(name).split(",").map(hex => hex.trim()));
  return {
    score: ramp("--sl-ramp"), rate: ramp("--sl-ramp-tag"), ink: read("--sl-ink"),
    soft: read("--sl-soft"), faint: read("--sl-faint"), line: read("--sl-line"),
    card: read("--sl-card"), plate: read("--sl-plate"), brass: read("--sl-brass"),
    paper: read("--sl-paper"), mono: read("--font-mono") || "monospace",
    sans: read("--font") || "sans-serif",
  };
}

function shadesBetween(stops) {
  const parts = stops.map(hex => [1, 3, 5].map(at => parseInt(hex.slice(at, at + 2), 16)));
  return Array.from({length: SHADES}, (_, i) => {
    const along = (i / (SHADES - 1)) * (parts.length - 1);
    const at = Math.min(parts.length - 2, Math.floor(along));
    const mix = parts[at].map((low, c) => Math.round(low + (parts[at + 1][c] - low) * (along - at)));
    return `rgb(${mix.join(" ")})`;
  });
}

function paint(atlas, now) {
  const {pen, stage, camera, map, colours} = atlas;
  pen.setTransform(stage.ratio, 0, 0, stage.ratio, 0, 0);
  pen.clearRect(0, 0, stage.width, stage.height);
  if (!map) return;
  const eyes = placesNow(atlas, now);
  if (map.picture) paintPicture(atlas);
  const spacing = map.spacing * camera.scale;
  const least = atlas.ground.seeds.length > 5000 ? 1.1 : 2.2;
  const radius = Math.min(6, Math.max(least, 0.3 * spacing));
  atlas.radius = radius;
  const shown = map.cell ? tilesToShow(atlas) : thumbsToShow(atlas, eyes, spacing);
  paintSeeds(atlas, eyes, radius, shown);
  for (const [row, place] of shown.places) paintThumb(atlas, row, place, shown);
  atlas.thumbSize = shown.places.size ? shown.size : 0;
  paintChosen(atlas, eyes, radius, shown);
  for (const row of new Set([atlas.hover, atlas.focused ? atlas.cursor : NOTHING])) {
    if (row !== NOTHING) paintRing(atlas, eyes, row, radius, shown, colours.brass);
  }
  if (atlas.drag && atlas.drag.area) paintArea(atlas);
}

/** Where seeds stand at this moment: on their way from one map to another, or there. */
function placesNow(atlas, now) {
  const {map, before} = atlas;
  if (!before) return map;
  const share = Math.min(1, (now - before.since) / 420);
  if (share >= 1) {
    atlas.before = null;
    return map;
  }
  const eased = share < 0.5 ? 4 * share ** 3 : 1 - (2 - 2 * share) ** 3 / 2;
  const between = (from, to) => to.map((end, i) => {
    const start = from[i];
    return Number.isFinite(start) && Number.isFinite(end) ? start + (end - start) * eased : end;
  });
  return {xs: between(before.xs, map.xs), ys: between(before.ys, map.ys)};
}

function paintPicture({pen, stage, camera, map, colours, boxes}) {
  const left = seenX(camera, stage, -map.size.width / 2);
  const top = seenY(camera, stage, -map.size.height / 2);
  const width = map.size.width * camera.scale;
  const height = map.size.height * camera.scale;
  pen.fillStyle = colours.plate;
  pen.fillRect(left - 10, top - 10, width + 20, height + 20);
  pen.fillStyle = colours.card;
  pen.fillRect(left, top, width, height);
  pen.strokeStyle = colours.line;
  pen.lineWidth = 1;
  pen.strokeRect(left - 10.5, top - 10.5, width + 21, height + 21);
  pen.setLineDash([2, 5]);
  pen.beginPath();
  for (const third of [1 / 3, 2 / 3]) {
    pen.moveTo(left + third * width, top);
    pen.lineTo(left + third * width, top + height);
    pen.moveTo(left, top + third * height);
    pen.lineTo(left + width, top + third * height);
  }
  pen.stroke();
  pen.setLineDash([]);
  pen.fillStyle = colours.soft;
  pen.font = `12px ${colours.sans}`;
  const words = [["left", 8, height / 2, "left"], ["right", width - 8, height / 2, "right"],
    ["top of the picture", width / 2, 15, "center"], ["bottom", width / 2, height - 8, "center"]];
  pen.lineWidth = 1.5;
  pen.strokeStyle = colours.brass;
  pen.setLineDash([6, 4]);
  for (const [x0, y0, x1, y1] of boxes) {
    pen.strokeRect(left + x0 * width, top + y0 * height, (x1 - x0) * width, (y1 - y0) * height);
  }
  pen.setLineDash([]);
  for (const [word, x, y, side] of words) {
    pen.textAlign = side;
    pen.lineWidth = 4;
    pen.strokeStyle = colours.card;
    pen.strokeText(word, left + x, top + y);
    pen.fillText(word, left + x, top + y);
  }
}

function paintSeeds(atlas, eyes, radius, shown) {
  const {pen, stage, camera, colours, order, shades, kept, column} = atlas;
  const ramp = column && column.kind === "rate" ? colours.rate : colours.score;
  const put = (rows, wanted, size) => {
    const round = size >= 2;
    let shade = NOTHING;
    pen.beginPath();
    for (const row of rows) {
      if (kept && kept[row] !== wanted) continue;
      const x = seenX(camera, stage, eyes.xs[row]);
      const y = seenY(camera, stage, eyes.ys[row]);
      if (!(x > -size && y > -size && x < stage.width + size && y < stage.height + size)) continue;
      if (shown.places.has(row)) continue;
      if (wanted && shades[row] !== shade) {
        finish(shade);
        shade = shades[row];
        pen.beginPath();
      }
      if (round) {
        pen.moveTo(x + size, y);
        pen.arc(x, y, size, 0, 2 * Math.PI);
      } else {
        pen.rect(x - size, y - size, 2 * size, 2 * size);
      }
    }
    finish(wanted ? shade : SHADES + 1);
  };
  const finish = shade => {
    if (shade === NOTHING) return;
    if (shade === SHADES) {
      pen.strokeStyle = colours.faint;
      pen.lineWidth = 1;
      pen.stroke();
      return;
    }
    pen.fillStyle = shade > SHADES ? colours.line : ramp[shade];
    pen.fill();
  };
  if (kept) put(order, 0, Math.max(1, radius * 0.6));
  pen.globalAlpha = 0.92;
  put(order, 1, radius);
  pen.globalAlpha = 1;
}

/** Every picture of a sheet in sight, once they are large enough to be told apart. */
function tilesToShow({stage, camera, map, sheet, before}) {
  const places = new Map();
  const cell = map.cell * camera.scale;
  const size = cell - Math.min(6, Math.max(1, cell * 0.1));
  if (!sheet || before || cell < SHEET_FROM) return {places, size, alpha: 0};
  for (let row = 0; row < map.xs.length; row += 1) {
    const x = seenX(camera, stage, map.xs[row]);
    const y = seenY(camera, stage, map.ys[row]);
    if (x > -cell && y > -cell && x < stage.width + cell && y < stage.height + cell) {
      places.set(row, {x, y});
    }
  }
  return {places, size, alpha: 1};
}

/** Thumbnails for the best seeds in sight that do not cover one another, once there is room. */
function thumbsToShow(atlas, eyes, spacing) {
  const {stage, camera, ground, sheet, kept} = atlas;
  const places = new Map();
  const size = Math.min(110, Math.max(26, 1.25 * spacing));
  if (!sheet || atlas.before || spacing < THUMBS_FROM) return {places, size, alpha: 0};
  const taken = new Map();
  const cell = (x, y) => Math.floor(x / size) * 4096 + Math.floor(y / size);
  const free = (x, y) => {
    for (const dx of [-1, 0, 1]) {
      for (const dy of [-1, 0, 1]) {
        const other = taken.get(cell(x + dx * size, y + dy * size));
        if (other && Math.abs(other.x - x) < size + 3 && Math.abs(other.y - y) < size + 3) return false;
      }
    }
    return true;
  };
  const offer = row => {
    if (places.size >= MOST_THUMBS || places.has(row) || (kept && !kept[row])) return;
    const x = seenX(camera, stage, eyes.xs[row]);
    const y = seenY(camera, stage, eyes.ys[row]);
    if (!(x > -size && y > -size && x < stage.width + size && y < stage.height + size)) return;
    if (!free(x, y)) return;
    taken.set(cell(x, y), {x, y});
    places.set(row, {x, y});
  };
  for (const row of atlas.chosen) offer(row);
  for (const row of ground.best) offer(row);
  for (const row of [atlas.cursor, atlas.hover]) { // on top, whatever they cover
    if (row === NOTHING || (row === atlas.cursor && !atlas.focused)) continue;
    places.delete(row);
    places.set(row, {
      x: seenX(camera, stage, eyes.xs[row]),
      y: seenY(camera, stage, eyes.ys[row]),
    });
  }
  return {places, size, alpha: Math.min(1, (spacing - THUMBS_FROM) / 6 + 0.15)};
}

function paintThumb({pen, ground, sheet, colours, shades, column, kept}, row, place, shown) {
  const [width, height] = ground.tile;
  const fit = shown.size / Math.max(width, height);
  const x = place.x - (width * fit) / 2;
  const y = place.y - (height * fit) / 2;
  const ramp = column && column.kind === "rate" ? colours.rate : colours.score;
  pen.globalAlpha = kept && !kept[row] ? 0.12 : shown.alpha;
  pen.fillStyle = shades[row] === SHADES ? colours.faint : ramp[shades[row]];
  if (shown.size >= FRAMED_FROM) pen.fillRect(x - 2, y - 2, width * fit + 4, height * fit + 4);
  drawTile(pen, ground, sheet, row, x, y, width * fit, height * fit);
  pen.globalAlpha = 1;
}

function drawTile(pen, ground, sheet, row, x, y, width, height) {
  const [w, h] = ground.tile;
  const across = row % ground.across;
  const down = Math.floor(row / ground.across);
  pen.drawImage(sheet, across * w, down * h, w, h, x, y, width, height);
}

function paintChosen(atlas, eyes, radius, shown) {
  const {pen, stage, camera, colours, chosen} = atlas;
  let number = 0;
  for (const row of chosen) {
    number += 1;
    paintRing(atlas, eyes, row, radius, shown, colours.ink);
    if (number > 99) continue;
    const half = shown.places.has(row) ? shown.size / 2 + 2 : radius + 3;
    const x = seenX(camera, stage, eyes.xs[row]) + half;
    const y = seenY(camera, stage, eyes.ys[row]) - half;
    const text = String(number);
    pen.font = `600 11px ${colours.sans}`;
    const width = Math.max(16, pen.measureText(text).width + 9);
    pen.fillStyle = colours.ink;
    pen.beginPath();
    pen.roundRect(x - width / 2, y - 8, width, 16, 8);
    pen.fill();
    pen.fillStyle = colours.paper;
    pen.textAlign = "center";
    pen.fillText(text, x, y + 4);
  }
}

function paintRing({pen, stage, camera, colours}, eyes, row, radius, shown, colour) {
  const x = seenX(camera, stage, eyes.xs[row]);
  const y = seenY(camera, stage, eyes.ys[row]);
  const strokes = [[colours.card, 5], [colour, 2.5]];
  for (const [style, width] of strokes) {
    pen.strokeStyle = style;
    pen.lineWidth = width;
    pen.beginPath();
    if (shown.places.has(row)) {
      const half = shown.size / 2 + 2;
      pen.rect(x - half, y - half, 2 * half, 2 * half);
    } else {
      pen.arc(x, y, radius + 3.5, 0, 2 * Math.PI);
    }
    pen.stroke();
  }
}

function paintArea({pen, colours, drag}) {
  const {from, to} = drag;
  pen.fillStyle = colours.brass;
  pen.globalAlpha = 0.12;
  pen.fillRect(from.x, from.y, to.x - from.x, to.y - from.y);
  pen.globalAlpha = 1;
  pen.strokeStyle = colours.brass;
  pen.lineWidth = 1.5;
  pen.strokeRect(from.x, from.y, to.x - from.x, to.y - from.y);
}
