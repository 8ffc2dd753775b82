export type { PhotoFile } from './address';
export { type BlendOptions, blend } from './blend';
export {
  contactSheet,
  type GridOptions,
  grid,
  type SheetCell,
  type SheetOptions,
} from './contact-sheet';
export { type Contour, contoursOf, type Point } from './contour';
export {
  contrastPanels,
  type SignedOverlayOptions,
  sharedScale,
  signedOverlay,
} from './diverging';
export { jet } from './jet';
export { jetPanels, lastConvolution, meanGradCam, resizeNormalized } from './jet-panels';
export { colorBar, type LegendOptions, legend } from './legend';
export { type Color, drawContours, type OutlineOptions } from './outline';
export { toHtml } from './page';
export type { ClassProbability, PageMap, PageOptions } from './page-content';
export { type PlaceOptions, placeOnOriginal } from './placement';
export { encodePng } from './png';
export { type SvgOptions, toSvg } from './svg';
export type { Border, Rectangle, ViewStep } from './view';
