import { openPytorch, type RangedFile, type ReadOptions } from '@shroom/formats';
import type { Checkpoint } from './checkpoint';
import { checkpointOver } from './safetensors';

/**
 * Reads a checkpoint that PyTorch's `torch.save` wrote: a `.pth`, `.pt` or `.bin` file with a state dict, or a wheel with one such file.
 * Tensors are read when they are needed. Nothing of the file is run: it may have tensors and plain data, and nothing else.
 *
 * @param file The whole file, which is not copied, a file of a browser, or access to its bytes.
 * @param options Its `source` is the file's name, for error messages.
 * @throws PickleGlobalError when the file asks for any other Python object. PytorchError or ZipError when it is damaged.
 * @example
 * ```ts
 * const response = await fetch('https://example.org/resnet18.pth');
 * const { checkpoint } = await readPytorch(new Uint8Array(await response.arrayBuffer()));
 * const kernel = await checkpoint.get('conv1.weight')?.read(); // 9408 numbers, [64, 3, 7, 7]
 * ```
 */
export async function readPytorch(
  file: Uint8Array | Blob | RangedFile,
  options: ReadOptions = {},
): Promise<{ checkpoint: Checkpoint }> {
  const tensors = await openPytorch(file, options);
  const checkpoint = checkpointOver(
    tensors.values(),
    (tensor, scratch) => tensor.read(scratch && (bytes => scratch.take(bytes))),
    options,
  );
  return { checkpoint };
}
