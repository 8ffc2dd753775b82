import { isPytorch } from '@shroom/formats';
import type { Checkpoint } from '../weights/checkpoint';
import { readPytorch } from '../weights/pytorch';
import { openRanged } from './ranged-file';
import { safetensorsIn } from './safetensors-file';

/**
 * Opens a file of weights, safetensors or PyTorch's, whichever its first bytes say. Its tensors can be read until it is closed.
 *
 * @throws SafetensorsError, PytorchError, PickleGlobalError or ZipError when the file is damaged or is none of both.
 */
export async function openCheckpoint(
  path: string,
): Promise<{ checkpoint: Checkpoint; close(): Promise<void> }> {
  const file = await openRanged(path);
  try {
    if (!isPytorch(await file.read(0, Math.min(8, file.size))))
      return await safetensorsIn(file, path);
    const { checkpoint } = await readPytorch(file, { source: path });
    return { checkpoint, close: () => file.close() };
  } catch (error) {
    await file.close();
    throw error;
  }
}
