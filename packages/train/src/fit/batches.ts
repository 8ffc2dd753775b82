import { requireInteger } from '../options/requirements';

/**
 * Start and end of each batch. A last batch of one sample is joined to the batch before it, because batch norm cannot train
 * on one sample.
 *
 * @throws RangeError when the batch size is not a whole number of at least 1.
 */
export function batchBounds(count: number, batchSize = 32): [number, number][] {
  requireInteger('batchSize', batchSize, { least: 1 });
  const bounds: [number, number][] = [];
  for (let start = 0; start < count; start += batchSize)
    bounds.push([start, Math.min(count, start + batchSize)]);
  const last = bounds.at(-1);
  if (last && last[1] - last[0] === 1) {
    bounds.pop();
    const before = bounds.at(-1);
    if (before) before[1] = count;
  }
  return bounds;
}

/** Start and end of nearly equal parts of a batch. Each part has at least two samples if the batch has enough samples. */
export function partBounds(count: number, parts: number): [number, number][] {
  const most = Math.max(1, Math.min(parts, Math.floor(count / 2)));
  return Array.from({ length: most }, (_, part) => [
    Math.floor((part * count) / most),
    Math.floor(((part + 1) * count) / most),
  ]);
}
