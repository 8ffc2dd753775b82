import { type Dialect, parseWeightName, pytorchDialect } from '../weights/dialect';

type Places = Readonly<Record<'class_token' | 'registers' | 'positions' | 'latent', string>>;

/** A dialect in which learned tokens do not belong to a layer. @param inFile Returns the shape of tokens `[count, C]` in the file. */
function dialectWith(
  dialect: Dialect,
  places: Places,
  inFile: (shape: readonly number[], part: keyof Places) => readonly number[],
): Dialect {
  const placed = (weight: string): keyof Places | undefined => {
    const { layer, part } = parseWeightName(weight);
    return layer === 'tokens' || part === 'latent' ? (part as keyof Places) : undefined;
  };
  return {
    ...dialect,
    nameOf(weight) {
      const part = placed(weight);
      return part ? places[part] : dialect.nameOf(weight);
    },
    shapeOf(weight, shape) {
      const part = placed(weight);
      return part && inFile(shape, part);
    },
  };
}

const timmPlaces: Places = {
  class_token: 'cls_token',
  registers: 'reg_token',
  positions: 'pos_embed',
  latent: 'attn_pool.latent',
};

const timm = (moduleOf: (layer: string) => string): Dialect =>
  dialectWith(pytorchDialect('timm', moduleOf), timmPlaces, shape => [1, ...shape]);

const blockParts: Readonly<Record<string, string>> = {
  norm1: 'ln_1',
  'attn.qkv': 'attn.in_proj',
  'attn.proj': 'attn.out_proj',
  norm2: 'ln_2',
  'mlp.fc1': 'mlp.c_fc',
  'mlp.fc2': 'mlp.c_proj',
};
const outside: Readonly<Record<string, string>> = {
  'patch_embed.proj': 'conv1',
  norm_pre: 'ln_pre',
  norm: 'ln_post',
};

/** The vision tower of open_clip. */
function openClipModule(layer: string): string {
  const [, index, part] = /^blocks\.(\d+)\.(.+)$/.exec(layer) ?? [];
  if (index === undefined) return `visual.${outside[layer] ?? layer}`;
  return `visual.transformer.resblocks.${index}.${blockParts[part!] ?? part}`;
}

function openClip(): Dialect {
  // The text tower, and the projection of both towers to one space, are not needed.
  const isUnused = (name: string) => name === 'visual.proj' || !name.startsWith('visual.');
  const own = pytorchDialect('open_clip', openClipModule, { isUnused });
  const places: Places = {
    class_token: 'visual.class_embedding',
    registers: 'visual.registers',
    positions: 'visual.positional_embedding',
    latent: 'visual.latent',
  };
  const joined = {
    ...own,
    nameOf: (weight: string) => own.nameOf(weight).replace('in_proj.', 'in_proj_'),
  };
  return dialectWith(joined, places, (shape, part) =>
    part === 'class_token' ? shape.slice(1) : shape,
  );
}

/** The layer names are those of timm. */
export const vitDialects = {
  timm: /* @__PURE__ */ timm(layer => layer),
  /** The factors of DINOv3's branches have other names. */
  dinov3: /* @__PURE__ */ timm(layer => layer.replace(/\.ls(\d)\.gamma$/, '.gamma_$1')),
  openClip: /* @__PURE__ */ openClip(),
} as const satisfies Record<string, Dialect>;
