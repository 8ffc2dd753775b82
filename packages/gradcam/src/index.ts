export { cam, NotLinearError } from './activation';
export { type Capabilities, capabilities } from './capability';
export { type ClusteredScoreCamOptions, clusteredScoreCam } from './clustered-score';
export { type ColourMap, inferno } from './colours';
export { EngineError, GradientError, LogitsError, OutputError } from './errors';
export type { Evidence } from './evidence';
export {
  type Emptiness,
  type ExplainOptions,
  type Explanation,
  explain,
  type HeatMap,
} from './explain';
export {
  type Concept,
  type Factorisation,
  type FactorisationOptions,
  factorise,
} from './factorisation';
export type { FeatureMap } from './feature-map';
export { fullGrad } from './full-gradient';
export { type PrepareFunctionsOptions, prepareFunctions } from './functions';
export { fuseMaps, refineMaps, scaleMap } from './fusion';
export { gradCam } from './grad-cam';
export { prepareModel, tapsOf } from './layers-model';
export type { Link } from './logits';
export { withinMask } from './mask';
export { customMethod, type Method, MethodError } from './method';
export {
  fem,
  type GradCamPlusPlusOptions,
  gradCamElementWise,
  gradCamPlusPlus,
  hiResCam,
  layerCam,
  xGradCam,
} from './methods';
export { type SmoothedOptions, smoothed, smoothGradCamPlusPlus } from './noise';
export {
  type OcclusionOptions,
  occlusion,
  type RiseOptions,
  rise,
} from './occlusion';
export { type AblationCamOptions, ablationCam, reciproCam, scoreCam } from './perturbation';
export {
  colourise,
  normaliseMap,
  type OverlayOptions,
  overlay,
  type Picture,
  type PicturePixels,
  resizeMap,
  sideBySide,
} from './picture';
export { type IntegratedGradientsOptions, integratedGradients, saliency } from './pixels';
export type {
  Cut,
  ImageInput,
  OutputFacts,
  PreparedModel,
  PrepareOptions,
} from './prepared';
export { eigenCam, eigenGradCam, type KpcaCamOptions, kpcaCam, segEigenCam } from './principal';
export { shapleyCam } from './shapley';
export { augmented, eigenSmoothed } from './smoothing';
export { dispose, type Explainable, type SourceOptions } from './source';
export { suggestTaps, type TapSuggestion } from './suggestion';
export { TapError } from './tap';
export {
  type ContrastOptions,
  contrast,
  type FinerOptions,
  finer,
  independentProbability,
  logit,
  logitPlusLogProbability,
  logOdds,
  probability,
  type Score,
  similarity,
  type Target,
} from './targets';
