/** A place on a solid, as its surface sees it. Written over and over by the renderer. */
export interface SurfacePoint {
  /** Along the solid: apex to margin on a cap, margin to stem on the gills, base to top on a stem. */
  u: number;
  /** Round the axis, in turns. */
  v: number;
  /** Place on the solid before it was tilted and set down, in cap radii. */
  x: number;
  y: number;
  z: number;
  /** Samples of the picture in one cap radius; what is finer than two samples must fade. */
  resolution: number;
}

/** What a surface is like at a point; the light comes later. */
export interface Paint {
  /** Linear light. */
  r: number;
  g: number;
  b: number;
  /** Relief, in cap radii; its slopes bend the normal. */
  height: number;
  /** 0 is matt, 1 is wet. */
  gloss: number;
  /** Light that comes through thin flesh, 0 to 1. */
  glow: number;
  /** Open sky, 0 to 1: what the cap hides from the gills, say. */
  sky: number;
}

/** Paints one point; must write every field of `paint`. */
export type Surface = (point: SurfacePoint, paint: Paint) => void;
