import { type Allocable, allocate, countsOf, exactShares, unitsOf } from './allocation';
import { type Split, SplitError, type SplitName, splitNames } from './split';

const names: Readonly<Record<string, SplitName>> = {
  train: 'train',
  training: 'train',
  val: 'validation',
  valid: 'validation',
  validation: 'validation',
  dev: 'validation',
  test: 'test',
  testing: 'test',
  eval: 'test',
  evaluation: 'test',
};

/**
 * The part that the name of a folder or a cell of a table means, as spelled by Hugging Face and torchvision; upper and
 * lower case are equal.
 *
 * @example
 * ```ts
 * partNamed('Val'); // 'validation'
 * partNamed('Amanita'); // undefined: it is a class
 * ```
 */
export const partNamed = (name: string): SplitName | undefined => {
  const key = name.trim().toLowerCase();
  return Object.hasOwn(names, key) ? names[key] : undefined;
};

/** A sample of a set that has its own split. */
export interface GivenSample extends Allocable {
  readonly part?: SplitName;
}

/**
 * Splits the `count` training photos of a class: how many stay in training, and how many go to parts that were not given.
 */
function sharesOf(count: number, isValidated: boolean, isTested: boolean): number[] {
  if (isValidated && isTested) return [count, 0, 0];
  if (!isValidated && !isTested) return exactShares(count);
  // In the ratio 65 to 20 or 65 to 15, but at least one photo if there are two.
  const share = isTested ? 20 / 85 : 15 / 80;
  const cut = Math.min(count - 1, Math.max(1, Math.round(share * count)));
  return isTested ? [count - cut, cut, 0] : [count - cut, 0, cut];
}

/**
 * Uses the split that a set came with. If the validation or test part is missing, it is taken from the training photos in
 * the ratio of 65/20/15, regardless of the size of the given part. Groups, files with the same bytes, and near copies stay
 * together.
 *
 * @throws SplitError when a sample has no part, or when no training photo is left.
 * @example
 * ```ts
 * const { photos } = await openPhotos('photos', { givenSplit: 'require' }); // photos/train/Amanita/1.jpg ...
 * const { train, validation, test } = splitAsGiven(photos); // indices into photos
 * ```
 */
export function splitAsGiven(
  samples: readonly GivenSample[],
  options: { readonly seed?: number } = {},
): Split {
  const { seed = 0 } = options;
  const without = samples.find(({ part }) => part === undefined);
  if (without)
    throw new SplitError(
      `'${without.id}' is in no part: the set came without a split, or with an incomplete one.`,
    );
  const indices = (part: SplitName) =>
    samples.flatMap((sample, index) => (sample.part === part ? [index] : []));
  const given = {
    train: indices('train'),
    validation: indices('validation'),
    test: indices('test'),
  };
  const totals = countsOf(samples);
  const trained = given.train.map(index => samples[index]!);
  const room = [0, 1, 2].map(() => new Map<number, number>());
  for (const [label, count] of countsOf(trained)) {
    const wanted = sharesOf(count, given.validation.length > 0, given.test.length > 0);
    for (const [part, share] of wanted.entries()) room[part]!.set(label, share);
  }
  const parts = allocate(unitsOf(trained), room, totals, seed);
  const [train, ...others] = parts.map(part => part.map(index => given.train[index]!));
  if (train!.length === 0) throw new SplitError('The given split has no training photos.');
  const [validation, test] = splitNames
    .slice(1)
    .map((name, index) => (given[name].length > 0 ? given[name] : others[index]!));
  return { train: train!, validation: validation!, test: test! };
}
