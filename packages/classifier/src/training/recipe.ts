import { type Phase, type Recipe, recipes as trainings } from '@shroom/train';
import type { Pooling } from '../network/extractor';
import type { Augment } from '../photos/views';
import { type NamesOf, requireKnown } from '../requirements';

/** The kind of head that is trained on the features. */
export type HeadName = 'mlp' | 'linear';

/** All settings of a training, from the views of the photos to the phases of the optimizer. */
export interface JobRecipe {
  readonly head: HeadName;
  readonly pooling: Pooling;
  readonly augment: Augment;
  /** Number of views of each training photo, and of each validation and test photo. */
  readonly views: number;
  readonly testViews: number;
  readonly training: Recipe;
}

/** Informative features, such as those of second-order pooling, need few steps with a small learning rate. */
const gentle: Recipe = {
  epochs: 20,
  batchSize: 32,
  optimizer: { name: 'adamw', weightDecay: 1e-2 },
  decay: 'matrices',
  schedule: { name: 'cosineAnnealing', learningRate: 2e-4 },
  patience: 20,
  classWeights: 'balanced',
  labelSmoothing: 0.1,
  mixing: { kind: 'mixup', alpha: 0.2 },
};

const mlp = { head: 'mlp', pooling: 'average', augment: 'flips', views: 4, testViews: 1 } as const;

/**
 * The built-in recipes. `best` has the best validation scores in the table of docs/results.md.
 *
 * @example
 * ```ts
 * const { head, views } = jobRecipes.best; // 'linear', 4
 * ```
 */
export const jobRecipes = {
  best: {
    ...{ head: 'linear', pooling: 'covariance', augment: 'crops', views: 4, testViews: 4 },
    training: gentle,
  },
  reference: { ...mlp, training: trainings.reference },
  fast: { ...mlp, training: trainings.fast },
} as const satisfies Record<string, JobRecipe>;

export type JobRecipeName = keyof typeof jobRecipes;

/** Finds a recipe by its name, or checks a custom one. @throws RangeError for an unknown name, or a custom recipe that lacks a part or has an unknown one. */
export function findRecipe(recipe: JobRecipeName | JobRecipe): JobRecipe {
  if (typeof recipe !== 'string') {
    const missing = Object.keys(partNames).filter(
      part => recipe[part as keyof JobRecipe] === undefined,
    );
    if (missing.length > 0) throw new RangeError(`The recipe lacks ${missing.join(', ')}.`);
    requireKnown('recipe.', recipe, partNames);
    return recipe;
  }
  if (Object.hasOwn(jobRecipes, recipe)) return jobRecipes[recipe];
  const names = Object.keys(jobRecipes).join(', ');
  throw new RangeError(`There is no recipe '${recipe}'; there are ${names}.`);
}

const partNames: NamesOf<JobRecipe> = {
  ...{ head: true, pooling: true, augment: true, views: true, testViews: true, training: true },
};

/** Settings that options can override in every phase of a training. */
export interface RecipeChanges {
  readonly epochs?: number | undefined;
  readonly batch?: number | undefined;
  readonly lr?: number | undefined;
  readonly classWeights?: 'none' | 'balanced' | undefined;
  readonly labelSmoothing?: number | undefined;
}

/** Overrides settings of a training in every phase. */
export function changed(training: Recipe, changes: RecipeChanges): Recipe {
  const { followedBy = [], ...first } = training;
  const { epochs, batch, lr, classWeights, labelSmoothing } = changes;
  const phase = (own: Phase): Phase => {
    const { classWeights: weights = 'none', ...rest } = own;
    const kept = classWeights ?? weights;
    const most = epochs ?? own.epochs;
    return {
      ...rest,
      epochs: Math.min(most, own === first ? most : own.epochs),
      ...(batch !== undefined && { batchSize: batch }),
      ...(lr !== undefined && { schedule: withRate(own.schedule, lr) }),
      ...(labelSmoothing !== undefined && { labelSmoothing }),
      ...(kept !== 'none' && { classWeights: kept }),
    };
  };
  const all = phase(first);
  return followedBy.length === 0 ? all : { ...all, followedBy: followedBy.map(phase) };
}

const withRate = (schedule: Phase['schedule'], learningRate: number): Phase['schedule'] =>
  typeof schedule === 'object' ? { ...schedule, learningRate } : { name: 'constant', learningRate };

/** Describes a training in words, for the report. */
export function inWords({ followedBy = [], ...first }: Recipe): string {
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

/** Number of epochs of a training if no phase stops early. */
export const mostEpochs = ({ epochs, followedBy = [] }: Recipe): number =>
  followedBy.reduce((sum, phase) => sum + phase.epochs, epochs);
