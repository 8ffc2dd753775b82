/** A feature map, with its size as far as the model tells it. */
export interface FeatureMap {
  readonly tap: string;
  /** Type of the layer or node, such as `Conv2D`. */
  readonly kind: string;
  readonly height: number | null;
  readonly width: number | null;
  readonly channels: number;
}

/** Whether a map has more than one position, as far as is known. */
export function hasPlaces({ height, width }: Pick<FeatureMap, 'height' | 'width'>): boolean {
  return (height ?? 2) * (width ?? 2) > 1;
}

export interface TapSuggestion extends FeatureMap {
  /** Distance in image pixels between neighboring positions of the map, if it is the same down and across; null if sizes are not known. */
  readonly stride: number | null;
  readonly reason: string;
}
