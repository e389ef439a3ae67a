// What was recorded, as arrays of cells, and what can be worked out from them here.

/** Bytes of base64 text. */
function bytesOf(text) {
  const raw = atob(text);
  const bytes = new Uint8Array(raw.length);
  for (let i = 0; i < raw.length; i += 1) bytes[i] = raw.charCodeAt(i);
  return bytes;
}

/** Unpack one side of the explorer: a run, or a picture that was looked at. */
function sideOf(told) {
  const maps = told.maps.map(frames => frames.map(map => map && {
    height: map.height,
    width: map.width,
    rgb: bytesOf(map.rgb),
    codes: map.codes && {
      ...map.codes,
      values: Float32Array.from(new Int8Array(bytesOf(map.codes.values).buffer), v => v * map.codes.scale),
    },
  }));
  const words = told.words && {
    ...told.words,
    frames: told.words.frames.map(frame => frame && {...frame, values: bytesOf(frame.values)}),
  };
  return {...told, maps, words};
}

/** The cell of a map under a point of the picture, both in [0, 1). */
function cellAt(map, {x, y}) {
  const column = Math.min(map.width - 1, Math.max(0, Math.floor(x * map.width)));
  const row = Math.min(map.height - 1, Math.max(0, Math.floor(y * map.height)));
  return row * map.width + column;
}

/** The point in the middle of a cell. */
function middleOf(map, cell) {
  return {
    x: ((cell % map.width) + 0.5) / map.width,
    y: (Math.floor(cell / map.width) + 0.5) / map.height,
  };
}

/** One cell's code; centred on the mean of all where the measure asks for it. */
function codeOf(codes, cell, mean) {
  const size = codes.height * codes.width;
  return Float32Array.from({length: codes.dims}, (_, d) => codes.values[d * size + cell] - (mean ? mean[d] : 0));
}

function meanOf(codes) {
  const size = codes.height * codes.width;
  return Float32Array.from({length: codes.dims}, (_, d) => {
    let total = 0;
    for (let i = 0; i < size; i += 1) total += codes.values[d * size + i];
    return total / size;
  });
}

const MEASURES = {
  cosine: {title: "all it holds", exact: "cosine of the angle between features", centred: false},
  centred: {title: "what sets it apart", exact: "cosine of the angle between features, from their mean", centred: true},
  distance: {title: "distance", exact: "Euclidean distance of features", centred: false},
};

/** How like each cell is to one cell, of the same codes or of others: more is liker. */
function likeness(from, cell, codes, measure) {
  const {centred} = MEASURES[measure];
  const asked = codeOf(from, cell, centred ? meanOf(from) : null);
  const mean = centred ? meanOf(codes) : null;
  const size = codes.height * codes.width;
  const like = new Float32Array(size);
  const length = Math.hypot(...asked) || 1;
  for (let i = 0; i < size; i += 1) {
    let dot = 0;
    let square = 0;
    let apart = 0;
    for (let d = 0; d < codes.dims; d += 1) {
      const value = codes.values[d * size + i] - (mean ? mean[d] : 0);
      dot += value * asked[d];
      square += value * value;
      apart += (value - asked[d]) ** 2;
    }
    like[i] = measure === "distance" ? -Math.sqrt(apart) : dot / (length * (Math.sqrt(square) || 1));
  }
  return like;
}

/** Shares of the way from a low value to the highest, for colours. */
function shadesFrom(values) {
  const sorted = Float32Array.from(values).sort();
  const low = sorted[Math.floor(0.1 * (sorted.length - 1))];
  const high = sorted[sorted.length - 1];
  const span = high - low || 1;
  return {shades: values.map(value => Math.min(1, Math.max(0, (value - low) / span))), low, high};
}

function bestOf(values) {
  let best = 0;
  for (let i = 1; i < values.length; i += 1) if (values[i] > values[best]) best = i;
  return best;
}

/** Groups of the cells of several pictures together, frame by frame; each begins from those before.
 * `frames` holds a list of maps a picture; what comes back holds groups in the same places. */
function groupsTogether(frames, count) {
  let centres = null;
  const found = frames.map(maps => maps.map(() => null));
  frames[0].forEach((_, at) => {
    const shown = frames.map((maps, side) => ({side, codes: maps[at]})).filter(({codes}) => codes);
    if (!shown.length) return;
    const grouped = groupsOf(shown.map(({codes}) => codes), count, centres);
    centres = grouped.centres;
    shown.forEach(({side}, i) => { found[side][at] = grouped.groups[i]; });
  });
  return found;
}

