/**
 * How frozen networks compute features: with numbers of 32 bits, with integers of 8 bits, or in the way that is faster on this machine
 * without changing the features much.
 */
export const precisions = ['float32', 'int8', 'auto'] as const;

export type Precision = (typeof precisions)[number];

/** How one network computes. */
export type Computes = Exclude<Precision, 'auto'>;

type Computing = { readonly computes?: Computes | undefined };

/** How a network computes, and how it computed in training if that was different. */
interface Trained extends Computing {
  readonly trainedIn?: Computes | undefined;
}

/** Whether a network of a classifier computed with integers of 8 bits when the classifier was trained and tested. */
export const trainedInt8 = ({ extractors }: { readonly extractors: readonly Trained[] }): boolean =>
  extractors.some(({ computes, trainedIn = computes }) => trainedIn === 'int8');

/**
 * Says that a classifier computes in 32 bits what it was trained and tested on in int8. Undefined if it computes as it was trained.
 *
 * @param opened The networks as they compute here.
 */
export function fallbackOf(
  { extractors }: { readonly extractors: readonly Trained[] },
  opened: readonly { readonly int8?: object }[],
): string | undefined {
  const apart = extractors.filter(
    (each, k) => trainedInt8({ extractors: [each] }) && !opened[k]?.int8,
  );
  return apart.length > 0
    ? 'It was trained and tested in int8, and computes in 32 bits here, so its answers differ a little.'
    : undefined;
}

/** Whether a network of a classifier computes with integers of 8 bits. */
export const computesInt8 = ({
  extractors,
}: {
  readonly extractors: readonly Computing[];
}): boolean => extractors.some(({ computes }) => computes === 'int8');

/** How the networks of a classifier compute, such as `int8`, or `float32 and int8` if they differ. */
export const precisionOf = ({
  extractors,
}: {
  readonly extractors: readonly Computing[];
}): string =>
  [...new Set(extractors.map(({ computes = 'float32' }) => computes))].sort().join(' and ');
