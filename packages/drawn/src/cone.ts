import { around, type Canvas, dim, lay } from './canvas';
import { type Color, color } from './color';
import { clamp, cosine, sine, smoothstep } from './curve';

const bark: Color = color('#7d5a3a');

/** Draws a fallen spruce cone: rows of scales, each row shifted by half a scale. */
export function cone(
  to: Canvas,
  shape: { x: number; y: number; length: number; angle: number; squash: number },
): void {
  const { x, y, length, angle, squash } = shape;
  const [c, s] = [cosine(angle), sine(angle)];
  const half = length / 2;
  const body = (u: number) => 0.36 * Math.sqrt(Math.max(0, (1 - u * u) * (1 - 0.3 * u)));
  around(to, x, y + 0.12 * length, half, (at, dx, dy) => {
    const py = dy / squash;
    const u = (dx * c + py * s) / half;
    const v = (py * c - dx * s) / half;
    dim(to, at, 1 - 0.6 * smoothstep(0, 0.2, body(u) - Math.abs(v)));
  });
  around(to, x, y, half + 1, (at, dx, dy) => {
    const py = dy / squash;
    const u = (dx * c + py * s) / half;
    const v = (py * c - dx * s) / half;
    const w = body(u);
    const cover = clamp((w - Math.abs(v)) * half + 0.5);
    if (cover <= 0 || u < -1 || u > 1) return;
    // On a round cone the scales are crowded towards its edges.
    const side = v / (w + 1e-6);
    const round = side * (1.2 + 0.5 * side * side);
    const row = (u + 0.1 * side * side) * 7;
    const line = Math.floor(row);
    const column = round * 1.6 + (line & 1) * 0.5;
    const across = Math.abs(column - Math.floor(column) - 0.5);
    const along = row - line;
    const scale_ =
      0.3 + 0.9 * smoothstep(0, 0.8, along) * smoothstep(0.55, 0.2, across * (0.6 + 0.6 * along));
    lay(to, at, bark, scale_ * (1 - 0.45 * side * side) * (1 - 0.25 * v), cover);
  });
}
