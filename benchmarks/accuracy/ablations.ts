import { type Phase, recipes } from '@shroom/train';

/** One way to train a classifier, as a row of the table. */
export interface Ablation {
  readonly name: string;
  readonly features: 'average' | 'covariance layer3' | 'covariance layer4' | 'covariance both';
  readonly head: 'mlp' | 'linear';
  /** Number of views of each photo in training; below it, in validation and test. */
  readonly views: number;
  readonly testViews: number;
  readonly phase: Phase;
}

const { followedBy: _, ...reference } = recipes.reference;

/** Very informative features need few and small steps. */
const linear: Phase = {
  epochs: 20,
  batchSize: 32,
  optimizer: { name: 'adamw', weightDecay: 1e-2 },
  decay: 'matrices',
  schedule: { name: 'cosineAnnealing', learningRate: 2e-4 },
  patience: 20,
};
const careful: Phase = { ...linear, classWeights: 'balanced', labelSmoothing: 0.1 };

const average = { features: 'average', head: 'mlp', phase: reference } as const;
const both = { features: 'covariance both', head: 'linear' } as const;

/** All ways of the table in order. Each adds something to the one before it. */
export const ablations = {
  reference: {
    name: 'the reference: averages, an MLP, the reference recipe',
    ...average,
    views: 1,
    testViews: 1,
  },
  fourViews: { name: 'four views, averaged at test', ...average, views: 4, testViews: 4 },
  covariancesOfLayer4: {
    name: 'covariances of layer4, one linear layer',
    ...both,
    features: 'covariance layer4',
    phase: linear,
    views: 1,
    testViews: 1,
  },
  covariancesOfLayer3: {
    name: 'covariances of layer3',
    ...both,
    features: 'covariance layer3',
    phase: linear,
    views: 1,
    testViews: 1,
  },
  covariances: { name: 'covariances of both', ...both, phase: linear, views: 1, testViews: 1 },
  trainingViews: {
    name: 'both, four views in training',
    ...both,
    phase: linear,
    views: 4,
    testViews: 1,
  },
  testViews: {
    name: 'both, four views, averaged at test',
    ...both,
    phase: linear,
    views: 4,
    testViews: 4,
  },
  careful: {
    name: 'both, four views, class weights, smoothing',
    ...both,
    phase: careful,
    views: 4,
    testViews: 4,
  },
  mixup: {
    name: 'the same with mixup',
    ...both,
    phase: { ...careful, mixing: { kind: 'mixup', alpha: 0.2 } },
    views: 4,
    testViews: 4,
  },
} as const satisfies Record<string, Ablation>;
