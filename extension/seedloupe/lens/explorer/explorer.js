// The explorer: pictures on the left, layers by steps on the right, time below.

function openLens(element, told) {
  const part = name => element.querySelector(`[data-part="${name}"]`);
  const sides = told.sides.map(sideOf);
  const lens = {
    element, part, sides, layer: firstFine(sides[0]), frame: sides[0].frames.length - 1, mode: "colours",
    spot: null, word: firstTelling(sides[0].words), measure: "centred", count: 5, playing: 0, asked: false,
    grids: {}, stages: [],
  };
  lens.refresh = () => {
    if (lens.asked) return;
    lens.asked = true;
    requestAnimationFrame(() => {
      lens.asked = false;
      show(lens);
    });
  };
  buildBar(lens);
  buildStages(lens);
  buildGrids(lens);
  buildTime(lens);
  buildWords(lens);
  choose(lens, {});
  return lens;
}

/** The first layer with cells enough to see something in. */
function firstFine(side) {
  const fine = side.maps.findIndex(frames => frames.some(map => map && Math.min(map.height, map.width) >= 8));
  return Math.max(0, fine);
}

/** The first word that is likely to stand for something. */
function firstTelling(words) {
  return words ? Math.max(0, words.texts.findIndex(({text}) => text.length > 2)) : 0;
}

/** Change what is looked at; everything on the page follows from these few values. */
function choose(lens, news) {
  Object.assign(lens, news);
  const last = lens.sides[0].frames.length - 1;
  lens.frame = Math.min(last, Math.max(0, lens.frame));
  lens.layer = Math.min(lens.sides[0].layers.length - 1, Math.max(0, lens.layer));
  const {words} = lens.sides[0];
  if (words) lens.word = Math.min(words.texts.length - 1, Math.max(0, lens.word));
  lens.refresh();
}

/** What a layer shows at a frame in the chosen way: a small canvas, and what to say about it. */
function viewOf(lens, side, layer, frame, veil) {
  const map = side.maps[layer][frame];
  if (lens.mode === "word") return wordView(side, lens.word, frame, veil);
  if (!map) return null;
  if (lens.mode === "groups" && map.codes) {
    return {map, cells: groupsAt(side, layer, frame, lens.count), words: `${lens.count} groups of cells`};
  }
  if (lens.mode === "like" && lens.spot) return likeView(lens, side, layer, frame, veil) || plainView(map);
  return plainView(map);
}

function plainView(map) {
  return {map, cells: rgbCanvas(map), words: ""};
}

function likeView(lens, side, layer, frame, veil) {
  const map = side.maps[layer][frame];
  const there = lens.sides[lens.spot.side].maps[layer][frame];
  if (!map.codes || !there || !there.codes || there.codes.dims !== map.codes.dims) return null;
  const like = likeness(there.codes, cellAt(there.codes, lens.spot), map.codes, lens.measure);
  const {shades, low, high} = shadesFrom(like);
  const best = side === lens.sides[lens.spot.side] ? null : middleOf(map.codes, bestOf(like));
  return {map, cells: heatCanvas(map.codes, shades, veil), best, words: rangeWords(lens.measure, low, high)};
}

/** Every map is painted over its own range, so its ends have to be said. */
function rangeWords(measure, low, high) {
  const written = value => Math.abs(value).toFixed(2).replace(/^/, value < 0 && measure !== "distance" ? "−" : "");
  return measure === "distance"
    ? `dark from ${written(low)} away, light ${written(high)}` : `dark to ${written(low)}, light ${written(high)}`;
}

/** A frame's groups as a canvas; a group keeps its colour from one frame to the next. */
function groupsAt(side, layer, frame, count) {
  side.groups ||= {};
  side.groups[`${layer} ${count}`] ||= groupsOverTime(side.maps[layer].map(map => map && map.codes), count)
    .map((groups, at) => groups && groupCanvas(side.maps[layer][at].codes, groups));
  return side.groups[`${layer} ${count}`][frame];
}

function wordView(side, word, frame, veil) {
  const map = side.words && wordMap(side.words, frame, word);
  if (!map) return null;
  const cells = heatCanvas(map, map.values, veil);
  return {map, cells, words: `at most ${(100 * map.peak).toFixed(0)} % of what the words take`};
}

