import type { Architecture } from '../architecture';
import type { Dialect } from '../weights/dialect';
import { vitDialects } from './checkpoint';
import { vit, vitTaps } from './network';
import { type ViTConfig, vitVariants } from './variants';

const { timm, dinov3, openClip } = vitDialects;

const architecture = (config: ViTConfig, dialects: readonly Dialect[]): Architecture => ({
  build: options => vit(config, options),
  taps: vitTaps(config),
  classifier: ['head/kernel', 'head/bias'],
  dialects,
  minimumSize: config.patch,
  tokens: { prefix: 1 + (config.registers ?? 0) },
});

const dialectsOf = ({ positions, normFirst }: ViTConfig): readonly Dialect[] => {
  if (positions === 'rotary') return [dinov3];
  return normFirst ? [timm, openClip] : [timm];
};

type Name = keyof typeof vitVariants;

// A function call that bundlers may leave out with everything that it names.
export const vitArchitectures = /* @__PURE__ */ (() =>
  Object.fromEntries(
    Object.entries<ViTConfig>(vitVariants).map(([name, config]) => [
      name,
      architecture(config, dialectsOf(config)),
    ]),
  ) as Readonly<Record<Name, Architecture>>)();
