import {
  type Attribute,
  type Dimension,
  type ElementType,
  OnnxGraph,
  type OnnxPlace,
  type OnnxTensor,
} from '@shroom/formats';

/** LayerNormalization exists since operator set 17, which ONNX Runtime supports since version 1.12. */
const facts = { irVersion: 8, operatorSets: { '': 17 }, producer: '@shroom/models' } as const;

/** An ONNX model under construction. It names its values and stores each constant once. */
export class OnnxModel {
  readonly #graph: OnnxGraph;
  readonly #metadata: [string, string][] = [];
  readonly #constants = new Set<string>();
  #values = 0;
  /** @param beside Stores a large constant elsewhere and says where. Default: all are in the ONNX file. */
  constructor(beside?: (tensor: OnnxTensor) => OnnxPlace) {
    this.#graph = new OnnxGraph(beside);
  }

  /** Adds a node with one output. @returns The name of the output. */
  add(
    type: string,
    inputs: readonly string[],
    attributes: Readonly<Record<string, Attribute>> = {},
    output = `v${this.#values++}`,
  ): string {
    const name = `${type}:${output}`;
    this.#graph.node({ name, type, domain: '', inputs, outputs: [output], attributes });
    return output;
  }

  /** Adds a constant, or reuses the existing one of that name. @returns Its name. */
  constant(name: string, type: ElementType, shape: readonly number[], values: ArrayView): string {
    if (this.#constants.has(name)) return name;
    this.#constants.add(name);
    const { buffer, byteOffset, byteLength } = values;
    const bytes = new Uint8Array(buffer as ArrayBuffer, byteOffset, byteLength);
    this.#graph.constant({ name, type, shape, bytes });
    return name;
  }

  input(name: string, shape: readonly Dimension[]): void {
    this.#graph.input({ name, type: 'float32', shape });
  }

  output(name: string, shape: readonly Dimension[]): void {
    this.#graph.output({ name, type: 'float32', shape });
  }

  /** Adds a text to the model's metadata. */
  describe(key: string, value: string): void {
    this.#metadata.push([key, value]);
  }

  toBytes(): Uint8Array {
    this.#graph.named('network');
    return this.#graph.toBytes({ ...facts, metadata: this.#metadata });
  }
}

type ArrayView = Pick<Uint8Array, 'buffer' | 'byteOffset' | 'byteLength'>;
