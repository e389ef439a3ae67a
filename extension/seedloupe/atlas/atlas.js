// The map of a table's seeds. Gradio hands in: element, trigger, props, watch.

function openAtlas(element, trigger, props, watch) {
  const part = name => element.querySelector(`[data-part="${name}"]`);
  const canvas = part("map");
  const atlas = {
    element, canvas, part, pen: canvas.getContext("2d"), card: part("card"),
    stage: {width: 1, height: 1, ratio: 1}, camera: cameraFor(), colours: coloursOf(element),
    ground: null, map: null, before: null, column: null, range: null, shades: null, order: null,
    kept: null, boxes: [], chosen: new Set(), cursor: NOTHING, hover: NOTHING, focused: false,
    tool: "move", drag: null, sheet: null, radius: 3, thumbSize: 0, page: 0, touched: false,
    file: "", turn: 0, asked: false,
  };
  Object.assign(atlas, actionsOf(atlas, trigger));
  connectParts(atlas);
  listenToPointers(atlas);
  listenToKeys(atlas);
  new ResizeObserver(() => measure(atlas)).observe(canvas.parentElement);
  const repaint = () => {
    atlas.colours = coloursOf(element);
    showLegend(atlas);
    atlas.refresh();
  };
  new MutationObserver(repaint).observe(document.body, {attributeFilter: ["class"]});
  watch("value", () => heard(atlas, props.value));
  heard(atlas, props.value);
}

/** Take what the server says: another table, a filter, seeds it picked. */
async function heard(atlas, text) {
  const news = JSON.parse(text || "{}");
  atlas.news = news;
  if (news.file !== atlas.file) {
    atlas.file = news.file;
    await load(atlas, news);
    if (atlas.news !== news) return; // something newer came while this was on its way
  }
  const {ground} = atlas;
  if (!ground) return;
  atlas.kept = news.kept ? bitsOf(news.kept, ground.seeds.length) : null;
  atlas.boxes = news.boxes || [];
  atlas.part("sifted").textContent = news.sifted || "";
  if (news.turn !== atlas.turn) {
    atlas.turn = news.turn;
    atlas.chosen = new Set(news.chosen.map(seed => rowOf(ground, seed)).filter(row => row !== NOTHING));
    showChosen(atlas);
  }
  if (atlas.kept && atlas.cursor !== NOTHING && !atlas.kept[atlas.cursor]) atlas.cursor = NOTHING;
  showList(atlas);
  atlas.refresh();
}

async function load(atlas, news) {
  Object.assign(atlas, {ground: null, map: null, sheet: null, hover: NOTHING, cursor: NOTHING});
  atlas.chosen = new Set();
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
}

function showMap(atlas, moving) {
  const {ground, part, stage} = atlas;
  const before = atlas.map;
  const map = ground.maps.find(({space}) => space === part("space").value) || null;
  atlas.map = map;
  atlas.element.querySelector(".sl-atlas").classList.toggle("sl-empty", !map);
  part("note").textContent = map ? "" : ground.unmapped;
  part("words").textContent = map ? map.words : "";
  part("missing").textContent = map && map.missing
    ? `${counted.format(map.missing)} seeds have no place on this map.` : "";
  if (!map) return;
  const calm = QUIET.matches || ground.seeds.length > 20000 || !moving || !before;
  atlas.before = calm ? null : {xs: before.xs, ys: before.ys, since: performance.now()};
  boundCamera(atlas.camera, map, stage);
  travel(atlas.camera, {x: 0, y: 0, scale: atlas.camera.fit}, !calm, performance.now());
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

function actionsOf(atlas, trigger) {
  const say = text => { atlas.part("say").textContent = text; };
  const changed = text => {
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
      const there = atlas.chosen.delete(row);
      if (!there) atlas.chosen.add(row);
      changed(`Seed ${atlas.ground.seeds[row]} ${there ? "let go" : "chosen"}`);
    },
    choose(rows) {
      for (const row of rows) atlas.chosen.add(row);
      changed(`${counted.format(rows.length)} seeds in the area`);
    },
    clear() {
      atlas.chosen.clear();
      changed("All let go");
    },
    zoom(factor, point) {
      zoomAround(atlas.camera, atlas.stage, point, factor, true, performance.now());
      atlas.hoverOver(NOTHING);
      atlas.refresh();
    },
    showAll() {
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
      const scale = Math.max((camera.goal || camera).scale, 26 / map.spacing);
      atlas.cursor = row;
      if (!Number.isFinite(map.xs[row])) return;
      travel(camera, {x: map.xs[row], y: map.ys[row], scale}, true, performance.now());
      atlas.hoverOver(row);
    },
    use() {
      const seeds = [...atlas.chosen].map(row => atlas.ground.seeds[row]);
      trigger("select", {index: 0, value: seeds.join(" ")});
    },
  };
}

function bringIntoSight(atlas, row) {
  const {camera, stage, map} = atlas;
  const aim = camera.goal || camera;
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
    travel(camera, {x: camera.x, y: camera.y, scale: whole ? camera.fit : camera.scale}, false, 0);
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
    copy: () => copySeeds(atlas),
    back: () => { atlas.page -= 1; showList(atlas); }, on: () => { atlas.page += 1; showList(atlas); },
  };
  element.addEventListener("click", event => {
    const button = event.target.closest("button");
    if (!button) return;
    if (button.dataset.tool) chooseTool(atlas, button.dataset.tool);
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

openAtlas(element, trigger, props, watch);