/** Whether the codes of several pictures stand for the same, so that their cells can be grouped together. */
function sharesCodes(frames) {
  const dims = new Set(frames.flat().filter(Boolean).map(codes => codes.dims));
  return dims.size < 2;
}

/** Group the cells of some maps by k-means, begun from cells far apart or from given centres: always the same. */
function groupsOf(maps, count, begun) {
  const codes = maps.flatMap(coded => Array.from({length: coded.height * coded.width}, (_, i) => codeOf(coded, i, null)));
  let centres = begun || farApart(codes, middleCode(codes), Math.min(count, codes.length));
  const groups = new Uint8Array(codes.length);
  for (let turn = 0; turn < 12; turn += 1) {
    let moved = false;
    codes.forEach((code, i) => {
      const nearest = bestOf(centres.map(centre => -apart(code, centre)));
      moved ||= nearest !== groups[i] || !turn;
      groups[i] = nearest;
    });
    if (!moved) break;
    centres = centres.map((centre, g) => {
      const members = codes.filter((_, i) => groups[i] === g);
      return members.length ? middleCode(members) : centre;
    });
  }
  let from = 0;
  const parts = maps.map(({height, width}) => groups.subarray(from, from += height * width));
  return {groups: parts, centres};
}

function apart(a, b) {
  let total = 0;
  for (let d = 0; d < a.length; d += 1) total += (a[d] - b[d]) ** 2;
  return total;
}

function middleCode(codes) {
  const middle = new Float32Array(codes[0].length);
  for (const code of codes) for (let d = 0; d < middle.length; d += 1) middle[d] += code[d] / codes.length;
  return middle;
}

/** Cells that lie far apart, the first the farthest from the mean. */
function farApart(codes, mean, count) {
  const chosen = [codes[bestOf(codes.map(code => apart(code, mean)))]];
  const nearest = codes.map(code => apart(code, chosen[0]));
  while (chosen.length < count) {
    chosen.push(codes[bestOf(nearest)]);
    codes.forEach((code, i) => { nearest[i] = Math.min(nearest[i], apart(code, chosen[chosen.length - 1])); });
  }
  return chosen;
}

/** New numbers for groups so that they cover the same places as `others` do: by the largest overlap first.
 * Both are lists of {groups, height, width}, a picture each; grids may differ. */
function numbersLike(mine, others, count) {
  const shared = Array.from({length: count}, () => new Float64Array(count));
  mine.forEach((map, side) => {
    const other = others[side];
    if (!map || !other) return;
    const [rows, columns] = [Math.max(map.height, other.height), Math.max(map.width, other.width)];
    for (let row = 0; row < rows; row += 1) {
      for (let column = 0; column < columns; column += 1) {
        const point = {x: (column + 0.5) / columns, y: (row + 0.5) / rows};
        shared[map.groups[cellAt(map, point)]][other.groups[cellAt(other, point)]] += 1 / (rows * columns);
      }
    }
  });
  const pairs = shared.flatMap((row, a) => Array.from(row, (overlap, b) => ({a, b, overlap})));
  const numbers = new Array(count).fill(-1);
  const taken = new Set();
  for (const {a, b} of pairs.sort((one, two) => two.overlap - one.overlap)) {
    if (numbers[a] >= 0 || taken.has(b)) continue;
    numbers[a] = b;
    taken.add(b);
  }
  return numbers;
}

/** One word's map at one frame, each value in [0, 1] of that word's own peak. */
function wordMap(words, frame, word) {
  const found = words.frames[frame];
  if (!found || word >= words.texts.length) return null;
  const size = found.height * found.width;
  const values = Float32Array.from(found.values.subarray(word * size, (word + 1) * size), v => v / 255);
  return {height: found.height, width: found.width, values, peak: found.peaks[word]};
}

/** The words that act at a spot, the strongest first, each with its share of attention there. */
function wordsAt(words, frame, spot) {
  return words.texts.map((text, at) => {
    const map = wordMap(words, frame, at);
    return {at, text: text.text, negative: text.negative, share: map ? map.values[cellAt(map, spot)] * map.peak : 0};
  }).sort((a, b) => b.share - a.share);
}
