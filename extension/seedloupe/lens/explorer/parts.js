// The parts of the page one can touch: bar, pictures, layers by steps, time, words.

const MOST_COLUMNS = window.innerWidth < 760 ? 6 : 12;
const FRAME_MS = 260;
const MOST_WORDS = 24; // rows; all words have a button below
const ARROWS_OF = {ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1]};

function buildBar(lens) {
  const {part, element} = lens;
  for (const [key, {title}] of Object.entries(MEASURES)) part("measure").append(make("option", title, {value: key}));
  part("measure").value = lens.measure;
  part("measure").addEventListener("change", () => choose(lens, {measure: part("measure").value}));
  part("count").addEventListener("input", () => {
    choose(lens, {count: Math.min(8, Math.max(2, Math.round(Number(part("count").value)) || 2))});
  });
  part("count").addEventListener("change", () => { part("count").value = String(lens.count); });
  part("veil").addEventListener("input", () => lens.refresh());
  element.querySelectorAll("[data-mode]").forEach(button => {
    button.addEventListener("click", () => {
      const {mode} = button.dataset;
      choose(lens, mode === "colours" ? {mode, spot: null} : {mode});
    });
  });
  const pictured = lens.sides.some(({picture, previews}) => picture || previews.some(Boolean));
  element.querySelector(".sl-lens-veil").hidden = !pictured;
  const none = !lens.sides[0].words;
  element.querySelector("[data-mode=word]").disabled = none;
}

function buildStages(lens) {
  lens.sides.forEach((side, at) => {
    side.picture = pictureOf(lens, side.picture);
    side.previews = side.frames.map((_, frame) => side.previews[frame] && pictureOf(lens, side.previews[frame]));
    const canvas = make("canvas", "", {
      tabindex: "0", role: "application", "aria-label": `${side.name}: arrows move the spot asked about, Space plays`,
    });
    canvas.width = 512;
    canvas.height = Math.round(512 / side.aspect);
    const figure = make("figure", "", {class: "sl-lens-stage"});
    figure.style.setProperty("--aspect", String(side.aspect));
    const caption = make("span");
    const line = make("figcaption");
    line.append(make("b", side.name), caption);
    figure.append(canvas, line);
    lens.part("stages").append(figure);
    lens.stages.push({canvas, caption});
    listenToStage(lens, canvas, at);
  });
}

function pictureOf(lens, address) {
  const picture = new Image();
  picture.onload = () => lens.refresh();
  if (address) picture.src = address;
  return picture;
}

function listenToStage(lens, canvas, at) {
  const pointed = event => {
    const box = canvas.getBoundingClientRect();
    const within = value => Math.min(0.999, Math.max(0, value));
    return {side: at, x: within((event.clientX - box.left) / box.width), y: within((event.clientY - box.top) / box.height)};
  };
  const ask = event => {
    const spot = pointed(event);
    choose(lens, {spot, hover: spot, mode: lens.mode === "word" ? "word" : "like"});
  };
  canvas.addEventListener("pointerdown", event => {
    canvas.setPointerCapture(event.pointerId);
    ask(event);
  });
  canvas.addEventListener("pointermove", event => {
    if (event.buttons) ask(event);
    else point(lens, pointed(event));
  });
  canvas.addEventListener("pointerleave", event => { if (event.pointerType !== "touch") point(lens, null); });
  canvas.addEventListener("keydown", event => {
    const step = ARROWS_OF[event.key];
    if (event.key === "Escape") choose(lens, {spot: null, hover: null, mode: "colours"});
    if (event.key === " ") {
      event.preventDefault();
      play(lens);
    }
    if (!step) return;
    event.preventDefault();
    const map = lens.sides[at].maps[lens.layer][lens.frame] || {width: 16, height: 16};
    const now = lens.spot || {x: 0.5, y: 0.5};
    const within = value => Math.min(0.999, Math.max(0, value));
    const spot = {side: at, x: within(now.x + step[0] / map.width), y: within(now.y + step[1] / map.height)};
    choose(lens, {spot, mode: lens.mode === "word" ? "word" : "like"});
  });
}

/** Read what is said of the spot pointed at; where that is the spot asked about, everything follows it. */
function point(lens, hover) {
  lens.hover = hover;
  if (lens.mode === "like" && !lens.spot) lens.refresh();
  else lens.stages.forEach(({caption, view}, at) => { caption.textContent = readingAt(lens, lens.sides[at], view); });
}

/** Columns spread over time, the last one always among them. */
function columnsOf(count) {
  const shown = Math.min(MOST_COLUMNS, count);
  return Array.from({length: shown}, (_, i) => (shown > 1 ? Math.round((i * (count - 1)) / (shown - 1)) : 0));
}

