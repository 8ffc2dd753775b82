import type { EpochRecord, HistoryRow } from '@shroom/train';

/** @param trainAccuracy On the training photos themselves, after the epoch, where it is known. */
export function historyRow(report: EpochRecord, trainAccuracy?: number): HistoryRow {
  const { epoch, trainLoss, validation, learningRate, best } = report;
  return {
    epoch,
    trainLoss,
    ...(trainAccuracy !== undefined && { trainAccuracy }),
    validationLoss: validation.loss,
    validationAccuracy: validation.accuracy,
    validationMacroF1: validation.macroF1,
    learningRate,
    best,
    time: Date.now(),
  };
}
