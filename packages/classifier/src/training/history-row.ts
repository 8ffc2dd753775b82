import type { EpochRecord, Evaluation, HistoryRow, MultiLabelEvaluation } from '@shroom/train';

/** A row of the history. @param trainAccuracy Accuracy on the unchanged training photos after the epoch, if known. */
export function historyRow(report: EpochRecord, trainAccuracy?: number): HistoryRow {
  const { epoch, trainLoss, validation, learningRate, best } = report;
  return {
    epoch,
    trainLoss,
    ...(trainAccuracy !== undefined && { trainAccuracy }),
    validationLoss: validation.loss,
    validationAccuracy: validation.accuracy,
    validationMacroF1: validation.macroF1,
    ...(isMultiLabel(validation) && {
      validationMeanAveragePrecision: validation.meanAveragePrecision,
    }),
    learningRate,
    best,
    time: Date.now(),
  };
}

/** The score of an epoch in words: the accuracy, or for the task 'multi-label' the mean average precision. */
export function scoreInWords(validation: Evaluation): string {
  if (!isMultiLabel(validation)) return `${(100 * validation.accuracy).toFixed(1)} %`;
  return `mean average precision ${(100 * validation.meanAveragePrecision).toFixed(1)} %`;
}

const isMultiLabel = (validation: Evaluation): validation is MultiLabelEvaluation =>
  'meanAveragePrecision' in validation;
