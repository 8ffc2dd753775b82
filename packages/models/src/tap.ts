/** A tap: a layer of a backbone at which features can be read. */
export interface Tap {
  /** Name of the stage that ends here and can be frozen: `stem`, `layer1` and so on. */
  readonly stage: string;
  /** Name of the layer in `Backbone.model`. */
  readonly layer: string;
  /** Number of input pixels per step on the feature map. */
  readonly stride: number;
  readonly channels: number;
}
