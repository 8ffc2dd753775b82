import { basename, join } from 'node:path';
import { UnsupportedExportError } from '../errors';
import type { ClassifierFile } from '../file/schema';
import { requireKnown } from '../requirements';
import { exportCard } from './card';
import { type ExportFacts, exportFacts } from './facts';
import { requireExportFolder, writeExportFolder } from './folder';
import type { Exported, ExportSource } from './form';
import { type OnnxExportOptions, onnxOptions, writeOnnx } from './onnx';

const own = /^(config\.json|preprocessor_config\.json|onnx\/model\.onnx(_data)?|README\.md)$/;

/**
 * Writes a classifier as a folder that transformers.js opens, from `pixel_values` `[N, 3, H, W]` to `logits`. Their softmax (with several
 * classes in a photo: their sigmoids) are the calibrated probabilities from one view.
 *
 * @throws UnsupportedExportError when several views are asked for: transformers.js makes one image of a photo.
 */
export async function exportToTransformers(
  source: ExportSource,
  destination: string,
  options: OnnxExportOptions,
): Promise<Exported> {
  requireKnown('', options, onnxOptions);
  const { views = 1, signal } = options;
  if (views !== 1)
    throw new UnsupportedExportError(
      'transformers',
      `transformers.js makes one image of a photo, not ${views} views. Leave views out.`,
    );
  const folder = await requireExportFolder(destination, own);
  const facts = exportFacts(source, views);
  const path = join(folder, 'onnx', 'model.onnx');
  const network = { ...options, input: 'pixel_values', ending: '_data' };
  const onnx = await writeOnnx(source, path, network);
  const written = onnx.map(file => ({ ...file, path: `onnx/${file.path}` }));
  const card = exportCard(facts, {
    library: 'transformers.js',
    use: useOf(facts, basename(folder)),
  });
  const files = [
    { path: 'preprocessor_config.json', content: json(processorOf(facts)) },
    { path: 'README.md', content: card },
    { path: 'config.json', content: json(configOf(source.file, facts, written.length > 1)) },
  ];
  return writeExportFolder(folder, files, signal, written);
}

const json = (value: unknown): string => `${JSON.stringify(value, null, 2)}\n`;

/**
 * The model types of transformers.js by the beginning of an architecture's name. The type only chooses the class that runs `model.onnx`; all of
 * them do that alike, so a network that is not there is run as a ViT.
 */
const modelTypes = [
  ['resnet', 'resnet', 'ResNet'],
  ['convnext', 'convnext', 'ConvNext'],
  ['efficientnet_lite', 'efficientnet', 'EfficientNet'],
  ['mobilenet_v2', 'mobilenet_v2', 'MobileNetV2'],
  ['', 'vit', 'ViT'],
] as const;

/** @param isSplit Whether the weights are in a file of their own. */
function configOf({ extractors, classes }: ClassifierFile, facts: ExportFacts, isSplit: boolean) {
  const { architecture } = extractors[0]!;
  const [, modelType, name] = modelTypes.find(([start]) => architecture.startsWith(start))!;
  const { title, caution, task, views, temperature, thresholds, trainedIn, licenses } = facts;
  return {
    architectures: [`${name}ForImageClassification`],
    model_type: modelType,
    problem_type: `${task.replace('-', '_')}_classification`,
    id2label: Object.fromEntries(classes.map((label, id) => [id, label])),
    label2id: Object.fromEntries(classes.map((label, id) => [label, id])),
    // Browsers would look for a quantized file.
    'transformers.js_config': {
      dtype: 'fp32',
      ...(isSplit && { use_external_data_format: { 'model.onnx': true } }),
    },
    shroom: { title, caution, views, temperature, thresholds, trainedIn, licenses },
  };
}

/** Photos are resized and scaled to 0 to 1. The model itself normalizes them. */
const processorOf = ({ preprocessing: { size } }: ExportFacts) => ({
  image_processor_type: 'ViTImageProcessor',
  do_resize: true,
  size: { height: size[0], width: size[1] },
  // Bilinear.
  resample: 2,
  do_rescale: true,
  rescale_factor: 1 / 255,
  do_normalize: false,
  image_mean: [0, 0, 0],
  image_std: [1, 1, 1],
});

/** @param name Name of the exported folder. */
const useOf = ({ task }: ExportFacts, name: string): string =>
  task === 'single-label'
    ? `
\`\`\`js
import { env, pipeline } from '@huggingface/transformers';

env.localModelPath = '..'; // the folder that holds this one
const classify = await pipeline('image-classification', ${JSON.stringify(name)}); // the name of this folder, or owner/name on the hub
console.log(await classify('photo.jpg')); // [{ label, score }, ...]
\`\`\`
`
    : `
A photo may have several classes, so each class has its own sigmoid. The pipeline of transformers.js always takes a softmax; call the model itself:

\`\`\`js
import { AutoModelForImageClassification, AutoProcessor, env, RawImage } from '@huggingface/transformers';

env.localModelPath = '..'; // the folder that holds this one
const processor = await AutoProcessor.from_pretrained(${JSON.stringify(name)}); // the name of this folder, or owner/name on the hub
const model = await AutoModelForImageClassification.from_pretrained(${JSON.stringify(name)});
const { logits } = await model(await processor(await RawImage.read('photo.jpg')));
console.log(logits.sigmoid().tolist()[0]); // a probability for each class; thresholds are in config.json
\`\`\`
`;
