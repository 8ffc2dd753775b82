import { FormatError, type ReadOptions } from '../error';

/** A safetensors file is damaged, cut short, or not one at all. */
export class SafetensorsError extends FormatError {
  override readonly name = 'SafetensorsError';
}

export function damaged(why: string, { source }: ReadOptions): SafetensorsError {
  return new SafetensorsError(`${source ?? 'This'} is not a whole safetensors file: ${why}.`, {
    source,
  });
}
