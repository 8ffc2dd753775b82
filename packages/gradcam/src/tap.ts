/** The output of a model does not depend on the tapped layer, or there is no such layer. */
export class TapError extends Error {
  override readonly name = 'TapError';
}

/**
 * The one of `possible` that is meant by a name or the end of a path; the last one by default.
 *
 * @throws TapError naming those that there are.
 */
export function chosenTap(possible: readonly string[], wanted: string | undefined): string {
  const last = possible.at(-1);
  if (last === undefined)
    throw new TapError(
      'The model has no layer with a 4-D output [N, h, w, C] that its logits depend on.',
    );
  if (wanted === undefined) return last;
  const exact = possible.filter(id => id === wanted);
  const found = exact.length > 0 ? exact : possible.filter(id => id.endsWith(`/${wanted}`));
  if (found.length === 1) return found[0]!;
  const names = (ids: readonly string[]) => ids.map(id => `'${id}'`).join(', ');
  if (found.length > 1)
    throw new TapError(`'${wanted}' could be any of ${names(found)}. Give the whole path.`);
  throw new TapError(
    `There is no layer '${wanted}' with a 4-D output that the logits depend on. The last ones are ${names(possible.slice(-5))}.`,
  );
}
