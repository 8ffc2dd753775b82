import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { drawMushroom, type Genus } from '@shroom/drawn';
import { type Architecture, architectures, checkpointOf } from '@shroom/models';
import { writeSafetensors } from '@shroom/models/node';
import { tensor, tidy } from '@tensorflow/tfjs-core';
import sharp from 'sharp';
import { formulaCheckpoint } from '../../packages/models/test/formula';

/** Side length of the images of a small job in pixels. */
export const side = 64;

/** The networks that small jobs use. */
export type SmallNetwork =
  | 'resnet18'
  | 'resnet50'
  | 'convnext_tiny'
  | 'efficientnet_lite0'
  | 'mobilenet_v2'
  | 'vit_tiny_patch16_224';

/** Networks in which sine waves would fade, as without layer norms, or cancel out, as in attention. */
const withFormula: readonly string[] = [
  'efficientnet_lite0',
  'mobilenet_v2',
  'vit_tiny_patch16_224',
] satisfies SmallNetwork[];

/**
 * Writes weights of an untrained network to a file: sine waves, or for some the weights of a formula, the same in every process.
 */
export async function generatedWeights(folder: string, name: SmallNetwork): Promise<string> {
  const { build, dialects }: Architecture = architectures[name];
  const network = build({ inputSize: [side, side] });
  const file = join(folder, `${name}.safetensors`);
  if (withFormula.includes(name)) {
    await writeSafetensors(file, formulaCheckpoint(network, dialects[0]!));
    network.dispose();
    return file;
  }
  network.weights.forEach((weight, salt) => {
    if (weight.shape.length < 2) return;
    const size = weight.shape.reduce<number>((product, each) => product * each!, 1);
    const scale = 1 / Math.sqrt(size / weight.shape.at(-1)!);
    const values = new Float32Array(size);
    for (let i = 0; i < size; i++) values[i] = Math.sin(i * 0.7 + salt) * scale;
    tidy(() => {
      weight.write(tensor(values, weight.shape as number[]));
    });
  });
  await writeSafetensors(file, checkpointOf(network, dialects[0]));
  network.dispose();
  return file;
}

/** Creates a folder with a folder of drawn photos for each genus. */
export async function drawnFolder(
  folder: string,
  genera: readonly Genus[],
  perClass: number,
): Promise<void> {
  for (const genus of genera) {
    await mkdir(join(folder, genus), { recursive: true });
    for (let seed = 0; seed < perClass; seed++)
      await drawnPhoto(join(folder, genus, `${seed}.jpg`), genus, seed);
  }
}

/** Draws one photo as a JPEG file. */
export async function drawnPhoto(file: string, genus: Genus, seed: number): Promise<void> {
  const { pixels, width, height } = drawMushroom(genus, { seed, size: 80 });
  const picture = sharp(pixels, { raw: { width, height, channels: 3 } });
  await picture.jpeg({ quality: 95 }).toFile(file);
}
