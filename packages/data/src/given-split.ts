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

/** The part that a folder or a table's cell names, as Hugging Face and torchvision spell them; case does not count. */
export const partNamed = (name: string): SplitName | undefined => {
  const key = name.trim().toLowerCase();
  return Object.hasOwn(names, key) ? names[key] : undefined;
};

/** A sample whose set came with a split. */
export interface GivenSample extends Allocable {
  readonly part?: SplitName;
}

/**
 * The split that a set came with. Where it has no validation or no test part, that is cut from training, as large as
 * `splitByClass` makes it; groups and samples with the same bytes stay together there.
 *
 * @throws SplitError when a sample has no part, or nothing is left to train on.
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
    const [, validation, test] = exactShares(totals.get(label)!);
    const cut = [given.validation.length > 0 ? 0 : validation, given.test.length > 0 ? 0 : test];
    const wanted = [count - cut[0]! - cut[1]!, ...cut];
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
