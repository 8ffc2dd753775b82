import type { Phase, Recipe } from '@shroom/train';

/** A training for photos that may have several classes, and what of the recipe it leaves out. */
export interface SigmoidTraining {
  readonly training: Recipe;
  /** In sentences. */
  readonly notices: readonly string[];
}

/**
 * A recipe for sigmoids. Mixup and label smoothing stay. Class weights of the recipe are left out: they would make the probabilities of
 * rare classes several times too high, which one temperature cannot correct; what they are for, the threshold of each class does.
 *
 * @param classWeights Those that were asked for besides the recipe, which are kept.
 * @throws RangeError for what needs exactly one class a photo: focal loss, balanced sampling.
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
