// The map of a table's seeds, for any host. What passes between them is in docs/atlas.md.

/**
 * Bring an element to life; link has hear(listener) and send(message), messages are plain objects.
 * Return what to call before the element goes, where the page stays.
 */
function openAtlas(element, link) {
  const part = name => element.querySelector(`[data-part="${name}"]`);
  const canvas = part("map");
  const atlas = {
    element, canvas, part, pen: canvas.getContext("2d"), card: part("card"),
    stage: {width: 1, height: 1, ratio: 1}, camera: cameraFor(), colours: coloursOf(element),
    ground: null, map: null, before: null, column: null, range: null, shades: null, order: null,
    kept: null, boxes: [], chosen: new Set(), cursor: NOTHING, hover: NOTHING, focused: false,
    tool: "move", drag: null, sheet: null, radius: 3, thumbSize: 0, page: 0, touched: false,
    file: "", turn: 0, asked: false, view: "sheet", moved: false, cleared: null,
  };
  Object.assign(atlas, actionsOf(atlas, link));
  connectParts(atlas);
  listenToPointers(atlas);
  listenToKeys(atlas);
  const keys = `sl-atlas-keys-${Math.random().toString(36).slice(2)}`; // a page may hold several
  part("keys").id = keys;
  canvas.setAttribute("aria-describedby", keys);
  const resized = new ResizeObserver(() => measure(atlas));
  resized.observe(canvas.parentElement);
  const repaint = () => {
    atlas.colours = coloursOf(element);
    showLegend(atlas);
    atlas.refresh();
  };
  const recoloured = new MutationObserver(repaint);
  recoloured.observe(document.body, {attributeFilter: ["class"]});
  link.hear(news => heard(atlas, news));
  return () => {
    resized.disconnect();
    recoloured.disconnect();
  };
}

/** Take what the server says: another table, a filter, seeds it picked. */
async function heard(atlas, news) {
  atlas.news = news;
  if ((news.file || "") !== atlas.file) {
    atlas.file = news.file || "";
    await load(atlas, news);
    if (atlas.news !== news) return; // something newer came while this was on its way
  }
  const {ground} = atlas;
  if (!ground) return;
  atlas.kept = news.kept ? bitsOf(news.kept, ground.seeds.length) : null;
  atlas.boxes = news.boxes || [];
  atlas.part("sifted").textContent = news.sifted || "";
  if ((news.turn || 0) !== atlas.turn) {
    atlas.turn = news.turn || 0;
    atlas.cleared = null;
    atlas.chosen = new Set((news.chosen || []).map(seed => rowOf(ground, seed)).filter(row => row !== NOTHING));
    showChosen(atlas);
    if (atlas.map) bringChosenIntoSight(atlas);
  }
  if (atlas.kept && atlas.cursor !== NOTHING && !atlas.kept[atlas.cursor]) atlas.cursor = NOTHING;
  showList(atlas);
  atlas.refresh();
}

async function load(atlas, news) {
  Object.assign(atlas, {ground: null, map: null, sheet: null, hover: NOTHING, cursor: NOTHING});
  atlas.chosen = new Set();
  atlas.cleared = null;
  atlas.turn = 0;
  atlas.part("note").textContent = news.empty || "Fetching the map …";
  atlas.element.querySelector(".sl-atlas").classList.add("sl-empty");
  showCard(atlas, NOTHING);
  atlas.refresh();
  if (!news.file) return;
  let ground;
  try {
    const answer = await fetch(news.file);
    if (!answer.ok) throw new Error(`the server said ${answer.status}`);
    ground = groundOf(await answer.json());
  } catch (error) {
    if (atlas.file === news.file) {
      atlas.part("note").textContent = `The map could not be fetched: ${error.message}.`;
      atlas.file = "";
    }
    return;
  }
  if (atlas.file !== news.file) return;
  atlas.ground = ground;
  atlas.view = news.sheet ? "sheet" : "map";
  offerChoices(atlas);
  showMap(atlas, false);
  showColumn(atlas);
  showChosen(atlas);
  if (news.sheet) loadSheet(atlas, news);
}

function loadSheet(atlas, news) {
  const picture = new Image();
  picture.onload = () => {
    if (atlas.file !== news.file) return;
    atlas.sheet = picture;
    showChosen(atlas);
    atlas.refresh();
  };
  picture.src = news.sheet;
}

function offerChoices(atlas) {
  const {ground, part} = atlas;
  const fill = (select, entries) => {
    const wanted = select.value;
    select.replaceChildren(...entries.map(({title, key}) => make("option", title, {value: key})));
    if (entries.some(({key}) => key === wanted)) select.value = wanted;
    select.disabled = entries.length < 1;
  };
  fill(part("space"), ground.maps.map(({title, space}) => ({title, key: space})));
  fill(part("column"), ground.columns.map(({title, key}) => ({title, key})));
  part("views").hidden = !atlas.news.sheet || ground.maps.every(({space}) => space === "order");
}

