export { EngineError, GradientError, LogitsError, OutputError } from './errors';
export type { Evidence } from './evidence';
export {
  type Emptiness,
  type ExplainOptions,
  type Explanation,
  explain,
  type HeatMap,
} from './explain';
export { type AblationCamOptions, ablationCam } from './methods/ablation-cam';
export { augmented } from './methods/augmented';
export type { Baseline } from './methods/baselines';
export { cam, NotLinearError } from './methods/cam';
export { type ClusteredScoreCamOptions, clusteredScoreCam } from './methods/clustered-score-cam';
export { eigenCam } from './methods/eigen-cam';
export { eigenGradCam } from './methods/eigen-grad-cam';
export { eigenSmoothed } from './methods/eigen-smoothed';
export { type FactorizationOptions, factorize } from './methods/factorization';
export type { Concept, Factorization } from './methods/factors';
export { fem } from './methods/fem';
export { fullGrad } from './methods/full-grad';
export { genericAttention } from './methods/generic-attention';
export { gradCam } from './methods/grad-cam';
export { gradCamElementWise } from './methods/grad-cam-element-wise';
export { type GradCamPlusPlusOptions, gradCamPlusPlus } from './methods/grad-cam-plus-plus';
export { gradEclip } from './methods/grad-eclip';
export { type GradientShapOptions, gradientShap } from './methods/gradient-shap';
export { hiResCam } from './methods/hires-cam';
export {
  type IntegratedGradientsOptions,
  integratedGradients,
} from './methods/integrated-gradients';
export { type KpcaCamOptions, kpcaCam } from './methods/kpca-cam';
export { layerCam } from './methods/layer-cam';
export { type AttentionMethodOptions, leGrad } from './methods/le-grad';
export { customMethod, type Method, MethodError } from './methods/method';
export type { SmoothedOptions } from './methods/noisy-copies';
export { type OcclusionOptions, occlusion } from './methods/occlusion';
export { reciproCam } from './methods/recipro-cam';
export { type RiseOptions, rise } from './methods/rise';
export { rollout } from './methods/rollout';
export { saliency } from './methods/saliency';
export { scoreCam } from './methods/score-cam';
export { segEigenCam } from './methods/seg-eigen-cam';
export { shapleyCam } from './methods/shapley-cam';
export { smoothGradCamPlusPlus } from './methods/smooth-grad-cam-plus-plus';
export { type SmoothedFormOptions, smoothed } from './methods/smoothed';
export { xGradCam } from './methods/x-grad-cam';
export { capabilities } from './model/capability';
export type { Capabilities } from './model/capability-check';
export type { FeatureMap, TapSuggestion } from './model/feature-map';
export { type PrepareFunctionsOptions, prepareFunctions } from './model/functions';
export { prepareModel, tapsOf } from './model/layers-model';
export type { Link } from './model/logits';
export type { Cut, ImageInput, OutputFacts, PreparedModel, PrepareOptions } from './model/prepared';
export { dispose, type Explainable, type SourceOptions } from './model/source';
export { suggestTaps } from './model/suggestion';
export { TapError } from './model/tap';
export type { Tokens } from './model/token-map';
export { type ColorMap, inferno } from './pictures/colors';
export { fuseMaps, refineMaps, scaleMap } from './pictures/fusion';
export {
  colorize,
  normalizeMap,
  type OverlayOptions,
  overlay,
  type Picture,
  type PicturePixels,
  resizeMap,
  sideBySide,
} from './pictures/picture';
export { type ContrastOptions, contrast } from './targets/contrast';
export { type FinerOptions, finer } from './targets/finer';
export {
  independentProbability,
  logit,
  logitPlusLogProbability,
  logOdds,
  probability,
} from './targets/logit';
export { similarity } from './targets/similarity';
export type { Score, Target } from './targets/target';
export { withinMask } from './targets/within-mask';
