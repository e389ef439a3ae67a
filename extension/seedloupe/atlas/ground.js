// The table as arrays, and where its seeds stand. World units: the longer side of a map is 1.

const SHADES = 24;
const NOTHING = -1;

function floatsOf(text) {
  const raw = atob(text);
  const bytes = new Uint8Array(raw.length);
  for (let i = 0; i < raw.length; i += 1) bytes[i] = raw.charCodeAt(i);
  return new Float32Array(bytes.buffer);
}

function bitsOf(text, count) {
  const raw = atob(text);
  const bits = new Uint8Array(count);
  for (let i = 0; i < count; i += 1) bits[i] = (raw.charCodeAt(i >> 3) >> (i & 7)) & 1;
  return bits;
}

/** Unpack what the server wrote; seeds stay text, since numbers here end at 2 ** 53. */
function groundOf(table) {
  const maps = table.maps.map(map => {
    const spread = placed({...map, x: floatsOf(map.x), y: floatsOf(map.y)}, table);
    return {...spread, sheet: sheetOf(spread, table)};
  });
  const columns = table.columns.map(column => ({
    ...column,
    values: floatsOf(column.values),
    low: column.low ? floatsOf(column.low) : null,
    high: column.high ? floatsOf(column.high) : null,
    counts: column.counts ? floatsOf(column.counts) : null,
  }));
  const rank = columns.find(column => column.kind === "rank");
  const best = rank ? byColumn(rank) : Uint32Array.from(table.seeds, (_, row) => row);
  return {...table, maps, columns, rank, best, rows: null};
}

/** Give a map its world coordinates, its bounds, and how far apart its seeds stand. */
function placed(map, table) {
  const known = [];
  for (let i = 0; i < map.x.length; i += 1) {
    if (Number.isFinite(map.x[i]) && Number.isFinite(map.y[i])) known.push(i);
  }
  const frame = map.picture
    ? {left: 0, right: 1, top: 0, bottom: 1, across: table.aspect}
    : {...boundsOf(map, known), across: 1};
  const width = (frame.right - frame.left) * frame.across;
  const height = frame.bottom - frame.top;
  const unit = Math.max(width, height) || 1;
  const xs = new Float32Array(map.x.length);
  const ys = new Float32Array(map.y.length);
  for (let i = 0; i < xs.length; i += 1) {
    xs[i] = ((map.x[i] - (frame.left + frame.right) / 2) * frame.across) / unit;
    ys[i] = (map.y[i] - (frame.top + frame.bottom) / 2) / unit;
  }
  const size = {width: width / unit || 0.5, height: height / unit || 0.5};
  return {...map, xs, ys, size, missing: xs.length - known.length, spacing: spacingOf(xs, ys, known)};
}

/** The same seeds in the cells of a sheet, so that no picture covers another. */
function sheetOf(map, table) {
  const {columns, rows} = map.cells;
  const [wide, high] = table.tile;
  const unit = Math.max(columns * wide, rows * high);
  const xs = floatsOf(map.cells.column).map(at => ((at + 0.5 - columns / 2) * wide) / unit);
  const ys = floatsOf(map.cells.row).map(at => ((at + 0.5 - rows / 2) * high) / unit);
  const size = {width: (columns * wide) / unit, height: (rows * high) / unit};
  return {...map, xs, ys, size, picture: false, cell: Math.max(wide, high) / unit,
    spacing: Math.max(wide, high) / unit};
}

function boundsOf(map, known) {
  const bounds = {left: Infinity, right: -Infinity, top: Infinity, bottom: -Infinity};
  for (const i of known) {
    bounds.left = Math.min(bounds.left, map.x[i]);
    bounds.right = Math.max(bounds.right, map.x[i]);
    bounds.top = Math.min(bounds.top, map.y[i]);
    bounds.bottom = Math.max(bounds.bottom, map.y[i]);
  }
  return known.length ? bounds : {left: 0, right: 1, top: 0, bottom: 1};
}

/** How far apart seeds stand in the middle half of the map, were they spread evenly there. */
function spacingOf(xs, ys, known) {
  if (known.length < 2) return 0.25;
  const middle = values => {
    const sorted = Float32Array.from(known, i => values[i]).sort();
    return sorted[Math.floor(0.75 * (known.length - 1))] - sorted[Math.floor(0.25 * (known.length - 1))];
  };
  const area = Math.max(middle(xs), 0.01) * Math.max(middle(ys), 0.01);
  return Math.sqrt((4 * area) / known.length);
}

/** Rows from the best value to the worst; what was not measured comes last. */
function byColumn(column) {
  const way = column.better || 1;
  const worth = row => (Number.isFinite(column.values[row]) ? way * column.values[row] : -Infinity);
  const rows = Uint32Array.from(column.values, (_, row) => row);
  return rows.sort((a, b) => worth(b) - worth(a) || a - b);
}

/** The two values between which shades run; two seeds in a hundred at each end may lie beyond. */
function rangeOf(column) {
  const known = column.values.filter(Number.isFinite).sort();
  if (!known.length) return null;
  const at = share => known[Math.round(share * (known.length - 1))];
  if (column.kind === "rate") return {low: 0, high: Math.max(known[known.length - 1], 0.01)};
  if (column.kind === "rank") return {low: 1, high: known[known.length - 1]};
  return {low: at(0.02), high: at(0.98)};
}

/** The shade of every seed, 0 to SHADES - 1, the strongest for the best; SHADES: not measured. */
function shadesOf(column, range) {
  const span = range ? range.high - range.low : 0;
  return Uint8Array.from(column.values, value => {
    if (!Number.isFinite(value)) return SHADES;
    const share = span ? Math.min(1, Math.max(0, (value - range.low) / span)) : 0.5;
    return Math.min(SHADES - 1, Math.floor((column.better < 0 ? 1 - share : share) * SHADES));
  });
}

/** Rows in the order of their shades, so that a painter changes its colour a few times only. */
function orderOf(shades) {
  const starts = new Uint32Array(SHADES + 2);
  for (const shade of shades) starts[((shade + 1) % (SHADES + 1)) + 1] += 1;
  for (let i = 1; i < starts.length; i += 1) starts[i] += starts[i - 1];
  const order = new Uint32Array(shades.length);
  for (let row = 0; row < shades.length; row += 1) {
    const slot = (shades[row] + 1) % (SHADES + 1); // what was not measured is painted first
    order[starts[slot]] = row;
    starts[slot] += 1;
  }
  return order;
}

/** The row of a seed given as text, or NOTHING. */
function rowOf(ground, seed) {
  if (!ground.rows) ground.rows = new Map(ground.seeds.map((name, row) => [name, row]));
  const row = ground.rows.get(seed);
  return row === undefined ? NOTHING : row;
}
