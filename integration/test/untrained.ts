import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { classifierHead } from '@shroom/head';
import { resnet50 } from '@shroom/models/node';
import { saveCheckpoint } from '@shroom/train/node';

/** What a run leaves behind for the examples, with a head that has learned nothing, for photos of 64 pixels. */
export async function untrainedRun(folder: string, classes: readonly string[]): Promise<string> {
  await mkdir(folder, { recursive: true });
  const { weights, channels, dispose } = await resnet50({ size: 64 });
  dispose();
  const head = 'head.safetensors';
  const untrained = classifierHead(channels, classes.length, { seed: 1 });
  await saveCheckpoint(join(folder, head), untrained, {});
  const backbone = { name: 'resnet50', size: 64, weights };
  await writeFile(join(folder, 'classifier.json'), JSON.stringify({ backbone, classes, head }));
  return folder;
}
