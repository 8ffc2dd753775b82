import { parseClassifierFile } from '@shroom/classifier';
import { damageJson } from './damage';
import type { FileTarget } from './target';
import { refusal } from './target';

const sha256 = '5'.repeat(64);
/** A file as `train` writes it, with two networks, one of them fine-tuned. */
const seed = {
  format: 'shroom-classifier',
  version: 1,
  title: '3 genera of mushrooms',
  caution: {
    headline: 'Never eat a mushroom because of a photo.',
    text: 'A classifier is wrong with confidence.',
  },
  classes: ['Amanita', 'Boletus', 'Russula'],
  extractors: ['resnet18', 'convnext_tiny'].map((architecture, index) => ({
    architecture,
    weights: {
      source: index === 0 ? `hf:timm/${architecture}` : 'x/weights1.safetensors',
      ...{ sha256, license: 'Apache-2.0' },
      ...(index === 1 && {
        origin: 'hf:timm/convnext_tiny',
        shards: [1, 2].map(piece => ({ path: `x/${piece}of2.bin`, bytes: 4096, sha256 })),
      }),
    },
    precision: index === 0 ? 'float32' : 'float16',
    preprocessing: {
      size: [224, 224],
      channelOrder: 'RGB',
      scale: 1 / 255,
      mean: [0.485, 0.456, 0.406],
      std: [0.229, 0.224, 0.225],
      resize: 'crop',
      cropFraction: 0.875,
      interpolation: 'bicubic',
    },
    pooling: index === 0 ? 'average' : 'covariance',
    taps: index === 0 ? [] : ['stages.2', 'stages.3'],
    width: index === 0 ? 512 : 18432,
  })),
  frames: { path: 'frames.safetensors', sha256 },
  head: { name: 'linear', path: 'checkpoints/best.safetensors', sha256 },
  finetuned: { extractor: 0, layer: 'layer3.1.relu' },
  augment: 'crops',
  views: 4,
  certainty: [1, 4].map(views => ({ views, temperature: 1.3, threshold: 0.2, coverage: 0.9 })),
  novelty: {
    path: 'novelty.safetensors',
    sha256,
    neighbors: 10,
    threshold: 0.8,
    falseAlarms: 0.05,
    leftOut: [0.25, 0.5, 1],
  },
  trainedOn: { name: 'mushrooms', kind: 'photographs', photos: 40, perClass: [10, 20, 10] },
  licenses: [{ of: 'hf:timm/resnet18', license: 'Apache-2.0' }],
};

const { leftOut: _, ...novelty } = seed.novelty;
/** The same of photos that may have several classes. What leaving out a class means is not measured then. */
const several = {
  ...seed,
  task: 'multi-label',
  novelty,
  certainty: seed.certainty.map(each => ({ ...each, thresholds: [0.4, 0.55, 0.25] })),
};

/** `classifier.json`: what is taken says everything that an answer needs, and nothing that cannot be. */
export async function classifierTarget(): Promise<FileTarget> {
  const texts = [seed, several].map(each => JSON.stringify(each));
  return {
    damage: random => new TextEncoder().encode(damageJson(texts[random.below(2)]!, random)),
    check: async bytes => {
      const damaged = new TextDecoder().decode(bytes);
      let taken: ReturnType<typeof parseClassifierFile> | undefined;
      const refused = await refusal(async () => {
        taken = parseClassifierFile(damaged, 'classifier.json');
      }, 'ClassifierFileError');
      if (refused) {
        if (!refused.message.startsWith('classifier.json: '))
          throw new Error(`the refusal does not name the file: ${refused.message}`);
        return false;
      }
      requireUsable(taken!);
      return true;
    },
  };
}

function requireUsable(file: ReturnType<typeof parseClassifierFile>): void {
  const { classes, extractors, certainty, views, head, frames, novelty, finetuned, task } = file;
  const { leftOut } = novelty ?? {};
  const isShare = (value: number) => value >= 0 && value <= 1;
  const wrong = [
    classes.length < 2 && 'fewer than two classes',
    new Set(classes).size < classes.length && 'a class twice',
    !certainty.some(each => each.views === views) && 'no certainty for its views',
    certainty.some(({ temperature }) => !(temperature > 0 && temperature < Infinity)) &&
      'a temperature',
    certainty.some(({ thresholds }) => (thresholds !== undefined) !== (task === 'multi-label')) &&
      'thresholds that contradict its task',
    certainty.some(
      ({ thresholds }) =>
        thresholds && (thresholds.length !== classes.length || !thresholds.every(isShare)),
    ) && 'a threshold',
    leftOut && !(leftOut.length === classes.length && leftOut.every(isShare)) && 'classes left out',
    file.trainedOn.perClass.length !== classes.length && 'photos of each class',
    !(views <= 64) && 'more views than anybody waits for',
    extractors.some(({ preprocessing: { mean } }) => !mean.every(Number.isFinite)) && 'a mean',
    extractors.some(({ preprocessing: { size } }) =>
      size.some(side => !(side > 0 && side <= 4096)),
    ) && 'a size',
    finetuned && !extractors[finetuned.extractor] && 'an extractor that does not exist',
    [head, frames, novelty, ...extractors.flatMap(({ weights }) => weights.shards)].some(
      each => each && /(^|\/)\.\.?(\/|$)|^[/\\]|:/.test(each.path),
    ) && 'a path out of the folder',
  ].filter(Boolean);
  if (wrong.length > 0) throw new Error(`it was accepted with ${wrong.join(', ')}`);
}
