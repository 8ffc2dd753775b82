import { type Phase, type Recipe, type RecipeName, recipes } from '@shroom/train';

/** What the command line may change of a recipe. */
export interface RecipeChanges {
  readonly epochs?: number | undefined;
  readonly batch?: number | undefined;
  readonly classWeights?: 'none' | 'balanced' | undefined;
  readonly labelSmoothing?: number | undefined;
}

/** Recipes without smaller steps for lower stages, which a head alone does not have. */
export const recipesOfHead = Object.entries<Recipe>(recipes)
  .filter(([, { stageDecay }]) => stageDecay === undefined)
  .map(([name]) => name);

/** A recipe with what was asked for in its place, in every phase. */
export function recipeOf(name: RecipeName, changes: RecipeChanges): Recipe {
  if (!Object.hasOwn(recipes, name))
    throw new RangeError(
      `There is no recipe '${name}'; there are ${Object.keys(recipes).join(', ')}.`,
    );
  const { followedBy = [], ...first }: Recipe = recipes[name];
  const changed = (phase: Phase): Phase => {
    const { epochs = phase.epochs, batch = phase.batchSize, classWeights } = changes;
    const { labelSmoothing = phase.labelSmoothing } = changes;
    const { classWeights: own, ...rest } = phase;
    const weights = classWeights ?? own;
    return {
      ...rest,
      epochs: Math.min(epochs, phase === first ? epochs : phase.epochs),
      ...(batch !== undefined && { batchSize: batch }),
      ...(labelSmoothing !== undefined && { labelSmoothing }),
      ...(weights !== undefined && weights !== 'none' && { classWeights: weights }),
    };
  };
  return { ...changed(first), followedBy: followedBy.map(changed) };
}

/** A recipe in words, for the report. */
export function recipeInWords({ followedBy = [], ...first }: Recipe): string {
  return [first, ...followedBy].map(phaseInWords).join('; then ');
}

function phaseInWords(phase: Phase): string {
  const { epochs, batchSize, optimizer, schedule, patience, classWeights, labelSmoothing } = phase;
  const { mixing, average, clipNorm, stageDecay } = phase;
  const named = typeof schedule === 'object' ? Object.values(schedule).join(' ') : 'default';
  return [
    `${epochs} epochs at most`,
    `${optimizer?.name} with weight decay ${optimizer?.weightDecay ?? 0}`,
    `schedule ${named}`,
    `batch ${batchSize}`,
    `class weights ${classWeights === undefined ? 'none' : 'balanced'}`,
    `label smoothing ${labelSmoothing ?? 0}`,
    mixing && `${mixing.kind} ${mixing.alpha}`,
    average && `average of weights ${average}`,
    clipNorm && `gradients clipped to ${clipNorm}`,
    stageDecay && `a stage lower ${stageDecay} times the step`,
    `patience ${patience}`,
  ]
    .filter(Boolean)
    .join(', ');
}

/** Epochs of the training that is reported, the last one, if it does not end early. */
export function mostEpochs(recipe: Recipe, cut: unknown): number {
  const { epochs, followedBy = [] }: Recipe = cut ? recipes.finetune : recipe;
  return followedBy.reduce((sum, phase) => sum + phase.epochs, epochs);
}
