export { type DiscriminantOptions, discriminantHead } from './discriminant-head';
export { type KnnHead, type KnnOptions, knnHead } from './knn-head';
export { FeatureMoments, type MomentsOptions } from './moments';
export { type PrototypeOptions, prototypeHead } from './prototype-head';
export { type RidgeOptions, ridgeHead } from './ridge-head';
export { registerUnitLength, UnitLength } from './unit-length';
