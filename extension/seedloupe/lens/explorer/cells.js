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
  cosine: {title: "angle", centred: false},
  centred: {title: "angle from the mean", centred: true},
  distance: {title: "distance", centred: false},
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

/** Group the cells of every frame; each frame begins from the groups of the one before. */
function groupsOverTime(frames, count) {
  let centres = null;
  return frames.map(coded => {
    if (!coded) return null;
    const found = groupsOf(coded, count, centres);
    centres = found.centres;
    return found.groups;
  });
}

/** Group cells by k-means, begun from cells far apart or from given centres: always the same groups. */
function groupsOf(coded, count, begun) {
  const size = coded.height * coded.width;
  const codes = Array.from({length: size}, (_, cell) => codeOf(coded, cell, null));
  const apart = (a, b) => a.reduce((total, value, d) => total + (value - b[d]) ** 2, 0);
  let centres = begun || farApart(codes, meanOf(coded), Math.min(count, size), apart);
  const groups = new Uint8Array(size);
  for (let turn = 0; turn < 12; turn += 1) {
    codes.forEach((code, i) => { groups[i] = bestOf(centres.map(centre => -apart(code, centre))); });
    centres = centres.map((centre, g) => {
      const members = codes.filter((_, i) => groups[i] === g);
      if (!members.length) return centre;
      return centre.map((_, d) => members.reduce((total, code) => total + code[d], 0) / members.length);
    });
  }
  return {groups, centres};
}

/** Cells that lie far apart, the first the farthest from the mean. */
function farApart(codes, mean, count, apart) {
  const chosen = [codes[bestOf(codes.map(code => apart(code, mean)))]];
  const nearest = codes.map(code => apart(code, chosen[0]));
  while (chosen.length < count) {
    chosen.push(codes[bestOf(nearest)]);
    codes.forEach((code, i) => { nearest[i] = Math.min(nearest[i], apart(code, chosen[chosen.length - 1])); });
  }
  return chosen;
}

/** One word's map at one frame, each value in [0, 1] of that word's own peak. */
function wordMap(words, frame, word) {
  const found = words.frames[frame];
  if (!found) return null;
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
