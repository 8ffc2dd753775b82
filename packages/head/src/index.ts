export { BatchNorm } from './batch-norm';
export {
  CovariancePooling,
  type CovariancePoolingArgs,
  registerCovariancePooling,
} from './covariance-pooling';
export { Dropout, type DropoutArgs } from './dropout';
export {
  attachHead,
  classifierHead,
  type FeaturePart,
  type HeadOptions,
  headOn,
  type TrainedClassifier,
} from './head';
export { linearHead } from './linear-head';
export { type PrincipalDirections, principalDirections } from './principal-directions';
export { type PooledTap, poolCovariances } from './second-order';
