import { type Canvas, lay } from './canvas';
import type { Color } from './color';
import { clamp, mix } from './curve';

/** A tapered, bent line: a blade of grass, a needle, a twig. Lengths are in pixels. */
export interface Stroke {
  readonly from: readonly [x: number, y: number];
  readonly to: readonly [x: number, y: number];
  /** How far its middle is pushed to its left. */
  readonly bend: number;
  /** Width at the start and at the end. */
  readonly width: readonly [number, number];
  /** Color at the start and at the end. */
  readonly color: readonly [Color, Color];
  /** Side from which it is lit: left (-1) to right (1). */
  readonly lit: number;
  /** Width of its soft edge in pixels. Default 1. */
  readonly blur?: number;
}

export function stroke(
  to: Canvas,
  { from, to: end, bend, width, color, lit, blur = 1 }: Stroke,
): void {
  const { size } = to;
  const [dx, dy] = [end[0] - from[0], end[1] - from[1]];
  const length = Math.sqrt(dx * dx + dy * dy) + 1e-6;
  const [ex, ey] = [dx / length, dy / length];
  const widest = Math.max(width[0], width[1]) / 2 + blur + Math.abs(bend);
  const left = Math.max(0, Math.floor(Math.min(from[0], end[0]) - widest));
  const right = Math.min(size - 1, Math.ceil(Math.max(from[0], end[0]) + widest));
  const top = Math.max(0, Math.floor(Math.min(from[1], end[1]) - widest));
  const bottom = Math.min(size - 1, Math.ceil(Math.max(from[1], end[1]) + widest));
  const [a, b] = color;
  const tone: [number, number, number] = [0, 0, 0];
  // Along a row the stroke is never wider than this.
  const steep = ey >= 0 ? Math.max(0.02, ey) : Math.min(-0.02, ey);
  const reach = (widest + 1) / Math.abs(steep) + (Math.abs(ey) < 0.02 ? length : 0);
  for (let y = top; y <= bottom; y++) {
    const middle = from[0] + ((y + 0.5 - from[1]) * ex) / steep;
    const first = Math.max(left, Math.floor(middle - reach));
    const last = Math.min(right, Math.ceil(middle + reach));
    for (let x = first; x <= last; x++) {
      const px = x + 0.5 - from[0];
      const py = y + 0.5 - from[1];
      const t = (px * ex + py * ey) / length;
      if (t < -0.02 || t > 1.02) continue;
      const across = px * ey - py * ex - bend * 4 * t * (1 - t);
      const half = mix(width[0], width[1], t) / 2;
      const cover = clamp((half - Math.abs(across)) / blur + 0.5) * Math.min(1, 2 * half + 0.3);
      if (cover <= 0) continue;
      const side = clamp(across / (half + 0.3), -1, 1);
      const s = clamp(t);
      for (let c = 0; c < 3; c++) tone[c] = mix(a[c]!, b[c]!, s);
      lay(to, y * size + x, tone, 1 + 0.35 * side * lit - 0.18 * side * side, cover);
    }
  }
}
