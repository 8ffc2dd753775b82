import { niceTicks } from '@shroom/train';
import { colors, line, path, picture, scale, text } from '../page/svg';

const [width, height, left, right, top, bottom] = [760, 300, 70, 30, 56, 50];

/**
 * A picture of the memory of a process over the steps of a training.
 *
 * @param curve Steps done and resident bytes.
 */
export function memoryPicture(curve: readonly (readonly [step: number, bytes: number])[]): string {
  const title = 'Resident memory over an epoch of 1,000,000 photos, GB';
  const steps = niceTicks(0, curve.at(-1)![0]);
  const sizes = niceTicks(0, Math.max(1.5, ...curve.map(([, bytes]) => bytes / 1e9)));
  const x = scale([0, steps.at(-1)!], [left, width - right]);
  const y = scale([0, sizes.at(-1)!], [height - bottom, top]);
  return picture(
    width,
    height,
    title,
    [
      text(20, 30, title, 'title'),
      ...sizes.flatMap(size => [
        line(left, y(size), width - right, y(size), size === 0 ? 'axis' : 'grid'),
        text(left - 12, y(size) + 4, `${size}`, 'faint end'),
      ]),
      ...steps.map(step => text(x(step), height - bottom + 20, `${step}`, 'faint middle')),
      text((left + width - right) / 2, height - 10, 'steps of 256 photos', 'faint middle'),
      path(
        curve.map(([step, bytes]) => [x(step), y(bytes / 1e9)]),
        colors[0],
      ),
    ].join('\n'),
  );
}
