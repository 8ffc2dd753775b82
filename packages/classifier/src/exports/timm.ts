import {
  architectures,
  checkpointOf,
  type Preprocessing,
  safetensorsChunks,
  vitVariants,
} from '@shroom/models';
import { UnsupportedExportError } from '../errors';
import type { Extractor } from '../network/extractor';
import { type NamesOf, requireKnown } from '../requirements';
import { exportCard } from './card';
import { type ExportFacts, exportFacts } from './facts';
import { requireExportFolder, writeExportFolder } from './folder';
import type { AnyExportOptions, Exported, ExportSource } from './form';

const known: NamesOf<AnyExportOptions> = { signal: true };

const own = /^(config\.json|model\.safetensors|README\.md)$/;

/** What timm says of an architecture: its name, if it differs from ours, and those of its first convolution and its classifier. */
interface TimmNames {
  readonly architecture?: string;
  readonly first_conv: string;
  readonly classifier: string;
}
const resnet: TimmNames = { first_conv: 'conv1', classifier: 'fc' };
const convnext: TimmNames = { first_conv: 'stem.0', classifier: 'head.fc' };
const inverted: TimmNames = { first_conv: 'conv_stem', classifier: 'classifier' };
const transformer: TimmNames = { first_conv: 'patch_embed.proj', classifier: 'head' };

/** The architectures that timm has with the same arithmetic. */
const timmNames: Readonly<Record<string, TimmNames>> = {
  resnet18: resnet,
  resnet34: resnet,
  resnet50: resnet,
  resnet101: resnet,
  resnet152: resnet,
  convnext_tiny: convnext,
  convnext_small: convnext,
  convnext_base: convnext,
  convnext_large: convnext,
  efficientnet_lite0: { ...inverted, architecture: 'tf_efficientnet_lite0' },
  efficientnet_lite1: { ...inverted, architecture: 'tf_efficientnet_lite1' },
  efficientnet_lite2: { ...inverted, architecture: 'tf_efficientnet_lite2' },
  mobilenet_v2: { ...inverted, architecture: 'mobilenetv2_100' },
  ...Object.fromEntries(Object.keys(vitVariants).map(name => [name, transformer])),
  inception_v3: { first_conv: 'Conv2d_1a_3x3.conv', classifier: 'fc' },
};

/**
 * Writes the network of a classifier, with its fine-tuned layers, as a folder that `timm.create_model('local-dir:…', pretrained=True)` opens. Its
 * `forward_features` gives the same feature maps or tokens. The head is not in it.
 *
 * @throws UnsupportedExportError when timm does not have the architecture, or the classifier has several networks.
 */
export async function exportToTimm(
  source: ExportSource,
  destination: string,
  options: AnyExportOptions,
): Promise<Exported> {
  requireKnown('', options, known);
  const { signal } = options;
  const extractor = onlyOne(source.network.extractors);
  const { name, channels, preprocessing } = extractor.backbone;
  const names = namesOf(name);
  const { architecture = name, ...layers } = names;
  const folder = await requireExportFolder(destination, own);
  const facts = exportFacts(source, 1);
  const { title, caution, trainedIn, licenses } = facts;
  const config = {
    architecture,
    num_classes: 0,
    num_features: channels,
    ...(names === transformer && { model_args: transformerArguments(extractor) }),
    label_names: facts.classes,
    pretrained_cfg: {
      ...{ ...normalizationOf(preprocessing), ...layers, num_classes: 0 },
      input_size: [3, ...preprocessing.size],
      interpolation: 'bilinear',
      crop_pct: 1,
      crop_mode: 'squash',
      license: licenses.map(({ license }) => license).join(', '),
    },
    shroom: { title, caution, trainedIn, licenses },
  };
  const card = exportCard(facts, { library: 'timm', use: useOf(facts) });
  const files = [
    { path: 'model.safetensors', content: await weightsOf(extractor, names) },
    { path: 'README.md', content: card },
    { path: 'config.json', content: `${JSON.stringify(config, null, 2)}\n` },
  ];
  return writeExportFolder(folder, files, signal);
}

function onlyOne(extractors: readonly Extractor[]): Extractor {
  const [first, ...others] = extractors;
  if (others.length === 0) return first!;
  throw new UnsupportedExportError(
    'timm',
    `it has ${extractors.length} networks, and a timm model is one. Export it as onnx.`,
  );
}

function namesOf(architecture: string): TimmNames {
  const names = Object.hasOwn(timmNames, architecture) ? timmNames[architecture] : undefined;
  if (names) return names;
  const known = Object.keys(timmNames).join(', ');
  throw new UnsupportedExportError(
    'timm',
    `timm has no '${architecture}'; of ours it has ${known}. Export it as onnx.`,
  );
}

/** What timm's transformer is made with, where it differs from timm's own. */
const transformerArguments = ({ backbone, pooling }: Extractor) => ({
  // Positions are resampled to the grid of these images.
  img_size: [...backbone.preprocessing.size],
  // A backbone that ends in tokens does not have the weights of its pooling by attention. The norm stays before the pooling, as in ours.
  ...(backbone.tokens?.attention &&
    pooling !== 'attention' && { global_pool: 'avg', fc_norm: false }),
});

/** timm's mean and standard deviation are those of pixels from 0 to 1, in RGB. */
function normalizationOf({ channelOrder, scale, mean, std }: Preprocessing) {
  const inRgb = (values: readonly number[]) =>
    (channelOrder === 'RGB' ? [...values] : [...values].reverse()).map(
      value => value / (255 * scale),
    );
  return { mean: inRgb(mean), std: inRgb(std) };
}

/** The bytes of the safetensors file, under timm's names. */
async function weightsOf({ backbone }: Extractor, names: TimmNames): Promise<Uint8Array> {
  const { dialects } = architectures[backbone.name as keyof typeof architectures];
  const checkpoint = new Map(checkpointOf(backbone.model, dialects[0]));
  if (backbone.preprocessing.channelOrder === 'BGR') {
    const name = `${names.first_conv}.weight`;
    const { shape, read } = checkpoint.get(name)!;
    checkpoint.set(name, { shape, read: async () => reversedChannels(await read(), shape) });
  }
  if (names === convnext) {
    // timm's ConvNeXt has a layer norm after the pooling, which belongs to the classifier. This one changes nothing but the scale.
    for (const [part, value] of [
      ['weight', 1],
      ['bias', 0],
    ] as const) {
      const values = new Float32Array(backbone.channels).fill(value);
      checkpoint.set(`head.norm.${part}`, { shape: [values.length], read: async () => values });
    }
  }
  const chunks: Uint8Array[] = [];
  for await (const chunk of safetensorsChunks(checkpoint)) chunks.push(chunk);
  return Buffer.concat(chunks);
}

/** The weights of a convolution `[out, 3, h, w]` for images whose channels are in the reverse order. */
function reversedChannels(values: Float32Array, shape: readonly number[]): Float32Array {
  const plane = shape[2]! * shape[3]!;
  return Float32Array.from(values, (_, k) => {
    const channel = Math.floor(k / plane) % 3;
    return values[k + (2 - 2 * channel) * plane]!;
  });
}

const useOf = ({ preprocessing }: ExportFacts): string => `
\`\`\`python
import timm

network = timm.create_model("local-dir:.", pretrained=True).eval()  # the path of this folder
features = network.forward_features(images)  # images of ${preprocessing.size.join(' x ')}, normalized
\`\`\`

\`timm.data.resolve_model_data_config(network)\` says how images are resized and normalized. The head of the classifier is not in this folder:
export it as \`onnx\` for answers.
`;
