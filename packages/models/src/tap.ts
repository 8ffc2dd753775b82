/** A place in a backbone where features can be read. */
export interface Tap {
  /** The part of the network that ends here, which can be frozen: `stem`, `layer1` and so on. */
  readonly stage: string;
  /** Name of the layer in `Backbone.model`. */
  readonly layer: string;
  /** Pixels of the input that one step on the feature map covers. */
  readonly stride: number;
  readonly channels: number;
}
