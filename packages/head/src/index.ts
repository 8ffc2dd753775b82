export { BatchNorm } from './batch-norm';
export { type DiscriminantOptions, discriminantHead } from './closed-form/discriminant-head';
export { type KnnHead, type KnnOptions, knnHead } from './closed-form/knn-head';
export { FeatureMoments, type MomentsOptions } from './closed-form/moments';
export { type PrototypeOptions, prototypeHead } from './closed-form/prototype-head';
export { type RidgeOptions, ridgeHead } from './closed-form/ridge-head';
export { registerUnitLength, UnitLength } from './closed-form/unit-length';
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
