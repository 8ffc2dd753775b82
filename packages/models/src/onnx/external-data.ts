import type { OnnxPlace, OnnxTensor } from '@shroom/formats';

/** A file beside an ONNX file for weights that the ONNX file does not hold: protocol buffers end at 2 GiB. */
export interface ExternalData {
  /** Name of the file, as the ONNX file refers to it. Both are in one folder. */
  readonly name: string;
  /**
   * Appends bytes to the file. It is called for one tensor after another, so that only one of them is in memory in addition to the network;
   * it is never called for a network that fits into one file.
   */
  write(bytes: Uint8Array): Promise<void>;
  /** Networks with weights of up to this many bytes are written as one file. Default 2e9. */
  readonly above?: number;
}

const pageBytes = 4096;

/** Collects the tensors that belong into the file, until they are written. */
export function outside({ name: location, write }: ExternalData) {
  const waiting: Uint8Array[] = [];
  let end = 0;
  return {
    /** Says where a tensor will be: each begins at a page, so that the file can be mapped to memory. */
    beside({ bytes }: OnnxTensor): OnnxPlace {
      const offset = Math.ceil(end / pageBytes) * pageBytes;
      waiting.push(new Uint8Array(offset - end), bytes);
      end = offset + bytes.length;
      return { location, offset, length: bytes.length };
    },
    async written() {
      for (const bytes of waiting.splice(0)) await write(bytes);
    },
  };
}
