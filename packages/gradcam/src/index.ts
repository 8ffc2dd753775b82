export { type ColourMap, inferno } from './colours';
export { type ExplainOptions, type Explanation, explain, type HeatMap } from './explain';
export { gradCam, gradCamElementWise, hiResCam, layerCam, type Method } from './methods';
export {
  colourise,
  normaliseMap,
  type OverlayOptions,
  overlay,
  type Picture,
  resizeMap,
  sideBySide,
} from './picture';
export { type Cut, type Split, type SplitOptions, split, TapError, tapsOf } from './split';
