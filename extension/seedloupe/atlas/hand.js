// Mouse, touch, pen and keyboard on the map.

const SLIP = 5; // pixels a click may wander
const REACH = 16;

function pointIn(canvas, event) {
  const box = canvas.getBoundingClientRect();
  return {x: event.clientX - box.left, y: event.clientY - box.top};
}

/** The seed in sight nearest to a point of the stage, or NOTHING. */
function nearestTo(atlas, point) {
  const {camera, stage, map, kept} = atlas;
  const reach = Math.max(REACH, atlas.radius + 6, 0.8 * atlas.thumbSize); // to a picture's corners
  let found = NOTHING;
  let least = reach * reach;
  for (let row = 0; row < map.xs.length; row += 1) {
    if (kept && !kept[row]) continue;
    const dx = seenX(camera, stage, map.xs[row]) - point.x;
    const dy = seenY(camera, stage, map.ys[row]) - point.y;
    const far = dx * dx + dy * dy;
    if (far < least) {
      least = far;
      found = row;
    }
  }
  return found;
}

function rowsInside(atlas, from, to) {
  const {camera, stage, map, kept, ground} = atlas;
  const [left, right] = from.x < to.x ? [from.x, to.x] : [to.x, from.x];
  const [top, bottom] = from.y < to.y ? [from.y, to.y] : [to.y, from.y];
  return Array.from(ground.best).filter(row => {
    if (kept && !kept[row]) return false;
    const x = seenX(camera, stage, map.xs[row]);
    const y = seenY(camera, stage, map.ys[row]);
    return x >= left && x <= right && y >= top && y <= bottom;
  });
}

function listenToPointers(atlas) {
  const {canvas} = atlas;
  const down = new Map();
  canvas.addEventListener("pointerdown", event => {
    if (!atlas.map || event.button > 0) return;
    canvas.setPointerCapture(event.pointerId);
    const point = pointIn(canvas, event);
    down.set(event.pointerId, point);
    atlas.camera.goal = null;
    atlas.touched = event.pointerType !== "mouse";
    const area = down.size === 1 && (event.shiftKey || atlas.tool === "area");
    atlas.drag = {from: point, to: point, area, moved: down.size > 1};
  });
  canvas.addEventListener("pointermove", event => {
    if (!atlas.map) return;
    const point = pointIn(canvas, event);
    if (!down.has(event.pointerId)) {
      if (event.pointerType === "mouse") atlas.hoverOver(nearestTo(atlas, point));
      return;
    }
    const before = new Map(down);
    down.set(event.pointerId, point);
    if (down.size > 1) pinch(atlas, before, down);
    else if (atlas.drag) dragTo(atlas, before.get(event.pointerId), point);
  });
  const lift = event => {
    if (!down.delete(event.pointerId) || !atlas.drag) return;
    if (down.size) return;
    const {drag} = atlas;
    atlas.drag = null;
    if (event.type === "pointercancel") atlas.refresh();
    else if (!drag.moved) clicked(atlas, drag.from);
    else if (drag.area) atlas.choose(rowsInside(atlas, drag.from, drag.to));
    else atlas.refresh();
  };
  canvas.addEventListener("pointerup", lift);
  canvas.addEventListener("pointercancel", lift);
  canvas.addEventListener("pointerleave", event => {
    if (event.pointerType === "mouse" && !down.size) atlas.hoverOver(NOTHING);
  });
  canvas.addEventListener("dblclick", event => event.preventDefault());
  canvas.addEventListener("wheel", event => turned(atlas, event), {passive: false});
}

function dragTo(atlas, before, point) {
  const {drag, camera} = atlas;
  atlas.moved = true;
  drag.to = point;
  drag.moved ||= Math.hypot(point.x - drag.from.x, point.y - drag.from.y) > SLIP;
  if (!drag.moved) return;
  if (!drag.area) {
    atlas.hoverOver(NOTHING);
    const goal = {
      x: camera.x - (point.x - before.x) / camera.scale,
      y: camera.y - (point.y - before.y) / camera.scale,
      scale: camera.scale,
    };
    travel(camera, goal, false, 0);
  }
  atlas.refresh();
}

