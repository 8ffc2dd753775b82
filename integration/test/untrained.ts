import { createHash } from 'node:crypto';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type ClassifierFile, fileVersion, parseClassifierFile } from '@shroom/classifier';
import { classifierHead } from '@shroom/head';
import type { Backbone } from '@shroom/models';
import { resnet50 } from '@shroom/models/node';
import { saveCheckpoint } from '@shroom/train/node';

/**
 * Writes a run folder with an untrained head, for photos of 64 pixels, whose certainty was not measured.
 *
 * @param backbone Disposed afterwards. Default: a ResNet50.
 */
export async function untrainedRun(
  folder: string,
  classes: readonly string[],
  backbone?: Backbone,
): Promise<string> {
  await mkdir(folder, { recursive: true });
  const { name, weights, channels, preprocessing, dispose } =
    backbone ?? (await resnet50({ size: 64 }));
  dispose();
  const path = 'head.safetensors';
  const untrained = classifierHead(channels, classes.length, { seed: 1 });
  await saveCheckpoint(join(folder, path), untrained, {});
  const { size, mean, std } = preprocessing;
  const bytes = await readFile(join(folder, path));
  const file: ClassifierFile = {
    format: 'shroom-classifier',
    version: fileVersion,
    title: 'Untrained',
    classes: [...classes],
    extractors: [
      {
        architecture: name,
        weights,
        precision: 'float32',
        preprocessing: { ...preprocessing, size: [...size], mean: [...mean], std: [...std] },
        pooling: 'average',
        taps: [],
        width: channels,
      },
    ],
    head: { name: 'mlp', path, sha256: createHash('sha256').update(bytes).digest('hex') },
    augment: 'flips',
    views: 1,
    certainty: [{ views: 1, temperature: 1, threshold: 0.5, coverage: 0.9 }],
    trainedOn: { name: 'nothing', kind: 'photographs', photos: 1, perClass: classes.map(() => 0) },
    licenses: [{ of: weights.source, license: weights.license }],
  };
  const text = JSON.stringify(file);
  parseClassifierFile(text, 'classifier.json');
  await writeFile(join(folder, 'classifier.json'), text);
  return folder;
}
