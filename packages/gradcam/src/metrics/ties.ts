import type { Subject } from './subject';

/** Positions of a map from hot to cold, in several orders that differ only among equal values. */
interface Ranking {
  readonly orders: readonly Uint32Array[];
  /** Whether the first `count` positions end within a group of equal values. */
  cutsTie(count: number): boolean;
}

/**
 * Computes the scores of an image without its `counts[i]` hottest positions. Each is the expected value over the orders of positions with
 * equal values: the mean over random orders, taken in pairs of an order and its reverse so that no side of the image is preferred.
 *
 * @param values Values by which the positions are ordered.
 * @param draws Number of orders for counts that end within a group of equal values.
 * @param change Returns the pixels without the given positions.
 */
export async function expectedScores(
  subject: Subject,
  values: Float32Array,
  counts: readonly number[],
  draws: number,
  change: (places: Uint32Array) => Float32Array,
): Promise<number[]> {
  const { orders, cutsTie } = rankingOf(values, draws);
  const variants = counts.flatMap((count, index) =>
    (cutsTie(count) ? orders : orders.slice(0, 1)).map(order => ({ index, count, order })),
  );
  const scores = await subject.scores(variants.length, variant => {
    const { order, count } = variants[variant]!;
    return change(order.subarray(0, count));
  });
  const totals = counts.map(() => ({ sum: 0, number: 0 }));
  for (const [variant, { index }] of variants.entries()) {
    totals[index]!.sum += scores[variant]!;
    totals[index]!.number++;
  }
  return totals.map(({ sum, number }) => sum / number);
}

function rankingOf(values: Float32Array, draws: number): Ranking {
  const orders = Array.from({ length: draws }, (_, draw) => {
    const key = shuffled(Math.floor(draw / 2));
    const sign = draw % 2 === 0 ? 1 : -1;
    return Uint32Array.from(values.keys()).sort(
      (a, b) => values[b]! - values[a]! || sign * (key(a) - key(b)),
    );
  });
  const [order] = orders as [Uint32Array];
  const at = (rank: number) => values[order[rank]!];
  return {
    orders,
    cutsTie: count => count > 0 && count < values.length && at(count - 1) === at(count),
  };
}

/** Returns a number for each position that is unrelated to where it is (finalizer of MurmurHash3). */
function shuffled(draw: number): (place: number) => number {
  return place => {
    let h = Math.imul(place + 1, 0x9e3779b1) ^ Math.imul(draw + 1, 0x85ebca6b);
    h = Math.imul(h ^ (h >>> 16), 0x85ebca6b);
    h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
    return (h ^ (h >>> 16)) >>> 0;
  };
}
