export {
  ClassifierFileError,
  EngineLoadError,
  PhotoError,
  UnsupportedNetworkError,
} from '../errors';
export { parseClassifierFile } from '../file/classifier-file';
export { type ClassifierFile, fileVersion } from '../file/schema';
export type { OnProgress, Progress, Stage } from '../progress';
export type {
  MultiLabelPrediction,
  PredictedLabel,
  Prediction,
  SingleLabelPrediction,
} from '../serving/answer';
export type { Explained, ExplainOptions, FailedPhoto, PredictOptions } from '../serving/options';
export type { Look } from '../serving/serving';
export { Classifier } from './classifier';
export type { Fetch } from './download';
export { type OpenClassifierOptions, openClassifier } from './open-classifier';
export type { PhotoInput, PhotoInputs } from './photos';
