import type { Backdrop } from './backdrop';
import type { Camera } from './camera';
import { blend, color, scale, vary } from './color';
import { cosine, sine } from './curve';
import { blade, tuft } from './ground';
import { leaf, leafColor } from './leaf';
import type { Light } from './light';
import type { Group } from './pose';
import type { Random } from './random';
import { stroke } from './stroke';

/** Draws what stands in front of the mushrooms and hides a little of them. The masks leave the hidden parts out. */
export function foreground(
  { canvas: to, plane, cover }: Backdrop,
  camera: Camera,
  group: Group,
  light: Light,
  random: Random,
): void {
  const { uniform, integer, chance } = random;
  const { size } = to;
  const lit = light.sun[0] > 0 ? 1 : -1;
  const green = vary(color('#7f9440'), 0.3, random);
  const dry = vary(color('#b09a60'), 0.25, random);
  const k = camera.scale / 2;
  for (const [x, foot, z] of group.feet) {
    const px = k * x + camera.view.across[3] / 2;
    const py = camera.view.down[3] / 2 + (camera.view.down[2] / 2) * z;
    const reach = 0.34 * k * Math.max(0.5, foot);
    const many =
      cover === 'grass' ? integer(5, 11) : cover === 'moss' ? integer(10, 18) : integer(2, 5);
    for (let i = 0; i < many; i++) {
      const fx = px + reach * uniform(-1.5, 1.5);
      const fy = py + reach * uniform(0.1, 0.42);
      if (cover === 'moss') {
        tuft(
          to,
          fx,
          fy,
          reach * uniform(0.3, 0.55),
          blend(scale(green, 0.4), green, uniform()),
          lit,
          random,
        );
      } else if (cover === 'grass' || chance(0.15)) {
        blade(
          to,
          fx,
          fy + 0.1 * reach,
          reach * uniform(1, 2.6),
          blend(green, dry, uniform(0, 0.7)),
          lit,
          random,
        );
      } else if (cover === 'needles') {
        const turn = uniform();
        const length = reach * uniform(0.8, 1.5);
        const tone = vary(color('#94683a'), 0.3, random);
        stroke(to, {
          from: [fx, fy],
          to: [fx + length * cosine(turn), fy + 0.35 * length * sine(turn)],
          bend: 0.1 * length,
          width: [0.05 * reach + 0.5, 0.5],
          color: [tone, tone],
          lit,
        });
      } else {
        leaf(to, {
          x: fx,
          y: fy + 0.15 * reach,
          length: reach * uniform(0.8, 1.4),
          angle: uniform(),
          squash: Math.min(0.9, plane.squash + 0.15),
          color: leafColor(random),
          seed: integer(1, 9999),
        });
      }
    }
  }
  // Occasionally there is something close to the lens, large and out of focus.
  if (chance(0.3)) {
    for (let i = integer(1, 3); i > 0; i--) {
      const tone = scale(blend(green, dry, uniform()), uniform(0.4, 0.9));
      blade(
        to,
        uniform(0, size),
        1.04 * size,
        size * uniform(0.25, 0.6),
        tone,
        lit,
        random,
        0.012 * size + 1,
      );
    }
  }
}
