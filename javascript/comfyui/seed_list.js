// Seeds as people write them: 7, 12, 40-43 or 0:8; the server reads the same (noise/seeds.py).

export const BY_HAND = "by hand";
const MOST = 1024;

// Returns the seeds as texts, each once; none for what is no list, which the server refuses.
export function seedsIn(text) {
  const found = new Set();
  for (const part of String(text ?? "").split(/[\s,;]+/).filter(Boolean)) {
    const [, first, mark, last] = /^(\d+)(?:([-:])(\d+))?$/.exec(part) ?? [];
    if (first === undefined) {
      return [];
    }
    const end = last === undefined ? Number(first) : Number(last) - (mark === ":" ? 1 : 0);
    for (let seed = Number(first); seed <= end && found.size < MOST; seed += 1) {
      found.add(String(seed));
    }
  }
  return [...found];
}
