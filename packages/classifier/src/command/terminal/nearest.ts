/**
 * Names that are spelled nearly like a word, the nearest first: those in which at most a third of the letters differ.
 */
export function nearest(word: string, names: readonly string[]): string[] {
  const limit = (name: string) => Math.max(1, Math.floor(Math.max(word.length, name.length) / 3));
  return names
    .map(name => ({ name, far: distance(word.toLowerCase(), name.toLowerCase()) }))
    .filter(({ name, far }) => far <= limit(name))
    .sort((a, b) => a.far - b.far)
    .map(({ name }) => name);
}

/** Number of letters to insert, remove or replace to turn one word into the other (Levenshtein). */
function distance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, index) => index);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++)
      next.push(
        Math.min(row[j]! + 1, next[j - 1]! + 1, row[j - 1]! + (a[i - 1] === b[j - 1] ? 0 : 1)),
      );
    row = next;
  }
  return row[b.length]!;
}
