import type { Phase, Recipe } from '@shroom/train';

/** A training for the task 'multi-label', and notices about settings of the recipe that it leaves out. */
export interface SigmoidTraining {
  readonly training: Recipe;
  /** Sentences about settings that were left out. */
  readonly notices: readonly string[];
}

/**
 * Adapts a recipe to sigmoids. Mixup and label smoothing stay. Class weights of the recipe are left out: they would make the probabilities
 * of rare classes several times too high, which one temperature cannot correct. Instead, each class has its own threshold.
 *
 * @param classWeights Class weights that the user asked for in addition to the recipe. These class weights are kept.
 * @throws RangeError for focal loss and balanced sampling, which need exactly one class for each photo.
 */
export function forSigmoids(
  training: Recipe,
  classWeights?: 'none' | 'balanced' | undefined,
): SigmoidTraining {
  const { followedBy = [], ...first } = training;
  for (const { focus = 0, sampling = 'shuffled' } of [first, ...followedBy]) {
    const wrong =
      focus > 0 ? `focus ${focus}` : sampling !== 'shuffled' && `sampling '${sampling}'`;
    if (wrong)
      throw new RangeError(
        `The recipe has ${wrong}, which needs exactly one class for each photo. Leave it out for the task 'multi-label'.`,
      );
  }
  const isWeighted = [first, ...followedBy].some(phase => phase.classWeights !== undefined);
  if (classWeights === 'balanced' || !isWeighted) return { training, notices: [] };
  const bare = ({ classWeights: _, ...phase }: Phase): Phase => phase;
  const all = bare(first);
  return {
    training: followedBy.length === 0 ? all : { ...all, followedBy: followedBy.map(bare) },
    notices: [
      "the recipe's class weights are left out: photos may have several classes, and each class has a threshold of its own",
    ],
  };
}