function pinch(atlas, before, now) {
  const [a, b] = [...before.values()];
  const [c, d] = [...now.values()];
  const {camera, stage} = atlas;
  atlas.moved = true;
  atlas.drag.moved = true;
  atlas.drag.area = false;
  const factor = Math.hypot(c.x - d.x, c.y - d.y) / Math.max(1, Math.hypot(a.x - b.x, a.y - b.y));
  const middle = {x: (c.x + d.x) / 2, y: (c.y + d.y) / 2};
  zoomAround(camera, stage, middle, factor, false, 0);
  const goal = {
    x: camera.x - (middle.x - (a.x + b.x) / 2) / camera.scale,
    y: camera.y - (middle.y - (a.y + b.y) / 2) / camera.scale,
    scale: camera.scale,
  };
  travel(camera, goal, false, 0);
  atlas.refresh();
}

/** Zoom; where the whole map is in sight already, turning further out scrolls the page. */
function turned(atlas, event) {
  const {camera, stage, canvas} = atlas;
  if (!atlas.map) return;
  const aim = (camera.goal || camera).scale;
  if (event.deltaY > 0 && aim <= camera.fit * 1.001 && !event.ctrlKey) return;
  event.preventDefault();
  atlas.moved = true;
  const step = event.deltaMode ? event.deltaY * 16 : event.deltaY;
  const factor = Math.exp(-step * (event.ctrlKey ? 0.01 : 0.0022));
  const smooth = Math.abs(step) > 40;
  zoomAround(camera, stage, pointIn(canvas, event), factor, smooth, performance.now());
  atlas.refresh();
}

function clicked(atlas, point) {
  const row = nearestTo(atlas, point);
  if (row === NOTHING) {
    atlas.hoverOver(NOTHING);
    return;
  }
  atlas.cursor = row;
  atlas.toggle(row);
  atlas.hoverOver(row);
}

const ARROWS = {ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1]};

function listenToKeys(atlas) {
  const {canvas, camera} = atlas;
  const middle = () => ({x: atlas.stage.width / 2, y: atlas.stage.height / 2});
  const zoom = factor => atlas.zoom(factor, middle());
  const keys = {
    "+": () => zoom(1.5), "=": () => zoom(1.5), "-": () => zoom(1 / 1.5), "_": () => zoom(1 / 1.5),
    "0": () => atlas.showAll(),
    "Home": () => atlas.moveTo(bestKept(atlas)),
    "Enter": () => atlas.toggle(atlas.cursor),
    " ": () => atlas.toggle(atlas.cursor),
    "Escape": () => atlas.clear(),
  };
  canvas.addEventListener("keydown", event => {
    if (!atlas.map || event.altKey) return;
    if ((event.ctrlKey || event.metaKey) && event.key === "z" && atlas.cleared) {
      event.preventDefault();
      atlas.undo();
    }
    if (event.ctrlKey || event.metaKey) return;
    const arrow = ARROWS[event.key];
    const act = arrow ? () => atlas.moveTo(neighbour(atlas, arrow)) : keys[event.key];
    if (!act) return;
    event.preventDefault();
    act();
  });
  canvas.addEventListener("focus", () => {
    atlas.focused = canvas.matches(":focus-visible");
    if (atlas.map && atlas.cursor === NOTHING) atlas.cursor = bestKept(atlas);
    if (atlas.focused && atlas.map) atlas.moveTo(atlas.cursor);
  });
  canvas.addEventListener("blur", () => {
    atlas.focused = false;
    atlas.hoverOver(NOTHING);
  });
}

function bestKept({ground, kept, map}) {
  const there = row => (!kept || kept[row]) && Number.isFinite(map.xs[row]);
  const found = ground.best.find(there);
  return found === undefined ? NOTHING : found;
}

/** The nearest seed in a direction; what lies straight ahead counts as nearer. */
function neighbour(atlas, [dx, dy]) {
  const {map, kept, cursor} = atlas;
  if (cursor === NOTHING) return bestKept(atlas);
  let found = cursor;
  let least = Infinity;
  for (let row = 0; row < map.xs.length; row += 1) {
    if (row === cursor || (kept && !kept[row])) continue;
    const x = map.xs[row] - map.xs[cursor];
    const y = map.ys[row] - map.ys[cursor];
    const ahead = x * dx + y * dy;
    const aside = Math.abs(x * dy) + Math.abs(y * dx);
    if (!(ahead > 0) || aside > 1.2 * ahead) continue;
    const far = ahead + 2 * aside;
    if (far < least) {
      least = far;
      found = row;
    }
  }
  return found;
}
