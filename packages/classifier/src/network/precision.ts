/**
 * How frozen networks compute features: with numbers of 32 bits, with integers of 8 bits, or in the way that is faster on this machine
 * without changing the features much.
 */
export const precisions = ['float32', 'int8', 'auto'] as const;

export type Precision = (typeof precisions)[number];

/** How one network computes. */
export type Computes = Exclude<Precision, 'auto'>;

type Computing = { readonly computes?: Computes | undefined };

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
