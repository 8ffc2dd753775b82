type Loaded = typeof import('./missing-gradients') & typeof import('./gradient-reasons');

let loaded: Loaded | undefined;

/** Loads what is needed once a gradient is taken, and not before: methods without gradients go without it. */
export async function loadGradients(): Promise<void> {
  if (loaded) return;
  const { averaged, missingGradients } = await import('./missing-gradients');
  const { explained } = await import('./gradient-reasons');
  loaded = { averaged, missingGradients, explained };
}

/** @throws Error before `loadGradients`: without it TensorFlow.js's own gradients would be taken, some of which are wrong. */
export function loadedGradients(): Loaded {
  if (loaded) return loaded;
  throw new Error('gradcam: gradients are taken before loadGradients() has loaded them.');
}
