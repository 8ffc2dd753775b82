import type { Architecture } from '../architecture';
import type { Dialect } from '../weights/dialect';
import { vitDialects } from './checkpoint';
import { vit, vitTaps } from './network';
import { type ViTConfig, vitVariants } from './variants';

const { timm, dinov3, openClip } = vitDialects;

/** The weights of a pooling by attention, which a network that ends in tokens leaves aside. */
const attentionPool = [
  ...['latent', 'kernel', 'bias'].map(part => `attn_pool.q/${part}`),
  ...['kv', 'proj', 'mlp.fc1', 'mlp.fc2'].flatMap(layer =>
    ['kernel', 'bias'].map(part => `attn_pool.${layer}/${part}`),
  ),
  ...['gamma', 'beta'].map(part => `attn_pool.norm/${part}`),
];

const architecture = (config: ViTConfig, dialects: readonly Dialect[]): Architecture => ({
  build: options => vit(config, options),
  taps: vitTaps(config),
  classifier: [...(config.pool === 'attention' ? attentionPool : []), 'head/kernel', 'head/bias'],
  dialects,
  minimumSize: config.patch,
  tokens: {
    prefix: (config.classToken === false ? 0 : 1) + (config.registers ?? 0),
    ...(config.pool === 'attention' && { attention: true }),
  },
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