function showMap(atlas, moving) {
  const {ground, part, stage} = atlas;
  const before = atlas.map;
  const spread = ground.maps.find(({space}) => space === part("space").value) || ground.maps[0];
  const map = atlas.view === "sheet" ? spread.sheet : spread;
  atlas.map = map;
  for (const button of atlas.element.querySelectorAll("[data-view]")) {
    button.setAttribute("aria-pressed", String(button.dataset.view === atlas.view));
  }
  atlas.element.querySelector(".sl-atlas").classList.remove("sl-empty");
  part("note").textContent = "";
  part("words").textContent = map.cell ? map.words.replace("The map is", "The places are") : map.words;
  part("drawn").textContent = spread.how || "";
  part("drawn-fold").hidden = !spread.how;
  part("missing").textContent = map.missing
    ? `${seedsInWords(map.missing)} ${map.missing === 1 ? "has" : "have"} no place here.` : "";
  const calm = QUIET.matches || ground.seeds.length > 20000 || !moving || !before;
  atlas.before = calm ? null : {xs: before.xs, ys: before.ys, since: performance.now()};
  boundCamera(atlas.camera, map, stage);
  atlas.moved = false;
  travel(atlas.camera, firstView(atlas.camera, map), !calm, performance.now());
  atlas.hoverOver(NOTHING);
  atlas.refresh();
}

function showColumn(atlas) {
  const {ground, part} = atlas;
  const column = ground.columns.find(({key}) => key === part("column").value) || null;
  const nowhere = new Float32Array(ground.seeds.length).fill(NaN);
  atlas.column = column;
  atlas.range = column ? rangeOf(column) : null;
  atlas.shades = shadesOf(column || {values: nowhere, better: 0}, atlas.range);
  atlas.order = orderOf(atlas.shades);
  atlas.page = 0;
  showLegend(atlas);
  showList(atlas);
  atlas.refresh();
}

function actionsOf(atlas, link) {
  const say = text => { atlas.part("say").textContent = text; };
  const seeds = () => [...atlas.chosen].map(row => atlas.ground.seeds[row]);
  const changed = text => {
    link.send({type: "chosen", seeds: seeds()});
    showChosen(atlas);
    showList(atlas);
    atlas.refresh();
    say(`${text}. ${counted.format(atlas.chosen.size)} chosen.`);
  };
  return {
    refresh() {
      if (atlas.asked) return;
      atlas.asked = true;
      requestAnimationFrame(now => {
        atlas.asked = false;
        const moving = ride(atlas.camera, now);
        paint(atlas, now);
        if (moving || atlas.before) atlas.refresh();
        if (moving && atlas.hover !== NOTHING) showCard(atlas, atlas.hover);
      });
    },
    hoverOver(row) {
      if (row === atlas.hover && row === NOTHING) return;
      atlas.hover = row;
      atlas.canvas.style.cursor = row === NOTHING ? "" : "pointer";
      showCard(atlas, row);
      atlas.refresh();
    },
    toggle(row) {
      if (row === NOTHING) return;
      atlas.cleared = null;
      const there = atlas.chosen.delete(row);
      if (!there) atlas.chosen.add(row);
      changed(`Seed ${atlas.ground.seeds[row]} ${there ? "let go" : "chosen"}`);
    },
    choose(rows) {
      atlas.cleared = null;
      for (const row of rows) atlas.chosen.add(row);
      changed(`${seedsInWords(rows.length)} in the area`);
    },
    clear() {
      if (!atlas.chosen.size) return;
      atlas.cleared = [...atlas.chosen];
      atlas.chosen.clear();
      changed("All let go");
    },
    undo() {
      if (!atlas.cleared) return;
      atlas.chosen = new Set(atlas.cleared);
      atlas.cleared = null;
      changed("Taken back");
    },
    show(view) {
      atlas.view = view;
      showMap(atlas, true);
    },
    zoom(factor, point) {
      atlas.moved = true;
      zoomAround(atlas.camera, atlas.stage, point, factor, true, performance.now());
      atlas.hoverOver(NOTHING);
      atlas.refresh();
    },
    showAll() {
      atlas.moved = true;
      travel(atlas.camera, {x: 0, y: 0, scale: atlas.camera.fit}, true, performance.now());
      atlas.refresh();
    },
    moveTo(row) {
      if (row === NOTHING) return;
      atlas.cursor = row;
      bringIntoSight(atlas, row);
      atlas.hoverOver(row);
      say(sayOf(atlas, row));
    },
    goTo(row) {
      const {camera, map} = atlas;
      atlas.moved = true;
      const scale = Math.max((camera.goal || camera).scale, 26 / map.spacing);
      atlas.cursor = row;
      if (!Number.isFinite(map.xs[row])) return;
      travel(camera, {x: map.xs[row], y: map.ys[row], scale}, true, performance.now());
      atlas.hoverOver(row);
    },
    use() {
      link.send({type: "use", seeds: seeds()});
    },
  };
}

