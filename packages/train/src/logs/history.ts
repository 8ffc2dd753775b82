/** What is kept of an epoch. */
export interface HistoryRow {
  /** From 1. */
  readonly epoch: number;
  readonly trainLoss: number;
  /** Where it is known. */
  readonly trainAccuracy?: number;
  readonly validationLoss: number;
  readonly validationAccuracy: number;
  readonly validationMacroF1: number;
  /** At the epoch's last step. */
  readonly learningRate: number;
  /** Whether the validation loss is the lowest so far. */
  readonly best: boolean;
  /** When the epoch ended, in milliseconds since 1970, where it is known. */
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
] as const satisfies readonly (readonly [string, (row: HistoryRow) => number | undefined])[];

/**
 * A table with a row for each epoch; what is not known is left empty.
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
  const lines = history.map(row => columns.map(([, from]) => from(row) ?? '').join(','));
  return `${[columns.map(([name]) => name).join(','), ...lines].join('\n')}\n`;
}

/** The curves of an epoch by run: those of one name share a chart in TensorBoard. */
export function scalarsOf(row: HistoryRow): Record<'train' | 'validation', Record<string, number>> {
  const { trainLoss, trainAccuracy, validationLoss, validationAccuracy, validationMacroF1 } = row;
  return {
    train: {
      loss: trainLoss,
      ...(trainAccuracy !== undefined && { accuracy: trainAccuracy }),
      learning_rate: row.learningRate,
    },
    validation: { loss: validationLoss, accuracy: validationAccuracy, macro_f1: validationMacroF1 },
  };
}
