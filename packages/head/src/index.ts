export { BatchNorm } from './batch-norm';
export { Dropout, type DropoutArgs } from './dropout';
export {
  attachHead,
  classifierHead,
  type FeaturePart,
  type HeadOptions,
  headOn,
  type TrainedClassifier,
} from './head';
