import { jobRecipes, type TrainConfiguration } from '@shroom/classifier';

/** One way to train a classifier, as a row of the table: options of `train`. */
export interface Way {
  readonly name: string;
  readonly options: TrainConfiguration;
}

const { best } = jobRecipes;
const { classWeights: _, labelSmoothing: __, mixing: ___, ...plain } = best.training;

/** All ways of the table. Those between `reference` and `best` leave something out of `best`. */
export const ways: readonly Way[] = [
  { name: '`reference`', options: { recipe: 'reference' } },
  { name: '`best` on averages', options: { pooling: 'average' } },
  { name: '`best` with one view', options: { views: 1, testViews: 1 } },
  {
    name: '`best` without class weights, smoothing and mixup',
    options: { recipe: { ...best, training: plain } },
  },
  { name: '`best`', options: { recipe: 'best' } },
];

/** How photos are split: by class alone, or with all photos of one label from one source in the same part. */
export const splits = { stratified: 'auto', grouped: 'column:source,source_label' } as const;

export type SplitKind = keyof typeof splits;