/** Zoom out as far as it takes to see all seeds a picker chose; where they are in sight, stay. */
function bringChosenIntoSight(atlas) {
  const {camera, stage, map, chosen} = atlas;
  const rows = [...chosen].filter(row => Number.isFinite(map.xs[row]));
  if (!rows.length || stage.width <= 1) return;
  const aim = camera.goal || camera;
  const [xs, ys] = [rows.map(row => map.xs[row]), rows.map(row => map.ys[row])];
  const reach = (values, middle) => Math.max(...values.map(value => Math.abs(value - middle)));
  const room = [stage.width / 2 - 40, stage.height / 2 - 40];
  const far = (x, y) => [reach(xs, x) / room[0], reach(ys, y) / room[1]];
  if (Math.max(...far(aim.x, aim.y)) * aim.scale < 1) return;
  const [x, y] = [xs, ys].map(values => (Math.min(...values) + Math.max(...values)) / 2);
  const scale = Math.min(aim.scale, 1 / Math.max(...far(x, y), 1e-6));
  const nearlyAll = scale < 1.4 * camera.fit;
  atlas.moved = true;
  travel(camera, nearlyAll ? {x: 0, y: 0, scale: camera.fit} : {x, y, scale}, true, performance.now());
  atlas.refresh();
}

function bringIntoSight(atlas, row) {
  const {camera, stage, map} = atlas;
  const aim = camera.goal || camera;
  atlas.moved = true;
  const x = Math.abs(map.xs[row] - aim.x) * aim.scale;
  const y = Math.abs(map.ys[row] - aim.y) * aim.scale;
  if (x < stage.width / 2 - 40 && y < stage.height / 2 - 40) return;
  travel(camera, {x: map.xs[row], y: map.ys[row], scale: aim.scale}, true, performance.now());
}

function measure(atlas) {
  const {canvas, stage, camera, map} = atlas;
  const {clientWidth: width, clientHeight: height} = canvas.parentElement;
  if (!width || !height) return;
  const ratio = Math.min(3, window.devicePixelRatio || 1);
  const whole = !map || camera.scale <= camera.fit * 1.001;
  Object.assign(stage, {width, height, ratio});
  canvas.width = Math.round(width * ratio);
  canvas.height = Math.round(height * ratio);
  if (map) {
    boundCamera(camera, map, stage);
    const same = {x: camera.x, y: camera.y, scale: whole ? camera.fit : camera.scale};
    travel(camera, atlas.moved ? same : firstView(camera, map), false, 0);
  }
  atlas.hoverOver(NOTHING);
  atlas.refresh();
}

function connectParts(atlas) {
  const {part, element, stage} = atlas;
  const middle = () => ({x: stage.width / 2, y: stage.height / 2});
  part("space").addEventListener("change", () => showMap(atlas, true));
  part("column").addEventListener("change", () => showColumn(atlas));
  const acts = {
    in: () => atlas.zoom(1.6, middle()), out: () => atlas.zoom(1 / 1.6, middle()),
    all: () => atlas.showAll(), use: () => atlas.use(), clear: () => atlas.clear(),
    undo: () => {
      atlas.undo();
      part("clear").focus();
    },
    copy: () => copySeeds(atlas),
    back: () => { atlas.page -= 1; showList(atlas); }, on: () => { atlas.page += 1; showList(atlas); },
  };
  element.addEventListener("click", event => {
    const button = event.target.closest("button");
    if (!button) return;
    if (button.dataset.tool) chooseTool(atlas, button.dataset.tool);
    else if (button.dataset.view) atlas.show(button.dataset.view);
    else if (acts[button.dataset.act]) acts[button.dataset.act]();
  });
  part("list").addEventListener("toggle", () => showList(atlas));
}

function chooseTool(atlas, tool) {
  atlas.tool = tool;
  for (const button of atlas.element.querySelectorAll("[data-tool]")) {
    button.setAttribute("aria-pressed", String(button.dataset.tool === tool));
  }
  atlas.canvas.classList.toggle("sl-area", tool === "area");
}

async function copySeeds(atlas) {
  const seeds = [...atlas.chosen].map(row => atlas.ground.seeds[row]).join(", ");
  let said = "Copied.";
  try {
    await navigator.clipboard.writeText(seeds);
  } catch {
    said = "The browser does not let this page copy.";
  }
  atlas.part("copied").textContent = said;
}
