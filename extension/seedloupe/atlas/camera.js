// Where the eye is: the world point in the middle of the stage, and pixels for one world unit.

const EASE = 180;
const LEGIBLE = 44; // pixels a picture of a sheet has at least to begin with
const QUIET = window.matchMedia("(prefers-reduced-motion: reduce)");

function cameraFor() {
  return {x: 0, y: 0, scale: 1, fit: 1, most: 1, goal: null, since: 0, from: null};
}

/** Learn the map and the stage; the whole map is what one can zoom out to. */
function boundCamera(camera, map, stage) {
  const margin = stage.width < 520 ? 26 : 44;
  camera.fit = Math.min(
    (stage.width - 2 * margin) / map.size.width,
    (stage.height - 2 * margin) / map.size.height,
  );
  camera.most = Math.max(camera.fit * 6, 170 / map.spacing);
  if (map.cell) camera.most = Math.max(camera.fit * 1.5, 128 / map.cell);
  camera.size = map.size;
}

/** Where to begin: the whole of a map, and as much of a sheet as leaves its pictures legible. */
function firstView(camera, map) {
  const scale = map.cell ? Math.max(camera.fit, LEGIBLE / map.cell) : camera.fit;
  return {x: 0, y: 0, scale};
}

function limited(camera, goal) {
  const reachX = camera.size.width / 2;
  const reachY = camera.size.height / 2;
  return {
    x: Math.min(reachX, Math.max(-reachX, goal.x)),
    y: Math.min(reachY, Math.max(-reachY, goal.y)),
    scale: Math.min(camera.most, Math.max(camera.fit, goal.scale)),
  };
}

/** Go there, in one smooth move unless the person asked for less motion. */
function travel(camera, goal, smooth, now) {
  const end = limited(camera, goal);
  if (!smooth || QUIET.matches) {
    Object.assign(camera, end, {goal: null});
    return;
  }
  Object.assign(camera, {goal: end, since: now, from: {x: camera.x, y: camera.y, scale: camera.scale}});
}

/** Follow a move that goes on; tell whether it does. */
function ride(camera, now) {
  if (!camera.goal) return false;
  const share = Math.min(1, (now - camera.since) / EASE);
  const eased = 1 - (1 - share) ** 3;
  const scale = camera.from.scale * (camera.goal.scale / camera.from.scale) ** eased;
  // The point that stays put while zooming has to stay put all the way.
  const turn = camera.goal.scale === camera.from.scale
    ? eased
    : (1 / camera.from.scale - 1 / scale) / (1 / camera.from.scale - 1 / camera.goal.scale);
  camera.x = camera.from.x + (camera.goal.x - camera.from.x) * turn;
  camera.y = camera.from.y + (camera.goal.y - camera.from.y) * turn;
  camera.scale = scale;
  if (share >= 1) Object.assign(camera, camera.goal, {goal: null});
  return true;
}

/** Zoom by a factor around a point of the stage, from where the last move was going. */
function zoomAround(camera, stage, point, factor, smooth, now) {
  const from = camera.goal || camera;
  const scale = Math.min(camera.most, Math.max(camera.fit, from.scale * factor));
  const dx = point.x - stage.width / 2;
  const dy = point.y - stage.height / 2;
  travel(camera, {
    x: from.x + dx / from.scale - dx / scale,
    y: from.y + dy / from.scale - dy / scale,
    scale,
  }, smooth, now);
}

function seenX(camera, stage, x) { return (x - camera.x) * camera.scale + stage.width / 2; }
function seenY(camera, stage, y) { return (y - camera.y) * camera.scale + stage.height / 2; }
