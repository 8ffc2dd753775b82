/**
 * The two tasks: a photo has exactly one class, or any number of classes.
 *
 * @example
 * ```ts
 * const task: TaskName = taskNames[1]; // 'multi-label'
 * const run = await train('photos.csv', { task, columns: { labelSeparator: ';' } });
 * ```
 */
export const taskNames = ['single-label', 'multi-label'] as const;

/**
 * `single-label`: a photo has exactly one class. `multi-label`: a photo may have several classes or none, and each class has its own
 * sigmoid.
 */
export type TaskName = (typeof taskNames)[number];

/** The function from logits to probabilities, by its name in `@shroom/gradcam`. */
export const linkOf = (task: TaskName): 'softmax' | 'sigmoid' =>
  task === 'multi-label' ? 'sigmoid' : 'softmax';

/** The task of a classifier according to its `classifier.json`. If `task` is absent there, the task is 'single-label'. */
export const taskOf = ({
  task = 'single-label',
}: {
  readonly task?: TaskName | undefined;
}): TaskName => task;
