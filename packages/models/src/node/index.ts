export { cacheFolder } from './cache';
export {
  DownloadError,
  type DownloadProgress,
  type FetchOptions,
  fetchNpmPackage,
  type NpmPackage,
} from './npm-package';
export { resnet50, resnet50Classifier, resnetImagenet } from './resnet50';
