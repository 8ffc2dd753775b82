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
 * The part that a folder or a table's cell names, as Hugging Face and torchvision spell them; case does not count.
 *
 * @example
 * ```ts
 * partNamed('Val'); // 'validation'
 * partNamed('Amanita'); // undefined: a class
 * ```
 */
export const partNamed = (name: string): SplitName | undefined => {
  const key = name.trim().toLowerCase();
  return Object.hasOwn(names, key) ? names[key] : undefined;
};

/** A sample whose set came with a split. */
export interface GivenSample extends Allocable {
  readonly part?: SplitName;
}

/** Of a class's `count` training photos: what training keeps, and what is cut for parts that were not given. */
function sharesOf(count: number, isValidated: boolean, isTested: boolean): number[] {
  if (isValidated && isTested) return [count, 0, 0];
  if (!isValidated && !isTested) return exactShares(count);
  // As 65 and 20 of a whole, or 65 and 15; at least one where two are there.
  const share = isTested ? 20 / 85 : 15 / 80;
  const cut = Math.min(count - 1, Math.max(1, Math.round(share * count)));
  return isTested ? [count - cut, cut, 0] : [count - cut, 0, cut];
}

/**
 * The split that a set came with. Where it has no validation or no test part, that is cut from training, in the ratio of
 * 65/20/15, whatever the size of the other part. What is cut keeps groups, the same bytes and near copies together.
 *
 * @throws SplitError when a sample has no part, or nothing is left to train on.
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
      `'${without.id}' is in no part: the set came without a split, or with half of one.`,
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
  if (train!.length === 0) throw new SplitError('The given split leaves nothing to train on.');
  const [validation, test] = splitNames
    .slice(1)
    .map((name, index) => (given[name].length > 0 ? given[name] : others[index]!));
  return { train: train!, validation: validation!, test: test! };
}