function buildGrids(lens) {
  const {layers, words} = lens.sides[0];
  const choice = at => ({layer: at});
  lens.grids.layers = gridTable(lens, layers.map(({title, part, name}) => [title, part, name]), choice);
  if (words) {
    const rows = words.texts.slice(0, MOST_WORDS).map(({text, negative}) => [text, negative ? "negative prompt" : "", ""]);
    lens.grids.words = gridTable(lens, rows, at => ({word: at}));
  }
  if (lens.sides.length > 1) lens.sides.forEach(({name}, at) => {
    const button = make("button", name, {type: "button"});
    button.addEventListener("click", () => choose(lens, {shown: at}));
    lens.part("sides").append(button);
  });
  lens.part("grid").setAttribute("aria-label", `${layers.length} layers at ${lens.sides[0].frames.length} steps`);
  lens.part("grid").addEventListener("keydown", event => {
    const step = ARROWS_OF[event.key];
    const down = gridOf(lens) === lens.grids.words ? "word" : "layer";
    if (event.key === " ") play(lens);
    else if (step) choose(lens, {frame: lens.frame + step[0], [down]: lens[down] + step[1]});
    else return;
    event.preventDefault();
  });
}

/** A row for each layer or word, a column for each step shown; `choice` says what a click picks. */
function gridTable(lens, titles, choice) {
  const {frames, aspect} = lens.sides[0];
  const columns = columnsOf(frames.length);
  const grid = {table: make("table"), tiles: [], rows: []};
  const head = make("tr");
  head.append(make("td"), ...columns.map(when => make("th", String(frames[when].step + 1), {scope: "col"})));
  const [thead, body] = [make("thead"), make("tbody")];
  thead.append(head);
  titles.forEach(([title, part, name], at) => {
    const row = make("tr");
    const label = make("th", "", {scope: "row", title: name || title});
    label.append(make("b", title), part);
    row.append(label, ...columns.map(when => {
      const cell = make("td");
      const canvas = scratch(64, Math.round(64 / aspect));
      canvas.addEventListener("click", () => choose(lens, {...choice(at), frame: when}));
      cell.append(canvas);
      grid.tiles.push({canvas, cell, at, when});
      return cell;
    }));
    body.append(row);
    grid.rows.push(row);
  });
  grid.table.append(thead, body);
  lens.part("grid").append(grid.table);
  return grid;
}

function buildTime(lens) {
  const time = lens.part("time");
  time.max = String(lens.sides[0].frames.length - 1);
  time.addEventListener("input", () => choose(lens, {frame: Number(time.value)}));
  lens.part("play").addEventListener("click", () => play(lens));
}

function play(lens) {
  const button = lens.part("play");
  if (lens.playing) {
    clearInterval(lens.playing);
    lens.playing = 0;
  } else {
    const last = lens.sides[0].frames.length - 1;
    if (lens.frame === last) choose(lens, {frame: 0});
    lens.playing = setInterval(() => {
      if (lens.frame >= last || !lens.element.isConnected) play(lens);
      else choose(lens, {frame: lens.frame + 1});
    }, FRAME_MS);
  }
  button.textContent = lens.playing ? "❚❚" : "▶";
  button.setAttribute("aria-label", lens.playing ? "Pause" : "Play");
}

function buildWords(lens) {
  const {words} = lens.sides[0];
  if (!words) return;
  words.texts.forEach((text, at) => {
    const button = make("button", text.text, {type: "button", class: text.negative ? "sl-negative" : ""});
    button.append(make("i"));
    button.addEventListener("click", () => choose(lens, {word: at, mode: "word"}));
    lens.part("words").append(button);
  });
}

/** Mark the word shown; with a spot asked about, say how much of its attention each word has. */
function showWords(lens) {
  const {words} = lens.sides[0];
  if (!words) return;
  const shares = lens.spot ? wordsAt(lens.sides[lens.spot.side].words || words, lens.frame, lens.spot) : [];
  const most = Math.max(1e-6, ...shares.map(({share}) => share));
  const buttons = [...lens.part("words").children];
  buttons.forEach((button, at) => {
    button.setAttribute("aria-pressed", String(lens.mode === "word" && at === lens.word));
    const found = shares.find(word => word.at === at);
    button.querySelector("i").style.width = found ? `${(100 * found.share) / most}%` : "0";
    button.title = found ? `${(100 * found.share).toFixed(1)} % of what the words take at the spot` : "";
  });
}
