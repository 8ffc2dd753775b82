import type { Camera } from './camera';
import { type Canvas, canvas, dim } from './canvas';
import { scale } from './color';
import { cone } from './cone';
import { clamp, cosine, mix, sine, smoothstep } from './curve';
import { forest } from './forest';
import { type Cover, covers, ground, nearness, type Plane } from './ground';
import { leaf, leafColor } from './leaf';
import { soften } from './lens';
import type { Light } from './light';
import type { Group } from './pose';
import type { Random } from './random';
import { stone, stoneColor } from './stone';
import { stroke } from './stroke';
import { see } from './visibility';

export interface Backdrop {
  readonly canvas: Canvas;
  readonly plane: Plane;
  readonly cover: Cover;
}

/** Draws the forest, the ground and the things on the ground, before any mushroom is added. */
export function backdrop(
  size: number,
  camera: Camera,
  group: Group,
  light: Light,
  random: Random,
): Backdrop {
  const { uniform, pick } = random;
  const tilt = sine(group.elevation);
  const unit = Math.min(camera.scale / 2, 0.42 * size) * uniform(0.75, 1.1);
  const base = camera.base / 2;
  const plane: Plane = {
    horizon: base - unit * (0.35 + 8 * Math.max(0, tilt)),
    base,
    unit,
    squash: clamp(0.22 + 1.1 * tilt, 0.2, 0.9),
  };
  const cover = pick(covers);
  const to = canvas(size);
  forest(to, plane, light, random);
  ground(to, plane, cover, light, random);
  scatter(to, plane, light, random);
  depthOfField(to, plane, uniform(0.5, 1.3));
  cast(to, plane, camera, group, light);
  return { canvas: to, plane, cover };
}

/** Draws a few things that are not mushrooms: stones, cones, twigs, leaves, each in its own color. */
function scatter(to: Canvas, plane: Plane, light: Light, random: Random): void {
  const { uniform, integer, chance } = random;
  const { size } = to;
  const things = Array.from({ length: integer(1, 6) }, () =>
    mix(Math.max(0, plane.horizon + 0.1 * size), 1.02 * size, uniform()),
  ).sort((a, b) => a - b);
  for (const y of things) {
    const x = uniform(0, size);
    const unit = Math.min(0.5 * size, plane.unit * nearness(plane, y));
    const squash = clamp(plane.squash + 0.25, 0.3, 0.95);
    const kind = integer(0, 3);
    if (kind === 0) {
      const shape = {
        x,
        y,
        radius: unit * uniform(0.12, 0.34),
        flat: clamp(squash + 0.1),
        color: stoneColor(random),
        seed: integer(1, 1 << 20),
      };
      stone(to, shape, light);
    } else if (kind === 1)
      cone(to, {
        x,
        y,
        length: unit * uniform(0.5, 0.8),
        angle: uniform(-0.1, 0.1) + (chance(0.5) ? 0.5 : 0),
        squash: clamp(squash + 0.2),
      });
    else if (kind === 2) {
      const angle = uniform();
      const length = unit * uniform(0.8, 2.2);
      const tone = scale([0.2, 0.13, 0.08], uniform(0.5, 1.6));
      stroke(to, {
        from: [x, y],
        to: [x + length * cosine(angle), y + length * sine(angle) * squash],
        bend: length * uniform(-0.08, 0.08),
        width: [unit * 0.09, unit * 0.04],
        color: [tone, scale(tone, 1.3)],
        lit: light.sun[0] > 0 ? 1 : -1,
      });
    } else
      leaf(to, {
        x,
        y,
        length: unit * uniform(0.5, 0.9),
        angle: uniform(),
        squash,
        color: leafColor(random),
        seed: integer(1, 9999),
      });
  }
}

/**
 * Blurs the picture with distance from the mushroom: it is sharp where the mushroom stands, and soft far behind and close to the camera.
 */
function depthOfField(to: Canvas, plane: Plane, strength: number): void {
  const { size, light } = to;
  const near = soften(light, size, 3, 0.007 * size * strength);
  // Regions far out of focus need only half of the resolution.
  const side = Math.ceil(size / 2);
  const half = new Float32Array(3 * side * side);
  for (let y = 0; y < side; y++) {
    for (let x = 0; x < 3 * side; x++) {
      half[3 * y * side + x] = near[6 * y * size + 2 * x - (x % 3)]!;
    }
  }
  const far = soften(half, side, 3, 0.018 * size * strength);
  for (let y = 0; y < size; y++) {
    const n = nearness(plane, y + 0.5);
    const blur = y < plane.base ? clamp((1 - n) * 2.4) : clamp((n - 1.25) * 0.9) * 0.6;
    const a = smoothstep(0.02, 0.5, blur);
    const b = smoothstep(0.4, 1, blur);
    if (a === 0) continue;
    for (let x = 0; x < size; x++) {
      const at = 3 * (y * size + x);
      const distant = 3 * ((y >> 1) * side + (x >> 1));
      for (let c = 0; c < 3; c++) {
        light[at + c] = mix(mix(light[at + c]!, near[at + c]!, a), far[distant + c]!, b);
      }
    }
  }
}

/** Draws the shadow of the group on the ground, and the darkness where the group touches the ground. */
function cast(to: Canvas, plane: Plane, camera: Camera, group: Group, light: Light): void {
  const { size } = to;
  const { sun, overcast } = light;
  const tilt = Math.max(0.16, sine(group.elevation));
  // Shadows are soft, so half of the picture's resolution and only the large solids are enough.
  const side = Math.ceil(size / 2);
  const k = camera.scale / 4;
  const [ox, oy] = [camera.view.across[3] / 4, camera.view.down[3] / 4];
  const large = group.actors.filter(actor => actor.triangles.length > 1000);
  const thrown = (x: number, z: number) => {
    const { solid } = see(
      large,
      { across: [k, -k * x, 0, ox], down: [0, -k * tilt * z, k * tilt, oy], near: [0, 1, 0, 0] },
      side,
    );
    const mask = new Float32Array(side * side);
    for (let at = 0; at < mask.length; at++) mask[at] = solid[at]! >= 0 ? 1 : 0;
    return mask;
  };
  const softness = k * mix(0.03, 0.12, overcast);
  const shade = soften(thrown(sun[0] / sun[1], sun[2] / sun[1]), side, 1, softness);
  const touch = soften(thrown(0, 0), side, 1, k * 0.12);
  const direct = mix(0.58, 0.25, overcast);
  for (let y = Math.max(0, Math.floor(plane.horizon)); y < size; y++) {
    // No shadow reaches up into the forest.
    const there = smoothstep(plane.horizon, mix(plane.horizon, plane.base, 0.8), y);
    for (let x = 0; x < size; x++) {
      const at = (y >> 1) * side + (x >> 1);
      dim(to, y * size + x, (1 - there * direct * shade[at]!) * (1 - 0.42 * there * touch[at]!));
    }
  }
}
