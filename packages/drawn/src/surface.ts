/** A point on a solid, as its surface function receives it. The renderer reuses one object for all points. */
export interface SurfacePoint {
  /** Coordinate along the solid: apex to margin on a cap, margin to stem on the gills, base to top on a stem. */
  u: number;
  /** Coordinate around the axis, in turns. */
  v: number;
  /** Position on the solid before it was tilted and moved, in cap radii. */
  x: number;
  y: number;
  z: number;
  /** Samples of the picture per cap radius. Details finer than two samples must fade. */
  resolution: number;
}

/** The material of a surface at a point, without light. */
export interface Paint {
  /** Color in linear light: red, green and blue. */
  r: number;
  g: number;
  b: number;
  /** Relief in cap radii; its slopes bend the normal. */
  height: number;
  /** Gloss: 0 is matt, 1 is wet. */
  gloss: number;
  /** Light that comes through thin flesh, 0 to 1. */
  glow: number;
  /** Visible share of the sky, 0 to 1; the cap hides the sky from the gills, for example. */
  sky: number;
}

/** Paints one point. It must write every field of `paint`. */
export type Surface = (point: SurfacePoint, paint: Paint) => void;
