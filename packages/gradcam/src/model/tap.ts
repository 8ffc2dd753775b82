/**
 * Thrown when the model has no such layer, or when the output does not depend on it.
 *
 * @example
 * ```ts
 * try {
 *   prepareModel(model, { tap: 'conv6' });
 * } catch (error) {
 *   if (!(error instanceof TapError)) throw error;
 *   console.error(`Layers to choose from: ${tapsOf(model).join(', ')}.`);
 * }
 * ```
 */
export class TapError extends Error {
  override readonly name = 'TapError';
}

/**
 * Finds one of `possible` by its name or by the end of its path; by default the last one.
 *
 * @throws TapError with the names of the possible taps.
 */
export function chosenTap(possible: readonly string[], wanted: string | undefined): string {
  const exact = possible.filter(id => id === wanted);
  const found =
    wanted === undefined
      ? possible.slice(-1)
      : exact[0] === undefined
        ? possible.filter(id => id.endsWith(`/${wanted}`))
        : exact;
  if (found.length === 1) return found[0]!;
  throw new TapError(
    possible.length === 0
      ? 'The model has no layer with a 4-D output [N, h, w, C] that its logits depend on.'
      : found.length > 1
        ? `'${wanted}' could be any of ${listed(found)}. Give the whole path.`
        : `There is no layer '${wanted}' that computes a feature map on which the logits depend. The last ones are ${listed(possible.slice(-5))}.`,
  );
}

/** Joins names to a text. */
export const listed = (names: readonly string[]): string =>
  names.map(name => `'${name}'`).join(', ');

export function refusePooled(tap: string): never {
  throw new Error(`'${tap}' does not reach the logits through global average pooling alone.`);
}
