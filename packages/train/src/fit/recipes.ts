import type { FitOptions } from './fit-options';
import type { Phase } from './phase';

/** A whole training as plain data. */
export interface Recipe extends Phase {
  readonly followedBy?: FitOptions['followedBy'];
}

const adam = { name: 'adam', weightDecay: 1e-5 } as const;
const annealing = { name: 'cosineAnnealing', learningRate: 1e-3, period: 10 } as const;

/**
 * Trainings by name, as options of `fit`.
 *
 * @example
 * ```ts
 * const data = { train, validation, classes: 9 };
 * const options = { ...recipes.fast, epochs: 30, seed: 1 };
 * for await (const { epoch, validation } of fit(classifier, data, options))
 *   console.log(epoch, validation.accuracy);
 * ```
 */
export const recipes = {
  /**
   * What other recipes are compared with: Adam with coupled decay, cosine annealing that is stepped every batch with a period of 10, patience 5;
   * then, from the best epoch, twenty epochs with balanced class weights and label smoothing, the best of which is kept.
   */
  reference: {
    epochs: 60,
    batchSize: 32,
    optimizer: adam,
    schedule: annealing,
    patience: 5,
    followedBy: [
      {
        epochs: 20,
        batchSize: 32,
        optimizer: adam,
        schedule: annealing,
        classWeights: 'balanced',
        labelSmoothing: 0.1,
        patience: 20,
        bestOf: 'phase',
      },
    ],
  },
  /** A head on frozen features in a third of the steps: one cycle, and the average of the weights. */
  fast: {
    epochs: 20,
    batchSize: 32,
    optimizer: { name: 'adamw', weightDecay: 1e-2 },
    decay: 'matrices',
    schedule: { name: 'oneCycle', learningRate: 3e-3 },
    classWeights: 'balanced',
    labelSmoothing: 0.1,
    average: 0.99,
    patience: 20,
  },
  /** The last stages of a backbone under a head that is trained already: small steps, smaller ones for lower stages. */
  finetune: {
    epochs: 12,
    batchSize: 32,
    accumulation: 2,
    optimizer: { name: 'adamw', weightDecay: 5e-2 },
    decay: 'matrices',
    schedule: { name: 'cosineAnnealing', learningRate: 3e-4, warmUp: 20 },
    stageDecay: 0.3,
    classWeights: 'balanced',
    labelSmoothing: 0.1,
    mixing: { kind: 'mixup', alpha: 0.2 },
    clipNorm: 1,
    average: 0.99,
    patience: 4,
  },
} as const satisfies Record<string, Recipe>;

/**
 * @example
 * ```ts
 * const name: RecipeName = 'finetune';
 * const { epochs, batchSize }: Recipe = recipes[name]; // 12, 32
 * ```
 */
export type RecipeName = keyof typeof recipes;
