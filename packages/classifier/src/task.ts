/**
 * Whether a photo has one class, or any number of them.
 *
 * @example
 * ```ts
 * const task: TaskName = taskNames[1]; // 'multi-label'
 * const run = await train('photos.csv', { task, columns: { labelSeparator: ';' } });
 * ```
 */
export const taskNames = ['single-label', 'multi-label'] as const;

/** `single-label`: a photo has one class. `multi-label`: it may have several or none, each of them answered by a sigmoid of its own. */
export type TaskName = (typeof taskNames)[number];

/** From logits to probabilities, as `@shroom/gradcam` calls it. */
export const linkOf = (task: TaskName): 'softmax' | 'sigmoid' =>
  task === 'multi-label' ? 'sigmoid' : 'softmax';

/** The task of a classifier by its file, which names only another than one class a photo. */
export const taskOf = ({
  task = 'single-label',
}: {
  readonly task?: TaskName | undefined;
}): TaskName => task;
