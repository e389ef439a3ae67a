// The explorer: pictures on the left, layers by steps on the right, time below.

function openLens(element, told) {
  const part = name => element.querySelector(`[data-part="${name}"]`);
  const sides = told.sides.map(sideOf);
  const lens = {
    element, part, sides, layer: firstFine(sides[0]), frame: sides[0].frames.length - 1, mode: "colours",
    spot: null, hover: null, word: firstTelling(sides[0].words), measure: "centred", count: 5, playing: 0,
    asked: false, shown: 0, grids: {}, stages: [], groups: {},
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

/** The spot asked about: the one clicked, or else the one pointed at. */
function askedSpot(lens) {
  return lens.spot || (lens.mode === "like" && lens.hover) || null;
}

/** What a layer shows at a frame in the chosen way: a small canvas, what it says of a cell, and of its range. */
function viewOf(lens, side, layer, frame, veil) {
  const map = side.maps[layer][frame];
  if (lens.mode === "word") return wordView(side, lens.word, frame, veil);
  if (!map) return null;
  if (lens.mode === "groups" && map.codes) return groupView(lens, side, layer, frame);
  if (lens.mode === "like" && askedSpot(lens)) return likeView(lens, side, layer, frame, veil) || plainView(map);
  return plainView(map);
}

function plainView(map) {
  return {map, cells: rgbCanvas(map), here: () => ""};
}

function groupView(lens, side, layer, frame) {
  const {codes} = side.maps[layer][frame];
  const groups = groupsAt(lens, layer, lens.count)[lens.sides.indexOf(side)][frame];
  const share = number => groups.filter(group => group === number).length / groups.length;
  const here = cell => `group ${groups[cell] + 1} of ${lens.count}, ${percent(share(groups[cell]))} of the cells`;
  return {map: codes, cells: groupCanvas(codes, groups), here};
}

function likeView(lens, side, layer, frame, veil) {
  const map = side.maps[layer][frame];
  const spot = askedSpot(lens);
  const there = lens.sides[spot.side].maps[layer][frame];
  if (!map.codes || !there || !there.codes || there.codes.dims !== map.codes.dims) return null;
  const like = likeness(there.codes, cellAt(there.codes, spot), map.codes, lens.measure);
  const {shades, low, high} = shadesFrom(like);
  const best = side === lens.sides[spot.side] ? null : middleOf(map.codes, bestOf(like));
  const here = cell => likeWords(lens.measure, like[cell]);
  const range = `dark ${written(lens.measure, low)}, light ${written(lens.measure, high)}`;
  return {map: map.codes, cells: heatCanvas(map.codes, shades, veil), best, here, range};
}

function written(measure, value) {
  return Math.abs(value).toFixed(2).replace(/^/, value < 0 && measure !== "distance" ? "−" : "");
}

function likeWords(measure, value) {
  return measure === "distance" ? `${written(measure, value)} away; 0 is the same` : `likeness ${written(measure, value)}; 1 is the same`;
}

function percent(share) {
  return `${Math.round(100 * share)} %`;
}

/** Groups of a layer by side and frame. A group keeps its colour from frame to frame, and in both pictures: their
 * cells are grouped together where their codes mean the same, else colours go by the places that groups cover, as
 * they do from one layer to the next. */
function groupsAt(lens, layer, count) {
  const key = `${layer} ${count}`;
  if (lens.groups[key]) return lens.groups[key];
  const frames = lens.sides.map(side => side.maps[layer].map(map => map && map.codes));
  const found = sharesCodes(frames) ? groupsTogether(frames, count) : groupsApart(frames, count);
  const like = finestLayer(lens);
  if (layer !== like) {
    const others = lastGroups(lens, like, groupsAt(lens, like, count));
    renumber(found, numbersLike(lastGroups(lens, layer, found), others, count));
  }
  lens.groups[key] = found;
  return found;
}

function groupsApart(frames, count) {
  const found = frames.map(maps => groupsTogether([maps], count)[0]);
  const last = side => {
    const at = frames[side].findLastIndex(Boolean);
    return at < 0 ? null : {...frames[side][at], groups: found[side][at]};
  };
  for (let side = 1; side < found.length; side += 1) renumber([found[side]], numbersLike([last(side)], [last(0)], count));
  return found;
}

/** The groups of the finished pictures, by which colours are matched. */
function lastGroups(lens, layer, found) {
  return lens.sides.map((side, at) => {
    const last = found[at].findLastIndex(Boolean);
    return last < 0 ? null : {...side.maps[layer][last].codes, groups: found[at][last]};
  });
}

function renumber(found, numbers) {
  for (const groups of found.flat()) if (groups) groups.forEach((group, i) => { groups[i] = numbers[group]; });
}

/** The layer whose cells are smallest, the first of equals: its groups say most of where things are. */
function finestLayer(lens) {
  const cells = lens.sides[0].maps.map(frames => Math.max(0, ...frames.map(map => (map && map.codes ? map.codes.height * map.codes.width : 0))));
  return bestOf(cells);
}

function wordView(side, word, frame, veil) {
  const map = side.words && wordMap(side.words, frame, word);
  if (!map) return null;
  const here = cell => `${percent(map.values[cell] * map.peak)} of what goes to words`;
  return {map, cells: heatCanvas(map, map.values, veil), here, range: `at most ${percent(map.peak)}`};
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
  part("when").textContent = whenWords(sides[0].frames, frame);
  part("time").setAttribute("aria-valuetext", whenWords(sides[0].frames, frame));
  part("note").textContent = noteOf(lens);
  showNumbers(lens);
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
  showWhose(lens, grid === grids.words ? "Words" : "Layers");
  const side = sides[lens.shown];
  for (const {canvas, cell, at, when} of grid.tiles) {
    const view = grid === grids.words ? wordView(side, at, when, false) : viewOf(lens, side, at, when, false);
    const height = Math.round(canvas.width / side.aspect);
    if (canvas.height !== height) canvas.height = height;
    fill(canvas, view && view.cells, false);
    cell.classList.toggle("sl-now", when === shown);
    cell.classList.toggle("sl-here", when === shown && at === chosen);
  }
  grid.rows.forEach((row, at) => row.classList.toggle("sl-row", at === chosen));
}

/** Say which picture the grid is of. */
function showWhose(lens, what) {
  lens.part("whose").textContent = `${what} of ${lens.sides[lens.shown].name}, step by step`;
  [...lens.part("sides").children].forEach((button, at) => button.setAttribute("aria-pressed", String(at === lens.shown)));
}

function showStage(lens, stage, side) {
  const {canvas, caption} = stage;
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
    pen.globalAlpha = lens.mode === "like" && !askedSpot(lens) ? 1 - shows : heat ? 1.15 - shows : 1 - shows;
    pen.globalAlpha = Math.min(1, Math.max(0, pen.globalAlpha));
    pen.drawImage(view.cells, 0, 0, canvas.width, canvas.height);
    pen.globalAlpha = 1;
    if (view.best) ring(canvas, view.best, "#2f7f73");
  }
  if (lens.spot && side === lens.sides[lens.spot.side]) ring(canvas, lens.spot, "#8a5a0f");
  stage.view = view;
  caption.textContent = readingAt(lens, side, view);
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

/** What is said of the cell pointed at. */
function readingAt(lens, side, view) {
  if (!view || !lens.hover || lens.sides[lens.hover.side] !== side) return "";
  return view.here(cellAt(view.map, lens.hover));
}

function whenWords(frames, at) {
  const whole = frames[frames.length - 1].step + 1 === frames.length;
  return whole ? `${frames[at].name} of ${frames.length}` : frames[at].name;
}

/** One line in plain words; the numbers stand behind "more". */
function noteOf(lens) {
  const {sides, layer, mode, frame} = lens;
  const both = sides.length > 1;
  const known = sides[0].layers[layer];
  const map = sides[0].maps[layer][frame];
  if (mode === "word" && !sides[0].words) return "No words were watched in this run.";
  if (mode === "word") return `Light: where the network heeds “${sides[0].words.texts[lens.word].text}” more than the other words.`;
  if (mode === "like" && !askedSpot(lens)) return "Point at a spot, or click it: every layer shows what is like it.";
  if (mode === "like" && map && map.codes) return "Light: like the spot. Click to keep a spot, then point elsewhere to read how alike it is.";
  if (mode !== "colours" && map && !map.codes) return "This file keeps colours only; record it anew to ask about spots.";
  if (mode === "groups") return `One colour: cells that are alike${both ? ", in both pictures" : ""}. Nobody told the network what belongs together.`;
  if (known.painted) return known.painted;
  return `Like colours: alike to this layer${both ? ", in both pictures" : ""} and at all steps.`;
}

/** Everything with a number or a name to it, about what is shown. */
function showNumbers(lens) {
  const {sides, layer, frame} = lens;
  const known = sides[0].layers[layer];
  const map = sides[0].maps[layer][frame];
  const when = sides[0].frames[frame];
  const view = viewOf(lens, sides[0], layer, frame, true);
  const rows = [["Layer", known.name]];
  if (map) rows.push(["Cells", `${map.width} × ${map.height}`]);
  if (when.sigma !== null) rows.push(["Noise level σ", when.sigma.toFixed(2)]);
  if (when.t !== null && when.t !== undefined) rows.push(["Training time t", String(Math.round(when.t))]);
  if (lens.mode === "colours" && known.explained.length) {
    rows.push(["Variance in the three colours", percent(known.explained.reduce((a, b) => a + b, 0))]);
  }
  if (lens.mode === "like") rows.push(["Likeness", MEASURES[lens.measure].exact]);
  if (view && view.range) rows.push(["Colours", view.range]);
  lens.part("numbers").replaceChildren(...rows.flatMap(([name, value]) => [make("dt", name), make("dd", value)]));
}
