import type { Subject } from './subject';

/** Places of a map from hot to cold, in several orders that differ where places are alike. */
interface Ranking {
  readonly orders: readonly Uint32Array[];
  /** Whether the first `count` places end among some that are alike. */
  cutsTie(count: number): boolean;
}

/**
 * The scores of an image without its `counts[i]` hottest places, each the expected value over the orders of places that are alike: the
 * mean over random orders, in pairs of an order and its reverse, so that no side of the image comes first.
 *
 * @param values What the places are ordered by.
 * @param draws Orders where a count ends among places that are alike.
 * @param change The pixels without some places.
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

/** A number for each place that has nothing to do with where it is: the finalizer of MurmurHash3. */
function shuffled(draw: number): (place: number) => number {
  return place => {
    let h = Math.imul(place + 1, 0x9e3779b1) ^ Math.imul(draw + 1, 0x85ebca6b);
    h = Math.imul(h ^ (h >>> 16), 0x85ebca6b);
    h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
    return (h ^ (h >>> 16)) >>> 0;
  };
}