function show(lens) {
  const {sides, frame, layer, part, mode} = lens;
  for (const button of lens.element.querySelectorAll("[data-mode]")) {
    button.setAttribute("aria-pressed", String(button.dataset.mode === mode));
  }
  for (const label of lens.element.querySelectorAll("[data-for]")) label.hidden = label.dataset.for !== mode;
  lens.stages.forEach((stage, at) => showStage(lens, stage, sides[at]));
  showGrid(lens);
  part("time").value = String(frame);
  part("when").textContent = whenWords(sides[0].frames[frame]);
  part("time").setAttribute("aria-valuetext", whenWords(sides[0].frames[frame]));
  part("note").textContent = noteOf(lens);
  showWords(lens);
}

/** The grid of the words where words are shown, else that of the layers. */
function gridOf(lens) {
  return (lens.mode === "word" && lens.grids.words) || lens.grids.layers;
}

function showGrid(lens) {
  const {sides, frame, grids} = lens;
  const grid = gridOf(lens);
  const chosen = grid === grids.words ? lens.word : lens.layer;
  // Not every step has a column: the nearest one is marked.
  const near = (best, {when}) => (Math.abs(when - frame) < Math.abs(best - frame) ? when : best);
  const shown = grid.tiles.reduce(near, Infinity);
  for (const other of Object.values(grids)) other.table.hidden = other !== grid;
  for (const {canvas, cell, at, when} of grid.tiles) {
    const view = grid === grids.words ? wordView(sides[0], at, when, false) : viewOf(lens, sides[0], at, when, false);
    fill(canvas, view && view.cells, false);
    cell.classList.toggle("sl-now", when === shown);
    cell.classList.toggle("sl-here", when === shown && at === chosen);
  }
  grid.rows.forEach((row, at) => row.classList.toggle("sl-row", at === chosen));
}

function showStage(lens, {canvas, caption}, side) {
  const pen = canvas.getContext("2d");
  const shows = Number(lens.part("veil").value) / 100;
  const under = previewAt(side, lens.frame) || side.picture;
  pen.globalAlpha = 1;
  pen.clearRect(0, 0, canvas.width, canvas.height);
  if (under.complete && under.naturalWidth) pen.drawImage(under, 0, 0, canvas.width, canvas.height);
  const view = viewOf(lens, side, lens.layer, lens.frame, true);
  if (view) {
    const heat = lens.mode === "like" || lens.mode === "word";
    pen.imageSmoothingEnabled = heat;
    pen.imageSmoothingQuality = "high";
    pen.globalAlpha = lens.mode === "like" && !lens.spot ? 1 - shows : heat ? 1.15 - shows : 1 - shows;
    pen.globalAlpha = Math.min(1, Math.max(0, pen.globalAlpha));
    pen.drawImage(view.cells, 0, 0, canvas.width, canvas.height);
    pen.globalAlpha = 1;
    if (view.best) ring(canvas, view.best, "#2f7f73");
  }
  if (lens.spot && side === lens.sides[lens.spot.side]) ring(canvas, lens.spot, "#8a5a0f");
  caption.textContent = view && view.words;
}

/** The preview of the nearest frame that has one; not every step was decoded. */
function previewAt(side, frame) {
  if (frame === side.frames.length - 1 && side.picture.src) return side.picture;
  let found = null;
  let far = Infinity;
  side.previews.forEach((preview, at) => {
    if (preview && Math.abs(at - frame) < far) {
      found = preview;
      far = Math.abs(at - frame);
    }
  });
  return found;
}

function whenWords(frame) {
  const parts = [frame.name];
  if (frame.sigma !== null) parts.push(`σ ${frame.sigma.toFixed(2)}`);
  if (frame.t !== null && frame.t !== undefined) parts.push(`t ${Math.round(frame.t)}`);
  return parts.join(" · ");
}

function noteOf(lens) {
  const {sides, layer, mode, spot, frame} = lens;
  const known = sides[0].layers[layer];
  const map = sides[0].maps[layer][frame];
  if (mode === "word" && !sides[0].words) return "No words were watched in this run.";
  if (mode === "word") return `“${sides[0].words.texts[lens.word].text}”: its share of the attention that goes to words.`;
  if (mode === "like" && !spot) return "Click a spot in the picture: every layer shows what is like it.";
  if (mode !== "colours" && map && !map.codes) return "This file keeps colours only; record it anew to ask about spots.";
  const cells = map ? `, ${map.width}×${map.height} cells` : "";
  if (known.painted) return `${known.name}${cells}: ${known.painted}`;
  const share = mode === "colours" && known.explained.length
    ? `; the three colours hold ${Math.round(100 * known.explained.reduce((a, b) => a + b, 0))} % of its variance` : "";
  return `${known.name}${cells}${share}`;
}
