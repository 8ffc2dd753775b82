import type { OnnxModel } from '../onnx/model';
import type { Padding } from '../writing/network-writer';
import { type ActivationRanges, type Scale, scaleOf } from './ranges';

/** A value that is stored as integers, by the names of both in the file. */
interface Stored {
  readonly scale: Scale;
  readonly integers: string;
}

/**
 * The values of a network that are stored as integers. Each is written as a pair of `QuantizeLinear` and `DequantizeLinear`, which ONNX
 * Runtime moves into the layers around it.
 */
export class Integers {
  readonly #onnx: OnnxModel;
  readonly #ranges: ActivationRanges;
  readonly #points: ReadonlySet<string>;
  readonly #stored = new Map<string, Stored>();
  /** Names of the layers whose products are computed with integers. */
  readonly products: ReadonlySet<string>;

  /** @param points Names of the layers whose outputs are stored as integers. */
  constructor(
    onnx: OnnxModel,
    ranges: ActivationRanges,
    products: ReadonlySet<string>,
    points: ReadonlySet<string>,
  ) {
    this.#onnx = onnx;
    this.#ranges = ranges;
    this.#points = points;
    this.products = products;
  }

  /** The scale of a value that is stored as integers. */
  scaleOf(value: string): Scale | undefined {
    return this.#stored.get(value)?.scale;
  }

  /** Stores the output of a layer as integers if it should be. @returns The name of the value. */
  store(layer: string, value: string): string {
    return this.#points.has(layer) ? this.storeAs(value, scaleOf(layer, this.#ranges)) : value;
  }

  /** Stores a value as integers of a scale. @returns The name of the value. */
  storeAs(value: string, scale: Scale): string {
    const constants = this.#constants(scale);
    return this.#read(this.#onnx.add('QuantizeLinear', [value, ...constants]), scale);
  }

  /** Puts zeros around a map of integers. @returns Undefined if the map is not stored as integers. */
  pad(value: string, [top, left, bottom, right]: Padding): string | undefined {
    const stored = this.#stored.get(value);
    if (!stored) return undefined;
    const sides = [0, 0, top, left, 0, 0, bottom, right];
    const name = `zeros ${sides}`;
    const pads = this.#onnx.constant(name, 'int64', [8], BigInt64Array.from(sides, BigInt));
    const [, zeroPoint] = this.#constants(stored.scale);
    return this.#read(this.#onnx.add('Pad', [stored.integers, pads, zeroPoint!]), stored.scale);
  }

  #read(integers: string, scale: Scale): string {
    const value = this.#onnx.add('DequantizeLinear', [integers, ...this.#constants(scale)]);
    this.#stored.set(value, { scale, integers });
    return value;
  }

  #constants({ scale, zeroPoint }: Scale): string[] {
    return [
      this.#onnx.constant(`scale ${scale}`, 'float32', [], Float32Array.of(scale)),
      this.#onnx.constant(`zero point ${zeroPoint}`, 'uint8', [], Uint8Array.of(zeroPoint)),
    ];
  }
}
