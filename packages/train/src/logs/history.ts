/** The results of one epoch in the history. */
export interface HistoryRow {
  /** Number of the epoch, from 1. */
  readonly epoch: number;
  readonly trainLoss: number;
  /** Training accuracy, if known. */
  readonly trainAccuracy?: number;
  readonly validationLoss: number;
  readonly validationAccuracy: number;
  readonly validationMacroF1: number;
  /** Mean average precision. Only if photos may have several classes; then the accuracy is the share of photos with all classes right. */
  readonly validationMeanAveragePrecision?: number;
  /** Learning rate at the last step of the epoch. */
  readonly learningRate: number;
  /** Whether the validation loss of this epoch is the lowest so far. */
  readonly best: boolean;
  /** Time when the epoch ended, in milliseconds since 1970, if known. */
  readonly time?: number;
}

const columns = [
  ['epoch', row => row.epoch],
  ['train_loss', row => row.trainLoss],
  ['train_accuracy', row => row.trainAccuracy],
  ['validation_loss', row => row.validationLoss],
  ['validation_accuracy', row => row.validationAccuracy],
  ['validation_macro_f1', row => row.validationMacroF1],
  ['learning_rate', row => row.learningRate],
] as const satisfies readonly Column[];

type Column = readonly [string, (row: HistoryRow) => number | undefined];

/** A column that the table has only if a row has a value for it. */
const ofSeveralClasses: Column = [
  'validation_mean_average_precision',
  row => row.validationMeanAveragePrecision,
];

/**
 * The history as CSV with one row for each epoch. Unknown values are left empty.
 *
 * @example
 * ```ts
 * const validation = { validationLoss: 0.7, validationAccuracy: 0.8, validationMacroF1: 0.79 };
 * historyCsv([{ epoch: 1, trainLoss: 0.9, ...validation, learningRate: 1e-3, best: true }]);
 * // epoch,train_loss,train_accuracy,validation_loss,validation_accuracy,...
 * // 1,0.9,,0.7,0.8,0.79,0.001
 * ```
 */
export function historyCsv(history: readonly HistoryRow[]): string {
  const hasIt = history.some(row => ofSeveralClasses[1](row) !== undefined);
  const all: readonly Column[] = hasIt ? [...columns, ofSeveralClasses] : columns;
  const lines = history.map(row => all.map(([, from]) => from(row) ?? '').join(','));
  return `${[all.map(([name]) => name).join(','), ...lines].join('\n')}\n`;
}

/** Chart values of an epoch by TensorBoard run. Values with the same name in both runs share a chart. */
export function scalarsOf(row: HistoryRow): Record<'train' | 'validation', Record<string, number>> {
  const { trainLoss, trainAccuracy, validationLoss, validationAccuracy, validationMacroF1 } = row;
  const { validationMeanAveragePrecision: meanAveragePrecision } = row;
  return {
    train: {
      loss: trainLoss,
      ...(trainAccuracy !== undefined && { accuracy: trainAccuracy }),
      learning_rate: row.learningRate,
    },
    validation: {
      loss: validationLoss,
      accuracy: validationAccuracy,
      macro_f1: validationMacroF1,
      ...(meanAveragePrecision !== undefined && { mean_average_precision: meanAveragePrecision }),
    },
  };
}
